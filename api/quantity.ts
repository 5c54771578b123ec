/**
 * Quantities of resources: `500m`, `1.5Gi`, `12e6`. Exact down to a billionth; smaller parts are rounded away
 * from zero, because somebody who asked for something should not get nothing.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The value times 10^9. */
  readonly nanos: bigint;
  /** In which family of suffixes it was written and will be written again. */
  readonly format: QuantityFormat;
}

export class QuantityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QuantityError';
  }
}

const wrongFormat =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongNumber = 'unable to parse numeric part of quantity';
const wrongSuffix = "unable to parse quantity's suffix";

const parts = /^([+-]?)(\d*)(?:\.(\d*))?([^\d.+-].*)?$/s;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const maxLength = 1000;
const maxExponent = 1000;
const maxNanos = (2n ** 63n - 1n) * 10n ** 9n;
const nano = 10n ** 9n;

/** Reads a quantity; throws `QuantityError` with the original's texts. */
export function parseQuantity(text: string): Quantity {
  const match = text.length > maxLength ? null : parts.exec(text);
  if (match === null) throw new QuantityError(wrongFormat);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '')
    throw new QuantityError(/^[+-]?\./.test(text) ? wrongNumber : wrongFormat);
  const { format, exponent, base } = readSuffix(suffix);
  const digits = `${whole}${fraction}`;
  const mantissa = BigInt(digits);
  let nanos: bigint;
  if (base === 2) {
    nanos = divideRoundingUp(mantissa * 2n ** BigInt(exponent) * nano, 10n ** BigInt(fraction.length));
  } else {
    const scale = exponent + 9 - fraction.length;
    nanos = scale >= 0 ? mantissa * 10n ** BigInt(scale) : divideRoundingUp(mantissa, 10n ** BigInt(-scale));
  }
  // The original saturates only what it cannot hold as an int64 with a decimal exponent.
  if (nanos > maxNanos && (base === 2 || digits.length > 18)) nanos = maxNanos;
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  if (left.nanos === right.nanos) return 0;
  return left.nanos < right.nanos ? -1 : 1;
}

const alreadyCanonical = /^(?:0|[1-9]\d{0,2}(?:[numkMGTPE]|[KMGTPE]i)?)$/;

/** The one way in which the API writes this quantity. Throws `QuantityError`. */
export function canonicalQuantity(text: string): string {
  return alreadyCanonical.test(text) ? text : formatQuantity(parseQuantity(text));
}

/** No fraction, the largest suffix that allows that. */
export function formatQuantity(quantity: Quantity): string {
  const { nanos, format } = quantity;
  if (nanos === 0n) return '0';
  const negative = nanos < 0n;
  const magnitude = negative ? -nanos : nanos;
  // Fractions and small numbers would lose precision in powers of 1024.
  const binary = format === 'BinarySI' && magnitude >= 1024n * nano && magnitude % nano === 0n;
  const body = binary
    ? formatBinary(magnitude / nano)
    : formatDecimal(magnitude, format === 'DecimalExponent' ? 'DecimalExponent' : 'DecimalSI');
  return negative ? `-${body}` : body;
}

function formatBinary(whole: bigint): string {
  let mantissa = whole;
  let power = 0;
  while (power < binarySuffixes.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    power += 1;
  }
  return `${mantissa}${binarySuffixes[power]!}`;
}

function formatDecimal(nanos: bigint, format: 'DecimalSI' | 'DecimalExponent'): string {
  let mantissa = nanos;
  let thousands = 0;
  const limit = format === 'DecimalSI' ? decimalSuffixes.length - 1 : Number.POSITIVE_INFINITY;
  while (thousands < limit && mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    thousands += 1;
  }
  if (format === 'DecimalSI') return `${mantissa}${decimalSuffixes[thousands]!}`;
  const exponent = thousands * 3 - 9;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

function readSuffix(suffix: string): { format: QuantityFormat; exponent: number; base: 2 | 10 } {
  const decimal = (decimalSuffixes as readonly string[]).indexOf(suffix);
  if (decimal >= 0) return { format: 'DecimalSI', exponent: decimal * 3 - 9, base: 10 };
  const binary = (binarySuffixes as readonly string[]).indexOf(suffix);
  if (binary > 0) return { format: 'BinarySI', exponent: binary * 10, base: 2 };
  if (!/^[eE][+-]?\d+$/.test(suffix)) {
    throw new QuantityError(/^[eEinumkKMGTP]*[-+]?\d*$/.test(suffix) ? wrongSuffix : wrongFormat);
  }
  const exponent = Number(suffix.slice(1));
  if (Math.abs(exponent) > maxExponent) throw new QuantityError(wrongNumber);
  return { format: 'DecimalExponent', exponent, base: 10 };
}

function divideRoundingUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
