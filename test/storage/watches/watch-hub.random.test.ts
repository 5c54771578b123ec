import { describe, expect, it } from 'vitest';
import { type Random, seededRandom, silentLogger } from '../../../platform/index.js';
import { deleteHistorySlice } from '../../../storage/mvcc/delete-history.js';
import type { ReplicatedState, StagedChange } from '../../../storage/mvcc/state.js';
import type { Watch, WatchEvent, WatchRequest, WatchStep } from '../../../storage/store.js';
import { WatchHub } from '../../../storage/watches/watch-hub.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';
import { openReplicatedState } from '../support/replicated-state.js';
import { bytes, text } from '../support/single-member-store.js';

/** An event as a line: what it did, and to what. */
interface Happened {
  readonly revision: number;
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly value: string;
  readonly previous: string | undefined;
}

function lineOf(event: WatchEvent): Happened {
  return {
    revision: event.item.modRevision,
    type: event.type,
    key: text(event.item.key),
    value: text(event.item.value),
    previous: event.previous === undefined ? undefined : text(event.previous.value),
  };
}

/** One watcher and what it may be told: exactly what happened between two points of completeness. */
class Reader {
  readonly watch: Watch;
  readonly #request: WatchRequest;
  readonly #happened: readonly Happened[];
  readonly #compacted: ReadonlySet<number>;
  completeRevision: number;
  ended: WatchStep | undefined;
  reading = false;
  steps = 0;

  constructor(
    hub: WatchHub,
    request: WatchRequest,
    revision: number,
    { happened, compacted }: Pick<Scene, 'happened' | 'compacted'>,
  ) {
    this.#compacted = compacted;
    this.watch = hub.watch(request);
    this.#request = request;
    this.#happened = happened;
    this.completeRevision = request.startRevision === undefined ? revision : request.startRevision - 1;
  }

  read(): void {
    if (this.reading || this.ended !== undefined) return;
    this.reading = true;
    void this.watch.next().then((step) => {
      this.reading = false;
      this.#take(step);
    });
  }

  #take(step: WatchStep): void {
    this.steps += 1;
    if (step.kind === 'end') {
      this.ended = step;
      return;
    }
    const last = this.completeRevision;
    const next = step.completeRevision;
    if (next < last) {
      // It begins in the future: nothing has happened for it.
      expect(step.events).toEqual([]);
      return;
    }
    expect(step.events.map((event) => this.#compared(lineOf(event)))).toEqual(this.#expected(last, next));
    this.completeRevision = next;
  }

  /** What a revision replaced is forgotten when it is compacted to; whoever was told of it before knows it. */
  #compared(event: Happened): Happened {
    const { previousValues } = this.#request;
    if (previousValues === true && !this.#compacted.has(event.revision)) return event;
    return { ...event, previous: undefined };
  }

  #expected(after: number, through: number): readonly Happened[] {
    const { key, end, without } = this.#request;
    const from = text(key);
    return this.#happened
      .filter(({ revision }) => revision > after && revision <= through)
      .filter((event) =>
        end === undefined
          ? event.key === from
          : event.key >= from && (end.length === 0 || event.key < text(end)),
      )
      .filter(({ type }) => without !== 'both' && without !== (type === 'put' ? 'puts' : 'deletes'))
      .map((event) => this.#compared(event));
  }
}

const MAX_TOTAL_BYTES = 8000;

class Scene {
  readonly clock = new VirtualClock();
  readonly happened: Happened[] = [];
  readonly compacted = new Set<number>();
  readonly readers: Reader[] = [];
  readonly hub: WatchHub;
  readonly state: ReplicatedState;
  readonly random: Random;
  historyReads = 0;

  constructor(state: ReplicatedState, random: Random) {
    this.state = state;
    this.random = random;
    this.hub = new WatchHub({
      clock: this.clock,
      logger: silentLogger,
      stateView: () => {
        this.historyReads += 1;
        return state.stateView();
      },
      revision: () => state.revision,
      maxQueueBytes: 3000,
      maxTotalBytes: MAX_TOTAL_BYTES,
    });
  }

  #key(): string {
    return 'abcdefgh'[this.random.integer(0, 8)]!;
  }

  async write(publishes: boolean): Promise<void> {
    const { state, random } = this;
    const keys = new Set(Array.from({ length: random.integer(1, 4) }, () => this.#key()));
    const versions = await state.prefetch(keys);
    const staged: StagedChange[] = [];
    for (const key of keys) {
      const previous = versions.get(key) ?? undefined;
      if (previous !== undefined && random.float() < 0.3) staged.push({ key, previous, next: undefined });
      else {
        const value = bytes(`${state.revision} ${'.'.repeat(random.integer(0, 300))}`);
        staged.push({ key, previous, next: { value, lease: 0 } });
      }
    }
    const changes = state.write(staged);
    const { revision } = state;
    state.commit({ index: state.appliedIndex + 1, term: 1, timeMilliseconds: 0 });
    for (const { type, item, previous } of changes) {
      const before = previous === undefined ? {} : { previous };
      this.happened.push(lineOf({ type, item, ...before }));
    }
    if (!publishes) return;
    this.hub.publish(revision, changes);
    expect(this.hub.memory.bytes).toBeLessThanOrEqual(MAX_TOTAL_BYTES);
  }

  watch(): void {
    const { state, random } = this;
    const key = bytes(this.#key());
    const ends = [undefined, undefined, bytes(this.#key()), new Uint8Array(0)];
    const end = ends[random.integer(0, ends.length)];
    const filters = [undefined, undefined, undefined, 'puts', 'deletes', 'both'] as const;
    const without = filters[random.integer(0, filters.length)];
    const begins = random.float();
    let startRevision: number | undefined;
    if (begins < 0.4) startRevision = Math.max(2, state.revision - random.integer(0, 60));
    else if (begins < 0.5) startRevision = state.revision + random.integer(1, 10);
    const request: WatchRequest = {
      key,
      ...(end === undefined ? {} : { end }),
      ...(without === undefined ? {} : { without }),
      ...(startRevision === undefined ? {} : { startRevision }),
      previousValues: random.float() < 0.5,
    };
    this.readers.push(new Reader(this.hub, request, state.revision, this));
  }

  anyReader(): Reader | undefined {
    return this.readers[this.random.integer(0, Math.max(1, this.readers.length))];
  }

  async compact(): Promise<void> {
    const { state, random } = this;
    const target = state.revision - random.integer(5, 80);
    if (target <= state.compactRevision) return;
    state.compactTo(target);
    this.compacted.add(target);
    state.commit({ index: state.appliedIndex + 1, term: 1, timeMilliseconds: 0 });
    while (await deleteHistorySlice(state));
  }

  /** A snapshot brought several revisions at once. */
  async jump(): Promise<void> {
    const count = this.random.integer(1, 5);
    for (let round = 0; round < count; round += 1) await this.write(false);
    this.hub.rewind();
  }

  async step(): Promise<void> {
    const dice = this.random.float();
    if (dice < 0.5) {
      await this.write(true);
      if (this.random.float() < 0.7) this.hub.flush();
    } else if (dice < 0.58) this.watch();
    else if (dice < 0.84) this.anyReader()?.read();
    else if (dice < 0.88) this.anyReader()?.watch.requestProgress();
    else if (dice < 0.9) await this.clock.advance(this.random.integer(0, 1500));
    else if (dice < 0.95) await this.clock.settle();
    else if (dice < 0.955) await this.compact();
    else if (dice < 0.965) await this.jump();
    else if (dice < 0.975) this.anyReader()?.watch.cancel();
  }

  /** Everybody reads until there is nothing left. */
  async drain(): Promise<void> {
    this.hub.flush();
    for (let round = 0; round < 500; round += 1) {
      for (const reader of this.readers) {
        reader.read();
        reader.watch.requestProgress();
      }
      await this.clock.settle();
      const behind = this.readers.filter(
        ({ ended, completeRevision }) => ended === undefined && completeRevision < this.state.revision,
      );
      if (behind.length === 0) return;
    }
    throw new Error('some watchers never came to the end');
  }
}

describe('watches of every kind, by readers of every speed', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'see exactly what happened, in order and once, or are told why not (seed %i)',
    async (seed) => {
      const { state } = await openReplicatedState();
      const scene = new Scene(state, seededRandom(seed));
      for (let step = 0; step < 1500; step += 1) await scene.step();
      await scene.drain();
      for (const { ended } of scene.readers) {
        if (ended?.kind !== 'end') continue;
        expect(['compacted', 'cancelled']).toContain(ended.reason.kind);
      }
      const seen = scene.readers.filter(({ ended }) => ended === undefined);
      expect(seen.length).toBeGreaterThan(0);
      expect(scene.historyReads).toBeGreaterThan(10);
      scene.hub.close({ kind: 'stopping' });
      expect(scene.hub.memory.bytes).toBe(0);
      await state.close();
    },
  );
});
