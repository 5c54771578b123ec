/**
 * The two forms of time on the wire: whole seconds (`2024-05-06T07:08:09Z`) and microseconds
 * (`2024-05-06T07:08:09.000010Z`), both read from any RFC 3339 text.
 */

/** `milliseconds` since the epoch to whole seconds, cut not rounded. */
export function formatTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** `milliseconds` since the epoch, with `microseconds` (0 to 999) beyond them. */
export function formatMicroTime(milliseconds: number, microseconds = 0): string {
  const micro = String(Math.trunc(microseconds)).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, 23)}${micro}Z`;
}

export interface ParsedTime {
  /** Since the epoch; negative before it. */
  readonly seconds: number;
  readonly nanoseconds: number;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 to seconds and nanoseconds; undefined when `text` is not one or names no real moment. */
export function parseTimeParts(text: string): ParsedTime | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetSeconds(match[8]!);
  if (offset === undefined) return undefined;
  // Date.UTC reads years below 100 as 19xx; setUTCFullYear does not.
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  const nanoseconds = Number((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return { seconds: date.getTime() / 1000 - offset, nanoseconds };
}

/** RFC 3339 to milliseconds since the epoch; undefined when it is none. */
export function parseTime(text: string): number | undefined {
  const parts = parseTimeParts(text);
  return parts === undefined ? undefined : parts.seconds * 1000 + Math.trunc(parts.nanoseconds / 1e6);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function offsetSeconds(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 24 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}
