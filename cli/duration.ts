/** Durations as people type them: `60s`, `500ms`, `-1.5m`, `2h`. */
import { UserError } from '../cluster/index.js';

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** In milliseconds. Throws a UserError for anything else; a number needs its unit. */
export function parseDuration(text: string): number {
  const match = /^([+-]?\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const unit = unitMilliseconds[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new UserError(`${text} is no duration: write a number with ms, s, m or h, such as 5s`);
  }
  return Number(match[1]) * unit;
}
