/** Durations as people type them: `60s`, `500ms`, `-1.5m`, `2h`. */
import { UserError } from '../cluster/index.js';

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** undefined for anything else; a number needs its unit. */
export function durationMilliseconds(text: string): number | undefined {
  const match = /^([+-]?\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const unit = unitMilliseconds[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** `90s`, `1h`: in the largest unit that it is a whole number of. */
export function durationText(milliseconds: number): string {
  const [unit = 'ms', length = 1] =
    Object.entries(unitMilliseconds).findLast(([, each]) => milliseconds % each === 0) ?? [];
  return `${milliseconds / length}${unit}`;
}

/** In milliseconds. Throws a UserError for anything else. */
export function parseDuration(text: string): number {
  const milliseconds = durationMilliseconds(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new UserError(`${text} is no duration: write a number with ms, s, m or h, such as 5s`);
}
