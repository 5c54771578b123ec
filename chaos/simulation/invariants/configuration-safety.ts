/**
 * Membership changes never allow two majorities (sections 4.1 to 4.3). In a form that can be checked: every
 * configuration in any log shares a member between each of its quorums and each quorum of the one before it in
 * that log; and a leader appends one only when the one before is committed and so is an entry of its own term,
 * so that no two undecided ones of different leaders can meet. That elections and commits used quorums of the
 * configuration in force is checked where votes and durable copies are counted; that a configuration goes with its
 * entry, here.
 */
import type { Configuration, LogIndex, Term } from '../../../raft/index.js';
import { decodeConfiguration, encodeConfiguration } from '../../../raft/index.js';
import type { CommittedHistory } from './committed-history.js';
import type { EntryRecord, EntryRegistry } from './entry-registry.js';
import { disjointQuorums } from './majorities.js';
import type { StepObservation } from './observation.js';
import type { Report } from './violation.js';

interface Placed {
  readonly index: LogIndex;
  readonly term: Term;
  readonly configuration: Configuration;
}

const isSame = (a: Configuration, b: Configuration): boolean =>
  Buffer.compare(encodeConfiguration(a), encodeConfiguration(b)) === 0;

export class ConfigurationSafety {
  readonly #report: Report;
  readonly #registry: EntryRegistry;
  readonly #history: CommittedHistory;
  #undecided: Placed[] = [];
  #newest: Placed | undefined;

  constructor(report: Report, registry: EntryRegistry, history: CommittedHistory) {
    this.#report = report;
    this.#registry = registry;
    this.#history = history;
  }

  #decide(): void {
    const { lastIndex } = this.#history;
    for (const placed of this.#undecided) {
      if (placed.index <= lastIndex && this.#history.termAt(placed.index) === placed.term)
        this.#newest = placed;
    }
    this.#undecided = this.#undecided.filter(({ index }) => index > lastIndex);
  }

  /** The newest committed one; undefined: still the one that the cluster was born with. */
  get newest(): Configuration | undefined {
    this.#decide();
    return this.#newest?.configuration;
  }

  /** Where that one stands. */
  get newestIndex(): LogIndex {
    this.#decide();
    return this.#newest?.index ?? 0;
  }

  /** Appended somewhere and not committed: each may still come to be. */
  undecided(): readonly Configuration[] {
    this.#decide();
    return this.#undecided.map(({ configuration }) => configuration);
  }

  /** When a log loses its end, what is in force is what is left of it (section 4.1). */
  step(observation: StepObservation): void {
    const { truncatedFrom, lastIndex, member } = observation;
    if (truncatedFrom === undefined) return;
    const expected = this.#inForceBy(observation);
    if (expected === undefined || isSame(expected, observation.configuration)) return;
    this.#report(
      'configuration-safety',
      `m${member} cut its log at ${truncatedFrom}, and goes by another configuration than its log to ${lastIndex} says`,
    );
  }

  /** undefined: the entry that says so was never seen whole. */
  #inForceBy(observation: StepObservation): Configuration | undefined {
    const { firstIndex, lastIndex } = observation;
    const index = this.#previousConfiguration(lastIndex + 1, observation);
    if (index === 0) return observation.configurationAt(firstIndex - 1);
    const entry = this.#registry.find(index, observation.termAt(index) ?? -1)?.entry;
    return entry && decodeConfiguration(entry.data);
  }

  /** An entry that no log had before. */
  entryAppeared(record: EntryRecord, observation: StepObservation): void {
    if (record.entry?.kind !== 'configuration') return;
    const { index, term } = record;
    const next = decodeConfiguration(record.entry.data);
    this.#undecided.push({ index, term, configuration: next });
    // In the order in which they would be committed.
    this.#undecided.sort((a, b) => a.index - b.index);
    const previous = observation.configurationAt(index - 1);
    const disjoint = disjointQuorums(previous, next);
    if (disjoint !== undefined)
      this.#report(
        'configuration-safety',
        `${index}/${term}: ${disjoint.map((id) => `m${id}`).join(', ')} decide alone before it, the others after it`,
      );
    // Seen first in the log of the leader that appended it, in the step in which it did.
    if (observation.term !== term) return;
    const { commitIndex, member } = observation;
    const previousIndex = this.#previousConfiguration(index, observation);
    if (previousIndex > commitIndex)
      this.#report(
        'configuration-safety',
        `m${member} appended a configuration at ${index} while the one at ${previousIndex} is not committed`,
      );
    if (observation.termAt(commitIndex) !== term)
      this.#report(
        'configuration-safety',
        `m${member} appended a configuration at ${index} before it committed anything in term ${term}`,
      );
  }

  /** Where the one before stands; 0 when it is older than the log. */
  #previousConfiguration(index: LogIndex, observation: StepObservation): LogIndex {
    for (let at = index - 1; at >= observation.firstIndex; at -= 1) {
      const record = this.#registry.find(at, observation.termAt(at) ?? -1);
      if (record?.entry?.kind === 'configuration') return at;
    }
    return 0;
  }
}
