/** What a step changed at a member, told as sentences: looks at the member before and after. */
import type { CoreView } from '../../../raft/core/core.js';
import type { PersistStep } from '../../../raft/core/events.js';
import type { EndReason } from '../../../raft/core/standing.js';
import type { Configuration, Entry, LogIndex, MemberId, Role, Term } from '../../../raft/core/types.js';
import type { VirtualMember } from '../support/cluster.js';
import { configurationWords, entryWords, nameOf } from './message-words.js';

/** A member as it can be seen from outside, at one moment. */
export interface Sight {
  readonly role: Role;
  readonly term: Term;
  readonly votedFor: MemberId | undefined;
  readonly leaderId: MemberId | undefined;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly recovering: boolean;
  /** Its peers have yet to confirm its folder. */
  readonly unproven: boolean;
  readonly ended: EndReason | undefined;
  readonly configuration: Configuration;
  /** What stands before the first entry of the log. */
  readonly baseIndex: LogIndex;
  readonly baseTerm: Term;
  /** The term of each entry in the log. */
  readonly terms: ReadonlyMap<LogIndex, Term>;
  readonly writing: PersistStep | undefined;
}

export function look(member: VirtualMember): Sight {
  const { core } = member;
  const { view, log } = core;
  const terms = new Map<LogIndex, Term>();
  for (let index = log.firstIndex; index <= log.lastIndex; index += 1)
    terms.set(index, core.termAt(index) ?? 0);
  return {
    role: core.role,
    term: view.term,
    votedFor: view.votedFor,
    leaderId: view.leaderId,
    commitIndex: view.commitIndex,
    appliedIndex: view.appliedIndex,
    recovering: view.recovering !== undefined,
    unproven: view.proof !== undefined,
    ended: view.ended,
    configuration: core.configuration,
    baseIndex: log.base.index,
    baseTerm: log.base.term,
    terms,
    writing: member.writing,
  };
}

/** Finds the content of an entry that someone has been seen to send or write. */
export type EntryLookup = (index: LogIndex, term: Term) => Entry | undefined;

export function changes(id: MemberId, before: Sight, after: Sight, entryAt: EntryLookup): readonly string[] {
  const commit = after.commitIndex === before.commitIndex ? [] : [`commits through ${after.commitIndex}`];
  // A leader acts on what it commits; a follower commits what it has taken.
  const led = before.role === 'leader';
  return [
    ...(led ? commit : []),
    ...termChanges(before, after),
    ...roleChanges(id, before, after),
    ...logChanges(before, after, entryAt),
    ...configurationChanges(before, after),
    ...(led ? [] : commit),
    ...(before.recovering && !after.recovering ? ['has recovered: its word counts again'] : []),
    ...(before.unproven && !after.unproven && after.ended === undefined
      ? ['is confirmed: its word counts']
      : []),
    ...(before.ended === after.ended ? [] : [`ends: ${after.ended}`]),
  ].map((sentence) => `${nameOf(id)} ${sentence}`);
}

function termChanges(before: Sight, after: Sight): readonly string[] {
  return before.term === after.term || after.role === 'candidate' ? [] : [`enters term ${after.term}`];
}

function roleChanges(id: MemberId, before: Sight, after: Sight): readonly string[] {
  const sentences: string[] = [];
  const newRole = before.role !== after.role || (after.role === 'candidate' && before.term !== after.term);
  if (newRole) {
    if (after.role === 'pre-candidate') sentences.push('becomes pre-candidate');
    else if (after.role === 'candidate')
      sentences.push(`becomes candidate of term ${after.term}, votes for itself`);
    else if (after.role === 'leader') sentences.push(`becomes leader of term ${after.term}`);
    else if (before.role === 'leader') sentences.push('steps down');
    else if (before.role === 'candidate' || before.role === 'pre-candidate')
      sentences.push('gives up its campaign');
  }
  const voted =
    after.votedFor !== undefined && (before.votedFor !== after.votedFor || before.term !== after.term);
  if (voted && after.votedFor !== id) sentences.push(`votes for ${nameOf(after.votedFor)}`);
  if (before.leaderId !== after.leaderId && after.role !== 'leader') {
    if (after.leaderId !== undefined) sentences.push(`follows ${nameOf(after.leaderId)}`);
    else if (before.role !== 'leader') sentences.push('follows nobody any more');
  }
  return sentences;
}

function logChanges(before: Sight, after: Sight, entryAt: EntryLookup): readonly string[] {
  const sentences: string[] = [];
  const words = (index: LogIndex, term: Term): string => {
    const entry = entryAt(index, term);
    return entry === undefined ? `${index} (term ${term})` : entryWords(entry);
  };
  const list = (terms: readonly (readonly [LogIndex, Term])[]): string =>
    `${terms.length === 1 ? 'entry' : 'entries'} ${terms.map(([index, term]) => words(index, term)).join(', ')}`;
  const removed = [...before.terms].filter(
    ([index, term]) => index > after.baseIndex && after.terms.get(index) !== term,
  );
  const appended = [...after.terms].filter(([index, term]) => before.terms.get(index) !== term);
  if (after.baseIndex !== before.baseIndex) {
    sentences.push(
      before.terms.get(after.baseIndex) === after.baseTerm
        ? `keeps no entry through ${after.baseIndex}`
        : `discards its log, which begins anew after ${after.baseIndex}`,
    );
  }
  if (removed.length > 0) sentences.push(`removes ${list(removed)}`);
  if (appended.length > 0) sentences.push(`appends ${list(appended)}`);
  return sentences;
}

function configurationChanges(before: Sight, after: Sight): readonly string[] {
  const [old, now] = [configurationWords(before.configuration), configurationWords(after.configuration)];
  return old === now ? [] : [`goes by ${now}`];
}

/** Where a member stands, in one line. */
export function statusWords(member: VirtualMember): string {
  const { core } = member;
  const { view, log } = core;
  const terms = [...look(member).terms.values()].join(' ');
  return [
    placeInTerm(core.role, view),
    `log ${log.base.index === 0 ? '' : `from ${log.firstIndex} `}[${terms}]`,
    `committed through ${view.commitIndex}`,
    ...(view.recovering === undefined
      ? []
      : [
          `recovering (it may have promised entries through ${view.recovering.promisedIndex} and terms through ${view.recovering.promisedTerm})`,
        ]),
    ...(view.proof === undefined ? [] : ['unproven']),
    ...(view.ended === undefined ? [] : [`ended: ${view.ended}`]),
  ].join(', ');
}

function placeInTerm(role: Role, view: CoreView): string {
  const { term, leaderId, votedFor } = view;
  if (role === 'leader') return `leads term ${term}`;
  if (leaderId !== undefined) return `${role} of ${nameOf(leaderId)} in term ${term}`;
  return `${role} in term ${term}${votedFor === undefined ? '' : `, voted for ${nameOf(votedFor)}`}`;
}
