/** The scalars that have rules of their own in JSON: times, base64, quantities, integers of bounded size. */
import { canonicalQuantity } from '../quantity.js';
import { formatMicroTime, formatTime, parseTimeParts } from '../time.js';

/** A scalar that its type's own reader refused; the message is the original's. */
export class ScalarError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScalarError';
  }
}

const layout = '2006-01-02T15:04:05Z07:00';
const microLayout = '2006-01-02T15:04:05.000000Z07:00';

/** Any RFC 3339 text to UTC and whole seconds. */
export function normalizeTime(text: string): string {
  const parts = parseTimeParts(text);
  if (parts === undefined) throw timeError(text, layout);
  return formatTime(parts.seconds * 1000);
}

/** Any RFC 3339 text to UTC and microseconds. */
export function normalizeMicroTime(text: string): string {
  const parts = parseTimeParts(text);
  if (parts === undefined) throw timeError(text, microLayout);
  return formatNanoseconds(parts.seconds, parts.nanoseconds);
}

/** Microseconds from seconds and the nanoseconds beyond them. */
export function formatNanoseconds(seconds: number, nanoseconds: number): string {
  const milliseconds = Math.trunc(nanoseconds / 1e6);
  return formatMicroTime(seconds * 1000 + milliseconds, Math.trunc((nanoseconds % 1e6) / 1000));
}

function timeError(text: string, format: string): ScalarError {
  return new ScalarError(
    `parsing time ${JSON.stringify(text)} as ${JSON.stringify(format)}: cannot parse ${JSON.stringify(text)} as "2006"`,
  );
}

/** Standard base64 with padding; line ends are dropped. */
export function normalizeBase64(text: string): string {
  const plain = /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]/g, '') : text;
  const good = /^[A-Za-z0-9+/]*={0,2}$/.test(plain) && plain.length % 4 === 0;
  if (!good) {
    const bad = plain.search(/[^A-Za-z0-9+/]/);
    throw new ScalarError(
      `illegal base64 data at input byte ${bad < 0 ? plain.length - (plain.length % 4) : bad}`,
    );
  }
  // Unused bits of the last group may be set: write them as the original would.
  return plain.endsWith('=') ? Buffer.from(plain, 'base64').toString('base64') : plain;
}

/** Throws the error of quantity.ts. */
export function normalizeQuantity(value: string | number | bigint): string {
  return canonicalQuantity(typeof value === 'string' ? value.trim() : String(value));
}

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

export function isInt32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

export function isInt64(value: unknown): value is number | bigint {
  if (typeof value === 'bigint') return value >= minInt64 && value <= maxInt64;
  return Number.isSafeInteger(value);
}

/** A 64-bit integer as the value model has it. */
export function fromBigInt(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;
}
