/**
 * What happened, as far as it is known: from what is committed and from the watchers themselves. Whatever any of
 * them saw of a revision, all others whose keys it touches must see as well.
 */
import type { HistoryValue } from '../history.js';
import { firstBeyond } from '../sorted.js';
import { covers } from './stretches.js';
import type {
  CommittedRevision,
  WatchedChange,
  WatchedEvent,
  WatcherHistory,
  WatchKnowledge,
} from './watcher-history.js';

export interface KnownChange {
  readonly value: HistoryValue;
  readonly type?: WatchedChange | undefined;
}

/** All that is known of a revision, key by key, and whether that is certainly all. */
interface KnownRevision {
  readonly changes: Map<string, KnownChange>;
  readonly whole: boolean;
}

/** What a key held and since which revision. */
export interface KnownObject {
  readonly value: HistoryValue;
  readonly revision: number;
}

export class KnownRevisions {
  readonly #revisions = new Map<number, KnownRevision>();
  readonly #sorted: readonly number[];
  readonly #knowledge: WatchKnowledge;

  constructor(
    committed: readonly CommittedRevision[],
    watchers: readonly WatcherHistory[],
    knowledge: WatchKnowledge,
  ) {
    this.#knowledge = knowledge;
    for (const { revision, events } of committed) {
      this.#revisions.set(revision, {
        changes: new Map(events.map(({ key, value, type }) => [key, { value, type }])),
        whole: true,
      });
    }
    for (const { steps } of watchers) {
      for (const step of steps) {
        for (const event of step.kind === 'batch' ? step.events : []) this.#learn(event);
      }
    }
    this.#sorted = [...this.#revisions.keys()].sort((left, right) => left - right);
  }

  /** The first to tell counts; who tells otherwise is found later. */
  #learn({ key, value, revision, type }: WatchedEvent): void {
    const known = this.#revisions.get(revision);
    const change = { value, type };
    if (known === undefined) {
      if (covers(this.#knowledge.complete ?? [], { from: revision - 1, to: revision })) return;
      this.#revisions.set(revision, { changes: new Map([[key, change]]), whole: false });
    } else if (!known.whole && !known.changes.has(key)) known.changes.set(key, change);
  }

  /** Undefined: nothing is known of the revision. */
  changesOf(revision: number): ReadonlyMap<string, KnownChange> | undefined {
    return this.#revisions.get(revision)?.changes;
  }

  /** Known revisions in [from, to]. */
  between(from: number, to: number): readonly number[] {
    return this.#sorted.slice(
      firstBeyond(this.#sorted, (revision) => revision >= from),
      firstBeyond(this.#sorted, (revision) => revision > to),
    );
  }

  /** Everything there was at a revision; undefined where a change may be unknown. */
  stateAt(revision: number): ReadonlyMap<string, KnownObject> | undefined {
    const { emptyAt, complete = [] } = this.#knowledge;
    if (emptyAt === undefined || !covers(complete, { from: emptyAt, to: revision })) return undefined;
    const state = new Map<string, KnownObject>();
    for (const changing of this.between(emptyAt + 1, revision)) {
      for (const [key, { value }] of this.changesOf(changing) ?? []) {
        if (value === null) state.delete(key);
        else state.set(key, { value, revision: changing });
      }
    }
    return state;
  }
}
