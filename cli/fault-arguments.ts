/** What `kuorum fault …` takes, as words, turned into a fault. */
import { type FaultRequest, UserError } from '../cluster/index.js';

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

export function faultFromArguments(kind: string, words: readonly string[]): FaultRequest {
  switch (kind) {
    case 'partition':
      return { kind, groups: parseGroups(words) };
    case 'heal':
      if (words.length > 0) throw new UserError('heal takes no member: it ends every partition and pause');
      return { kind };
    case 'isolate':
    case 'kill':
    case 'restart':
    case 'pause':
    case 'resume': {
      const [member, ...rest] = words;
      if (member === undefined || rest.length > 0) {
        throw new UserError(`${kind} takes one member, such as: ${kind} m1 (or: ${kind} leader)`);
      }
      return { kind, member };
    }
    default:
      throw new UserError(
        `unknown fault ${kind}: take partition, isolate, kill, restart, pause, resume or heal`,
      );
  }
}
