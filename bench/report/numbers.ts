/** Figures as people read them: grouped thousands, three digits that mean something, the unit that fits the size. */
import type { Unit } from '../lab/document.js';

/** `12,345`, with so many digits after the point. */
export function grouped(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return '–';
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const thousands = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  const text = fraction === undefined ? thousands : `${thousands}.${fraction}`;
  // What rounds to nothing has no sign.
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** Three significant digits, more only left of the point; no digits after it for whole numbers. */
export function significant(value: number): string {
  if (Number.isInteger(value)) return grouped(value);
  const size = Math.abs(value);
  if (size >= 99.95) return grouped(value);
  if (size >= 9.995) return grouped(value, 1);
  if (size >= 0.9995) return grouped(value, 2);
  return grouped(value, Math.min(6, 2 - Math.floor(Math.log10(size))));
}

interface Step {
  readonly size: number;
  readonly name: string;
}

const times: readonly Step[] = [
  { size: 1, name: 'µs' },
  { size: 1e3, name: 'ms' },
  { size: 1e6, name: 's' },
];
const bytes: readonly Step[] = [
  { size: 1, name: 'B' },
  { size: 1024, name: 'KiB' },
  { size: 1024 ** 2, name: 'MiB' },
  { size: 1024 ** 3, name: 'GiB' },
  { size: 1024 ** 4, name: 'TiB' },
];

/** The largest that leaves at least one, also after rounding to three digits. */
function stepFor(value: number, steps: readonly Step[]): Step {
  const size = Math.abs(value);
  return steps.findLast((step) => size >= step.size * 0.9995) ?? steps[0]!;
}

function scaled(value: number, steps: readonly Step[]): string {
  const step = stepFor(value, steps);
  return value === 0
    ? `0 ${steps === times ? 'ms' : step.name}`
    : `${significant(value / step.size)} ${step.name}`;
}

const singular = { cores: 'core', entries: 'entry', messages: 'message' } as const;

const microseconds = { µs: 1, ms: 1e3, s: 1e6 } as const;

/** `1.23 ms`, `12,345/s`, `45.0%`, `1.25×` */
export function quantity(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
    case 's':
    case 'µs':
      return scaled(value * microseconds[unit], times);
    case 'bytes':
      return scaled(value, bytes);
    case 'operations/s':
      return `${significant(value)}/s`;
    case 'ratio':
      return `${significant(value)}×`;
    case 'percent':
      return `${significant(value)}%`;
    case 'cores':
    case 'entries':
    case 'messages':
      return `${significant(value)} ${value === 1 ? singular[unit] : unit}`;
    case 'count':
      return significant(value);
  }
}

/** What stands beside an axis of this unit; nothing where every tick says it. */
export function unitName(unit: Unit): string {
  switch (unit) {
    case 'operations/s':
      return 'operations a second';
    case 'ratio':
      return 'ratio';
    case 'cores':
    case 'entries':
    case 'messages':
      return unit;
    case 'count':
      return 'count';
    case 'ms':
    case 's':
    case 'µs':
      return 'time';
    case 'bytes':
      return 'size';
    case 'percent':
      return 'share';
  }
}

/** As many digits after the point as tell neighbouring ticks apart. */
function decimalsOf(values: readonly number[]): number {
  for (let decimals = 0; decimals < 6; decimals += 1) {
    const scale = 10 ** decimals;
    if (
      values.every(
        (value) => Math.abs(Math.round(value * scale) / scale - value) < 1e-6 * Math.max(1, Math.abs(value)),
      )
    )
      return decimals;
  }
  return 6;
}

function alike(ticks: readonly number[], factor: number, suffix: string): readonly string[] {
  const values = ticks.map((tick) => tick / factor);
  const decimals = decimalsOf(values);
  return values.map((value) => `${grouped(value, decimals)}${suffix}`);
}

/** One unit and one number of digits for a whole linear axis. */
export function linearTickLabels(ticks: readonly number[], unit: Unit): readonly string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs));
  switch (unit) {
    case 'ms':
    case 's':
    case 'µs': {
      const step = stepFor(largest * microseconds[unit], times);
      return alike(ticks, step.size / microseconds[unit], ` ${step.name}`);
    }
    case 'bytes': {
      const step = stepFor(largest, bytes);
      return alike(ticks, step.size, ` ${step.name}`);
    }
    case 'percent':
      return alike(ticks, 1, '%');
    case 'ratio':
      return alike(ticks, 1, '×');
    case 'operations/s':
    case 'cores':
    case 'entries':
    case 'messages':
    case 'count':
      return alike(ticks, 1, '');
  }
}

/** Each tick in the unit that fits it: an axis over powers of ten has no one unit. */
export function logarithmicTickLabels(ticks: readonly number[], unit: Unit): readonly string[] {
  return ticks.map((tick) => {
    switch (unit) {
      case 'operations/s':
      case 'cores':
      case 'entries':
      case 'messages':
      case 'count':
        return significantWhole(tick);
      case 'ms':
      case 's':
      case 'µs':
      case 'bytes':
      case 'percent':
      case 'ratio':
        return quantity(tick, unit).replace(/\.(\d*?)0+(?=\D|$)/, (_, digits: string) =>
          digits === '' ? '' : `.${digits}`,
        );
    }
  });
}

/** Of a tick: no zeros that say nothing. */
function significantWhole(value: number): string {
  return grouped(value, decimalsOf([value]));
}
