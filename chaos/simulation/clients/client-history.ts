/**
 * What clients and watchers were told, checked for one total order by revision that respects real time. While
 * it runs: no answer is older than what anybody knew when it was asked for. When it is over: every read equals
 * the history at its revision, every acknowledged write stands where it was said to, an unknown one at most
 * once, a refused one nowhere.
 */
import type { Report } from '../invariants/violation.js';

/** null: deleted. */
export type Value = string | null;

/** What one revision changed, by key. */
export type Changes = ReadonlyMap<string, Value>;

interface RecordedRead {
  readonly revision: number;
  /** The range that was read: one key, or all keys. */
  readonly key: string | undefined;
  /** Mod revisions of what was found, by key. */
  readonly found: ReadonlyMap<string, number>;
  readonly what: string;
}

export interface Comparison {
  readonly what: string;
  readonly key: string;
  /** 0: that there is no such key. */
  readonly operand: number;
  readonly revision: number;
  readonly succeeded: boolean;
}

interface RecordedWrite {
  readonly revision: number;
  readonly changes: Changes;
}

export class ClientHistory {
  readonly #report: Report;
  /** From watches: whole. The first watcher to see a revision is believed; the others must agree. */
  readonly #revisions = new Map<number, Changes>();
  readonly #acknowledged = new Map<number, RecordedWrite>();
  readonly #reads: RecordedRead[] = [];
  /** Values of writes that were refused. */
  readonly #refused = new Set<string>();
  /** Keys that the clients write: the others come and go with leases. */
  readonly #isClientKey: (key: string) => boolean;
  #known = 1;

  constructor(report: Report, isClientKey: (key: string) => boolean) {
    this.#report = report;
    this.#isClientKey = isClientKey;
  }

  /** The newest revision that anybody was told of: whoever asks from now on is told nothing older. */
  get knownRevision(): number {
    return this.#known;
  }

  get acknowledgedWrites(): number {
    return this.#acknowledged.size;
  }

  #learn(revision: number): void {
    if (revision > this.#known) this.#known = revision;
  }

  /** A write that changed something was acknowledged. */
  wrote(revision: number, changes: Changes, knownBefore: number): void {
    if (revision <= knownBefore)
      this.#report(
        'client-history',
        `a write got revision ${revision}, ${knownBefore} was known when it began`,
      );
    if (this.#acknowledged.has(revision))
      this.#report('client-history', `revision ${revision} was given to two writes`);
    this.#acknowledged.set(revision, { revision, changes });
    this.#learn(revision);
  }

  refused(values: readonly string[]): void {
    for (const value of values) this.#refused.add(value);
  }

  /** A linearizable read, or a transaction that changed nothing. */
  read(read: RecordedRead, knownBefore: number): void {
    if (read.revision < knownBefore)
      this.#report(
        'client-history',
        `${read.what} was answered at revision ${read.revision}, ${knownBefore} was known when it began`,
      );
    this.#learn(read.revision);
    this.#reads.push(read);
  }

  /**
   * A write that depended on a mod revision. Where it succeeded, the key stood at just that one before; where it
   * did not, at another: `current`, which came with the answer.
   */
  compared(comparison: Comparison, current: number | undefined): void {
    const { what, key, operand, revision, succeeded } = comparison;
    if (!succeeded) {
      if (current === operand)
        this.#report('client-history', `${what} was told that it failed, and ${key} stands at ${current}`);
      return;
    }
    const found = operand === 0 ? new Map<string, number>() : new Map([[key, operand]]);
    this.#reads.push({ revision: revision - 1, key, found, what: `what ${what} compared with` });
  }

  /** A read that may be stale; it must be true of its revision all the same. */
  staleRead(read: RecordedRead): void {
    this.#reads.push(read);
  }

  /** A watcher saw what a revision changed. */
  watched(revision: number, changes: Changes, watcher: string): void {
    const known = this.#revisions.get(revision);
    if (known === undefined) {
      this.#revisions.set(revision, changes);
      return;
    }
    const differs =
      known.size !== changes.size || [...changes].some(([key, value]) => known.get(key) !== value);
    if (differs)
      this.#report('watch-completeness', `${watcher} saw another revision ${revision} than others`);
  }

  /** Over: `lastRevision` is where the store stands, and all watchers have got there. */
  judge(lastRevision: number): void {
    this.#judgeWrites(lastRevision);
    this.#judgeReads(lastRevision);
  }

  #judgeWrites(lastRevision: number): void {
    const places = new Map<string, number>();
    for (const [revision, changes] of this.#revisions) {
      for (const [key, value] of changes) {
        if (value === null || !this.#isClientKey(key)) continue;
        const unique = value;
        const earlier = places.get(unique);
        if (earlier !== undefined && earlier !== revision)
          this.#report(
            'client-history',
            `${key} was written twice by one write, at ${earlier} and ${revision}`,
          );
        places.set(unique, revision);
        if (this.#refused.has(unique))
          this.#report('client-history', `a refused write of ${key} stands at revision ${revision}`);
      }
    }
    for (const { revision, changes } of this.#acknowledged.values()) {
      if (revision > lastRevision)
        this.#report(
          'client-history',
          `a write was acknowledged at ${revision}, the store ends at ${lastRevision}`,
        );
      const seen = this.#revisions.get(revision);
      if (seen === undefined) continue;
      for (const [key, value] of changes) {
        if (seen.get(key) !== value)
          this.#report(
            'client-history',
            `the write of ${key} acknowledged at ${revision} does not stand there`,
          );
      }
    }
  }

  #judgeReads(lastRevision: number): void {
    const byKey = new Map<string, number[]>();
    let unseen = 0;
    for (let revision = 2; revision <= lastRevision; revision += 1) {
      const changes = this.#revisions.get(revision) ?? this.#acknowledged.get(revision)?.changes;
      if (changes === undefined) unseen += 1;
      for (const key of changes?.keys() ?? []) {
        const places = byKey.get(key);
        if (places === undefined) byKey.set(key, [revision]);
        else places.push(revision);
      }
    }
    for (const read of this.#reads) {
      const keys = read.key === undefined ? new Set([...byKey.keys(), ...read.found.keys()]) : [read.key];
      for (const key of keys) {
        if (this.#isClientKey(key)) this.#judgeRead(read, key, byKey.get(key) ?? [], unseen > 0);
      }
    }
  }

  #judgeRead(read: RecordedRead, key: string, places: readonly number[], gaps: boolean): void {
    const last = places.findLast((revision) => revision <= read.revision);
    const changes =
      last === undefined ? undefined : (this.#revisions.get(last) ?? this.#acknowledged.get(last)?.changes);
    const expected = last === undefined || changes?.get(key) === null ? undefined : last;
    const found = read.found.get(key);
    if (found === expected) return;
    // Compacted away before any watcher saw it: then only what is older than the known is wrong.
    if (gaps && found !== undefined && found > (last ?? 0) && !this.#revisions.has(found)) return;
    if (gaps && found === undefined && expected !== undefined && this.#hasGap(expected, read.revision))
      return;
    this.#report(
      'client-history',
      `${read.what} at revision ${read.revision} found ${key} of ${found ?? 'nothing'}, history says ${expected ?? 'nothing'}`,
    );
  }

  #hasGap(after: number, through: number): boolean {
    for (let revision = after + 1; revision <= through; revision += 1) {
      if (!this.#revisions.has(revision)) return true;
    }
    return false;
  }
}
