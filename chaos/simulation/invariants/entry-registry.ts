/**
 * Log matching (figure 3.2): every entry ever seen in any log, by index and term. Two logs that hold an entry
 * of one index and term must agree on that entry and on the term before it; by induction they then agree on
 * everything before.
 */
import type { Entry, EntryKind, LogBatch, LogIndex, MemberId, Term } from '../../../raft/index.js';
import type { Monitor, StepObservation } from './observation.js';
import type { Report } from './violation.js';

export interface EntryRecord {
  readonly index: LogIndex;
  readonly term: Term;
  readonly previousTerm: Term | undefined;
  /** undefined while only its place was seen. */
  entry: Entry | undefined;
  /** Members that held it durably and have not overwritten it since. Damage later does not count against it. */
  readonly durableOn: MemberId[];
}

export function isSameEntry(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  return (
    a.index === b.index &&
    a.term === b.term &&
    a.kind === b.kind &&
    a.timeMilliseconds === b.timeMilliseconds &&
    (a.data === b.data || Buffer.compare(a.data, b.data) === 0)
  );
}

export class EntryRegistry implements Monitor {
  readonly #report: Report;
  readonly #byIndex: (EntryRecord[] | undefined)[] = [];
  /** An entry that no log had before, as its first log holds it. */
  onNew: ((record: EntryRecord, observation: StepObservation) => void) | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  find(index: LogIndex, term: Term): EntryRecord | undefined {
    const records = this.#byIndex[index];
    if (records === undefined) return undefined;
    for (const record of records) if (record.term === term) return record;
    return undefined;
  }

  step(observation: StepObservation): void {
    const { firstNewIndex, lastIndex } = observation;
    for (let index = firstNewIndex; index <= lastIndex; index += 1) this.#note(index, observation);
  }

  #note(index: LogIndex, observation: StepObservation): void {
    const term = observation.termAt(index);
    const previousTerm = observation.termAt(index - 1);
    const entry = observation.entryAt(index);
    if (term === undefined) {
      this.#report('log-matching', `m${observation.member} has no term for its entry ${index}`);
      return;
    }
    const known = this.find(index, term);
    if (known === undefined) {
      const record: EntryRecord = { index, term, previousTerm, entry, durableOn: [] };
      this.#byIndex[index] ??= [];
      this.#byIndex[index].push(record);
      this.onNew?.(record, observation);
      return;
    }
    if (previousTerm !== undefined && known.previousTerm !== undefined && known.previousTerm !== previousTerm)
      this.#report(
        'log-matching',
        `m${observation.member} holds ${index}/${term} after term ${previousTerm}, another after ${known.previousTerm}`,
      );
    this.#compare(known, entry, observation.member);
  }

  #compare(known: EntryRecord, entry: Entry | undefined, member: MemberId): void {
    if (entry === undefined) return;
    known.entry ??= entry;
    if (!isSameEntry(known.entry, entry))
      this.#report('log-matching', `m${member} holds another entry at ${known.index}/${known.term}`);
  }

  appending(member: MemberId, batch: LogBatch): void {
    for (const entry of batch.entries) {
      const known = this.find(entry.index, entry.term);
      if (known === undefined)
        this.#report('log-matching', `m${member} writes ${entry.index}/${entry.term}, which no log holds`);
      else this.#compare(known, entry, member);
    }
  }
}

export const kindOf = (record: EntryRecord): EntryKind | undefined => record.entry?.kind;
