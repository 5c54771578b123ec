/** State-machine safety (figure 3.2): everybody applies the committed history, each entry once and in order. */
import type { Entry, LogIndex, MemberId, SnapshotMetadata } from '../../../raft/index.js';
import type { CommittedHistory } from './committed-history.js';
import { type EntryRegistry, isSameEntry } from './entry-registry.js';
import type { Monitor } from './observation.js';
import type { Report } from './violation.js';

export class StateMachineSafety implements Monitor {
  readonly #report: Report;
  readonly #history: CommittedHistory;
  readonly #registry: EntryRegistry;
  /** The first hash that any member had at an index. */
  readonly #hashes = new Map<LogIndex, { readonly hash: string; readonly member: MemberId }>();

  constructor(report: Report, history: CommittedHistory, registry: EntryRegistry) {
    this.#report = report;
    this.#history = history;
    this.#registry = registry;
  }

  applying(member: MemberId, appliedIndex: LogIndex, entries: readonly Entry[]): void {
    let expected = appliedIndex + 1;
    for (const entry of entries) {
      if (entry.index !== expected)
        this.#report('state-machine-safety', `m${member} applies ${entry.index} where ${expected} is next`);
      expected = entry.index + 1;
      if (this.#history.termAt(entry.index) !== entry.term) {
        this.#report(
          'state-machine-safety',
          `m${member} applies ${entry.index}/${entry.term}, which nobody committed`,
        );
        continue;
      }
      const known = this.#registry.find(entry.index, entry.term)?.entry;
      if (known !== undefined && !isSameEntry(known, entry))
        this.#report('state-machine-safety', `m${member} applies something else at ${entry.index}`);
    }
  }

  snapshotInstalled(member: MemberId, snapshot: SnapshotMetadata): void {
    if (this.#history.termAt(snapshot.index) !== snapshot.term)
      this.#report(
        'state-machine-safety',
        `m${member} installs a snapshot of ${snapshot.index}/${snapshot.term}, which nobody committed`,
      );
  }

  stateAt(member: MemberId, appliedIndex: LogIndex, hash: string): void {
    const known = this.#hashes.get(appliedIndex);
    if (known === undefined) this.#hashes.set(appliedIndex, { hash, member });
    else if (known.hash !== hash)
      this.#report(
        'state-hash',
        `m${member} and m${known.member} differ at applied index ${appliedIndex}: ${hash} and ${known.hash}`,
      );
  }
}
