/** What `kuorum fault …` takes, as words, turned into a fault. */
import { type FaultRequest, UserError } from '../cluster/index.js';
import type { ClockFault, DiskFault } from '../platform/index.js';
import { parseDuration } from './duration.js';

/** `offset` and `rate` are for `clock` only, `delay` for `disk`. */
export interface FaultOptions {
  readonly offset?: string;
  readonly rate?: string;
  readonly delay?: string;
}

/** `--offset 5s --rate 1.05` */
export function parseClockFault({ offset, rate }: FaultOptions): ClockFault {
  if (offset === undefined && rate === undefined) {
    throw new UserError('clock takes --offset or --rate, such as: clock m1 --offset 5s --rate 1.05');
  }
  if (rate !== undefined && !/^\d+(\.\d+)?$/.test(rate))
    throw new UserError(`${rate} is no rate, such as 1.05`);
  return {
    ...(offset === undefined ? {} : { offsetMilliseconds: parseDuration(offset) }),
    ...(rate === undefined ? {} : { rate: Number(rate) }),
  };
}

/** `--delay 50ms` */
export function parseDiskFault({ delay }: FaultOptions): DiskFault {
  if (delay === undefined) throw new UserError('disk takes --delay, such as: disk m1 --delay 50ms');
  return { syncDelayMilliseconds: parseDuration(delay) };
}

/** `m1 / m2,m3`, with or without blanks around the stroke and the commas. */
export function parseGroups(words: readonly string[]): readonly (readonly string[])[] {
  const groups = words
    .join(' ')
    .split('/')
    .map((group) => group.split(/[\s,]+/).filter((name) => name !== ''));
  if (groups.length < 2 || groups.some((group) => group.length === 0)) {
    throw new UserError(
      'partition takes two or more groups with a / between them, such as: partition m1 / m2,m3',
    );
  }
  return groups;
}

function onlyMember(kind: string, words: readonly string[]): string {
  const [member, ...rest] = words;
  if (member !== undefined && rest.length === 0) return member;
  throw new UserError(`${kind} takes one member, such as: ${kind} m1 (or: ${kind} leader)`);
}

export function faultFromArguments(
  kind: string,
  words: readonly string[],
  options: FaultOptions = {},
): FaultRequest {
  if (kind !== 'clock' && (options.offset !== undefined || options.rate !== undefined)) {
    throw new UserError('only clock takes --offset and --rate');
  }
  if (kind !== 'disk' && options.delay !== undefined) throw new UserError('only disk takes --delay');
  switch (kind) {
    case 'partition':
      return { kind, groups: parseGroups(words) };
    case 'heal':
      if (words.length > 0)
        throw new UserError(
          'heal takes no member: it ends every partition, pause, clock fault and disk fault',
        );
      return { kind };
    case 'isolate':
    case 'kill':
    case 'restart':
    case 'pause':
    case 'resume':
      return { kind, member: onlyMember(kind, words) };
    case 'clock':
      return { kind, member: onlyMember(kind, words), fault: parseClockFault(options) };
    case 'disk':
      return { kind, member: onlyMember(kind, words), fault: parseDiskFault(options) };
    default:
      throw new UserError(
        `unknown fault ${kind}: take partition, isolate, kill, restart, pause, resume, clock, disk or heal`,
      );
  }
}
