/** What `kuorum fault …` takes, as words, turned into a fault. */
import { type FaultRequest, UserError } from '../cluster/index.js';
import type { ClockFault } from '../platform/index.js';
import { parseDuration } from './duration.js';

/** What only `clock` takes. */
export interface FaultOptions {
  readonly offset?: string;
  readonly rate?: string;
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
  switch (kind) {
    case 'partition':
      return { kind, groups: parseGroups(words) };
    case 'heal':
      if (words.length > 0)
        throw new UserError('heal takes no member: it ends every partition, pause and clock fault');
      return { kind };
    case 'isolate':
    case 'kill':
    case 'restart':
    case 'pause':
    case 'resume':
      return { kind, member: onlyMember(kind, words) };
    case 'clock':
      return { kind, member: onlyMember(kind, words), fault: parseClockFault(options) };
    default:
      throw new UserError(
        `unknown fault ${kind}: take partition, isolate, kill, restart, pause, resume, clock or heal`,
      );
  }
}
