/**
 * The log as the core sees it: the term of every entry, and the entries themselves only as far back as a byte
 * bound allows. What is not in memory is read by the driver when someone needs it.
 *
 * Invariants: `base.index < firstCached <= lastIndex + 1`; terms never fall; an entry that is not both durable
 * and committed is never dropped from memory, so only older ones ever have to be fetched.
 */
import { EntryMemory, residentBytes } from './entry-memory.js';
import type { Entry, LogIndex, SnapshotMetadata, Term } from './types.js';

/** What an entry weighs in a message and on disk: its data and the few fields around it. */
export function entryBytes(entry: Entry): number {
  return entry.data.length + 32;
}

/** Consecutive entries share a term for long, so a run costs two numbers however long it is. */
interface TermRun {
  readonly firstIndex: LogIndex;
  readonly term: Term;
}

export class RaftLog {
  #base: SnapshotMetadata;
  #runs: TermRun[] = [];
  #cached: Entry[] = [];
  #firstCached: LogIndex;
  /** As `residentBytes` counts them. */
  #cachedBytes = 0;
  readonly #memory = new EntryMemory();
  #lastIndex: LogIndex;

  constructor(base: SnapshotMetadata) {
    this.#base = base;
    this.#lastIndex = base.index;
    this.#firstCached = base.index + 1;
  }

  /** What stands before the first entry. */
  get base(): SnapshotMetadata {
    return this.#base;
  }

  get firstIndex(): LogIndex {
    return this.#base.index + 1;
  }

  get lastIndex(): LogIndex {
    return this.#lastIndex;
  }

  get lastTerm(): Term {
    return this.#runs.at(-1)?.term ?? this.#base.term;
  }

  /** The time of the last entry. Always known: the entry at the commit index stays in memory. */
  get lastTimeMilliseconds(): number {
    return this.#cached.at(-1)?.timeMilliseconds ?? this.#base.timeMilliseconds;
  }

  get cachedBytes(): number {
    return this.#cachedBytes;
  }

  /** undefined before the base and after the end. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#base.index) return this.#base.term;
    if (index < this.#base.index || index > this.#lastIndex) return undefined;
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#runs[middle]!.firstIndex <= index) low = middle;
      else high = middle - 1;
    }
    return this.#runs[low]?.term;
  }

  /** Is a log that ends like this at least as up to date as ours (section 3.6.1)? */
  isUpToDate(lastIndex: LogIndex, lastTerm: Term): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.#lastIndex);
  }

  /** The last index at or before `index` whose term is at most `term`: where the logs may still agree. */
  lastIndexWithTermAtMost(index: LogIndex, term: Term): LogIndex {
    let candidate = Math.min(index, this.#lastIndex);
    for (let run = this.#runs.length - 1; run >= 0; run -= 1) {
      const { firstIndex, term: runTerm } = this.#runs[run]!;
      if (firstIndex > candidate) continue;
      if (runTerm <= term) return candidate;
      candidate = firstIndex - 1;
    }
    return candidate;
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.index !== this.#lastIndex + 1 || entry.term < this.lastTerm) {
        throw new Error(`log: entry ${entry.index} of term ${entry.term} cannot follow ${this.#lastIndex}`);
      }
      if (entry.term !== this.#runs.at(-1)?.term)
        this.#runs.push({ firstIndex: entry.index, term: entry.term });
      this.#cached.push(this.#memory.keep(entry));
      this.#cachedBytes += residentBytes(entry);
      this.#lastIndex = entry.index;
    }
  }

  /** Removes `index` and everything after it. */
  truncateFrom(index: LogIndex): void {
    if (index <= this.#base.index) throw new Error(`log: cannot truncate ${index}, at or before the base`);
    while (this.#cached.length > 0 && this.#cached.at(-1)!.index >= index) {
      this.#cachedBytes -= residentBytes(this.#cached.pop()!);
    }
    while ((this.#runs.at(-1)?.firstIndex ?? 0) >= index) this.#runs.pop();
    this.#lastIndex = Math.min(this.#lastIndex, index - 1);
    this.#firstCached = Math.min(this.#firstCached, this.#lastIndex + 1);
  }

  /** Entries [from, to) within `maxBytes`, at least one; undefined when the driver must fetch them. */
  slice(from: LogIndex, to: LogIndex, maxBytes: number): readonly Entry[] | undefined {
    if (from < this.#firstCached) return undefined;
    const start = from - this.#firstCached;
    const limit = Math.min(to - this.#firstCached, this.#cached.length);
    let end = start;
    let bytes = 0;
    while (end < limit) {
      bytes += entryBytes(this.#cached[end]!);
      if (bytes > maxBytes && end > start) break;
      end += 1;
    }
    return this.#cached.slice(start, end);
  }

  /** The entry, when it is in memory. */
  cachedEntry(index: LogIndex): Entry | undefined {
    return this.#cached[index - this.#firstCached];
  }

  /** Drops the oldest entries from memory when it is past the bound, none at or after `keepFrom`. */
  evict(keepFrom: LogIndex, maxBytes: number): void {
    if (this.#cachedBytes <= maxBytes) return;
    // Somewhat further than it must, so that the array is not shifted for every entry.
    const targetBytes = maxBytes - maxBytes / 8;
    let count = 0;
    while (
      this.#cachedBytes > targetBytes &&
      count < this.#cached.length &&
      this.#cached[count]!.index < keepFrom
    ) {
      this.#cachedBytes -= residentBytes(this.#cached[count]!);
      count += 1;
    }
    this.#dropCached(count);
  }

  /** Forgets everything through `base.index`, which must be within the log. */
  compact(base: SnapshotMetadata): void {
    if (base.index <= this.#base.index) return;
    if (this.termAt(base.index) !== base.term) throw new Error(`log: compaction at ${base.index} disagrees`);
    let count = 0;
    while (count < this.#cached.length && this.#cached[count]!.index <= base.index) {
      this.#cachedBytes -= residentBytes(this.#cached[count]!);
      count += 1;
    }
    this.#base = base;
    this.#dropCached(count);
    this.#firstCached = Math.max(this.#firstCached, base.index + 1);
    const next = this.#runs.findLastIndex((run) => run.firstIndex <= base.index + 1);
    if (next > 0) this.#runs.splice(0, next);
    if (base.index === this.#lastIndex) this.#runs = [];
  }

  /** The log is empty and begins after a snapshot. */
  restart(base: SnapshotMetadata): void {
    this.#base = base;
    this.#runs = [];
    this.#cached = [];
    this.#cachedBytes = 0;
    this.#lastIndex = base.index;
    this.#firstCached = base.index + 1;
  }

  #dropCached(count: number): void {
    if (count === 0) return;
    this.#cached.splice(0, count);
    this.#firstCached += count;
  }
}
