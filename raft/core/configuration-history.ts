/**
 * The configurations that the log holds. The newest one appended is in force, committed or not (section 4.1),
 * so truncating the log must bring back the one before.
 */
import { decodeConfiguration, isVoter } from './configuration.js';
import type { Configuration, Entry, LogIndex, MemberId } from './types.js';

interface Dated {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

export class ConfigurationHistory {
  #dated: Dated[];

  constructor(index: LogIndex, configuration: Configuration) {
    this.#dated = [{ index, configuration }];
  }

  get latest(): Configuration {
    return this.#dated.at(-1)!.configuration;
  }

  /** Where the latest one stands. */
  get latestIndex(): LogIndex {
    return this.#dated.at(-1)!.index;
  }

  /** The one in force at `index`. */
  at(index: LogIndex): Configuration {
    return (this.#dated.findLast((dated) => dated.index <= index) ?? this.#dated[0]!).configuration;
  }

  /** Where that one stands. */
  indexAt(index: LogIndex): LogIndex {
    return (this.#dated.findLast((dated) => dated.index <= index) ?? this.#dated[0]!).index;
  }

  /** Election priority in the latest configuration. */
  priorityOf(id: MemberId): number {
    return this.latest.members.find((member) => member.id === id)?.priority ?? 0;
  }

  /** A voter of the configuration in force at `commitIndex` or of any one appended since. */
  votesSince(id: MemberId, commitIndex: LogIndex): boolean {
    return (
      isVoter(this.latest, id) ||
      isVoter(this.at(commitIndex), id) ||
      this.#dated.some((dated) => dated.index > commitIndex && isVoter(dated.configuration, id))
    );
  }

  /** The configuration in force at `commitIndex` remembers `id` as removed. */
  hasRemoved(id: MemberId, commitIndex: LogIndex): boolean {
    if (this.latest.removed === undefined) return false;
    return this.at(commitIndex).removed?.includes(id) ?? false;
  }

  /** Takes what the entries hold; true when the latest changed. */
  append(entries: readonly Entry[]): boolean {
    let changed = false;
    for (const entry of entries) {
      if (entry.kind !== 'configuration') continue;
      this.#dated.push({ index: entry.index, configuration: decodeConfiguration(entry.data) });
      changed = true;
    }
    return changed;
  }

  /** Forgets what stood at `index` or after; true when the latest changed. */
  truncateFrom(index: LogIndex): boolean {
    const before = this.#dated.length;
    while (this.#dated.length > 1 && this.#dated.at(-1)!.index >= index) this.#dated.pop();
    return this.#dated.length !== before;
  }

  /** Keeps only the one in force at `index` and those after. */
  compact(index: LogIndex): void {
    const keep = this.#dated.findLastIndex((dated) => dated.index <= index);
    if (keep > 0) this.#dated.splice(0, keep);
  }

  restart(index: LogIndex, configuration: Configuration): void {
    this.#dated = [{ index, configuration }];
  }
}
