/**
 * When which member took which role, from what the members themselves wrote down: their clocks are one machine's, and
 * nobody has to be asked, so that looking disturbs nothing. Lines that say something else, or are cut off, are passed over.
 */
import { linkFaultsMessage, roleChangedMessage } from '../../raft/index.js';

export type RaftRole = 'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'learner';

export interface RoleChange {
  readonly member: number;
  readonly role: RaftRole;
  readonly term: number;
  readonly atMilliseconds: number;
}

const roles: readonly string[] = ['follower', 'pre-candidate', 'candidate', 'leader', 'learner'];
const isRole = (text: unknown): text is RaftRole => typeof text === 'string' && roles.includes(text);

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function timeOf(text: unknown): number | undefined {
  const milliseconds = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** `{"time":"…","role":"candidate","term":4,"leader":null,"msg":"raft role changed"}` */
function kuorumRole(line: string): Omit<RoleChange, 'member'> | undefined {
  if (!line.includes(roleChangedMessage)) return undefined;
  const { msg, time, role, term } = parsed(line) ?? {};
  const atMilliseconds = timeOf(time);
  if (msg !== roleChangedMessage || atMilliseconds === undefined) return undefined;
  return isRole(role) && typeof term === 'number' ? { role, term, atMilliseconds } : undefined;
}

/** `{"ts":"…","msg":"8e9e05c52164694d became candidate at term 4"}` */
function etcdRole(line: string): Omit<RoleChange, 'member'> | undefined {
  if (!line.includes(' became ')) return undefined;
  const { msg, ts } = parsed(line) ?? {};
  const words = typeof msg === 'string' ? /^[0-9a-f]+ became ([a-z-]+) at term (\d+)$/.exec(msg) : null;
  const atMilliseconds = timeOf(ts);
  const role = words?.[1];
  if (words === null || atMilliseconds === undefined || !isRole(role)) return undefined;
  return { role, term: Number(words[2]), atMilliseconds };
}

/**
 * When a member of Kuorum last had other faults on its links; undefined: not in this part of its log. The order to cut
 * them takes its time to the member, and until then its writes are acknowledged.
 */
export function cutAt(text: string): number | undefined {
  const line = text.split('\n').findLast((candidate) => candidate.includes(linkFaultsMessage));
  return line === undefined ? undefined : timeOf(parsed(line)?.['time']);
}

/** @param text a member's log, or a part of it */
export function roleChanges(system: 'kuorum' | 'etcd', member: number, text: string): readonly RoleChange[] {
  const read = system === 'kuorum' ? kuorumRole : etcdRole;
  return text.split('\n').flatMap((line) => {
    const change = read(line);
    return change === undefined ? [] : [{ member, ...change }];
  });
}
