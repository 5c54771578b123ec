/** A document in which every string that may be any string tries to be more than text. */
import type { BenchDocument } from '../../../../bench/lab/document.js';
import { sampleDocument } from './sample-document.js';

export const hostile = `<script>alert(1)</script>"onload="alert(2)" ' & \u001b[2J`;

/** Of these the values are words of the format. */
const words = new Set([
  'kind',
  'better',
  'scale',
  'verdict',
  'histogram',
  'benchmark',
  'startedAt',
  'finishedAt',
]);

function poisoned(value: unknown, key: string): unknown {
  if (typeof value === 'string') return words.has(key) || key === 'unit' ? value : `${hostile}${value}`;
  if (Array.isArray(value)) return value.map((each) => poisoned(each, key));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, each]): readonly [string, unknown] => [
    key === 'labels' ? `${hostile}${name}` : name,
    // The one unit that is any string.
    key === 'x' && name === 'unit' ? `${hostile}${String(each)}` : poisoned(each, name),
  ]);
  return Object.fromEntries(fields);
}

export function hostileDocument(): BenchDocument {
  const document = poisoned(sampleDocument(), '') as BenchDocument;
  return { ...document, startedAt: hostile, finishedAt: hostile };
}
