/**
 * Watches: each sees every change of its range from its start on, in revision order, a revision whole or not
 * at all, and each once. A change is prepared once, and shown only to those who watch its key.
 *
 * What waits for slow watchers is bounded, for each and for all together: past a bound those furthest behind go
 * back to reading history from disk, of which only a few do at once.
 */

import type { Clock, Logger, Timer } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import { textOf } from '../bytes.js';
import { isKept, readHistorySlice } from '../mvcc/read-history.js';
import type { AppliedChange, StateView } from '../mvcc/state.js';
import type { Watch, WatchEndReason, WatchRequest, WatchStep } from '../store.js';
import { DamagedRecordError } from '../tuple.js';
import { QueueMemory, type SharedEvent, shareEvent } from './event-queue.js';
import { Turns } from './turns.js';
import { Watcher, type WatcherHost } from './watcher.js';
import { WatcherIndex } from './watcher-index.js';

export interface WatchHubOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The state as of now; closed by the hub. */
  readonly stateView: () => StateView;
  readonly revision: () => number;
  /** History that a watch needs is not what was stored. */
  readonly damageFound?: (reason: string) => void;
  /** What one watcher may hold, and all together, where what they share counts once. */
  readonly maxQueueBytes?: number;
  readonly maxTotalBytes?: number;
  readonly progressMilliseconds?: number;
}

const DEFAULT_MAX_QUEUE_BYTES = 16 * 1024 * 1024;
const DEFAULT_MAX_TOTAL_BYTES = 64 * 1024 * 1024;
/** Once the bound is passed, so much is kept: it is not passed again by the next change. */
const RELIEVED_PART = 0.75;
const DEFAULT_PROGRESS_MILLISECONDS = 1000;
const HISTORY_SLICE_REVISIONS = 1024;
const HISTORY_SLICE_BYTES = 1024 * 1024;
const HISTORY_READS_AT_ONCE = 8;

export class WatchHub implements WatcherHost {
  readonly #options: WatchHubOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #index = new WatcherIndex<Watcher>();
  readonly #toDeliver = new Set<Watcher>();
  readonly #historyReads = new Turns(HISTORY_READS_AT_ONCE);
  readonly #maxTotalBytes: number;
  readonly maxQueueBytes: number;
  readonly memory = new QueueMemory();
  #publishedRevision: number;
  #closed = false;

  constructor(options: WatchHubOptions) {
    this.#options = options;
    this.maxQueueBytes = options.maxQueueBytes ?? DEFAULT_MAX_QUEUE_BYTES;
    this.#maxTotalBytes = options.maxTotalBytes ?? DEFAULT_MAX_TOTAL_BYTES;
    this.#publishedRevision = options.revision();
  }

  get publishedRevision(): number {
    return this.#publishedRevision;
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  watch(request: WatchRequest): Watch {
    const { startRevision } = request;
    const position = startRevision === undefined ? this.#publishedRevision : startRevision - 1;
    const watcher = new Watcher(this, request, Math.max(0, position));
    this.#watchers.add(watcher);
    if (this.#closed) watcher.end({ kind: 'stopping' });
    return watcher;
  }

  /** After a revision was applied, before its answer. */
  publish(revision: number, changes: readonly AppliedChange[]): void {
    this.#publishedRevision = revision;
    if (this.#index.isEmpty) return;
    const overfull: Watcher[] = [];
    for (const change of changes) {
      let shared: SharedEvent | undefined;
      this.#index.each(textOf(change.item.key), (watcher) => {
        shared ??= shareEvent(revision, change);
        if (!watcher.offer(shared)) overfull.push(watcher);
      });
    }
    for (const watcher of overfull) watcher.fallBack();
    if (this.memory.bytes > this.#maxTotalBytes) this.#relieve();
  }

  /** Those furthest behind hold what nobody else still holds. */
  #relieve(): void {
    const holding: { readonly watcher: Watcher; readonly revision: number }[] = [];
    for (const watcher of this.#watchers) {
      const revision = watcher.oldestQueuedRevision;
      if (revision !== undefined) holding.push({ watcher, revision });
    }
    holding.sort((a, b) => a.revision - b.revision);
    for (const { watcher } of holding) {
      if (this.memory.bytes <= this.#maxTotalBytes * RELIEVED_PART) return;
      watcher.fallBack();
    }
  }

  /** What a batch of entries brought goes out in one step; called when the batch is applied. */
  flush(): void {
    const watchers = [...this.#toDeliver];
    this.#toDeliver.clear();
    for (const watcher of watchers) watcher.deliver();
  }

  deliverSoon(watcher: Watcher): void {
    this.#toDeliver.add(watcher);
  }

  follow(watcher: Watcher): void {
    this.#index.add(watcher.request, watcher);
  }

  unfollow(watcher: Watcher): void {
    this.#index.remove(watcher.request, watcher);
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.#toDeliver.delete(watcher);
  }

  startTimer(callback: () => void): Timer {
    return this.#options.clock.setTimer(
      this.#options.progressMilliseconds ?? DEFAULT_PROGRESS_MILLISECONDS,
      callback,
    );
  }

  readHistory(request: WatchRequest, fromRevision: number): Promise<WatchStep> {
    return this.#historyReads.take(() => this.#readHistory(request, fromRevision));
  }

  async #readHistory(request: WatchRequest, fromRevision: number): Promise<WatchStep> {
    if (this.#closed) return { kind: 'end', reason: { kind: 'stopping' } };
    try {
      const state = this.#options.stateView();
      try {
        const { compactRevision } = state;
        if (!(await isKept(state, fromRevision)))
          return { kind: 'end', reason: { kind: 'compacted', compactRevision } };
        const slice = await readHistorySlice(state, {
          key: request.key,
          ...(request.end === undefined ? {} : { end: request.end }),
          fromRevision,
          previousValues: request.previousValues === true,
          ...(request.without === undefined ? {} : { without: request.without }),
          maxRevisions: HISTORY_SLICE_REVISIONS,
          maxBytes: HISTORY_SLICE_BYTES,
        });
        return { kind: 'batch', ...slice };
      } finally {
        await state.view.close();
      }
    } catch (error) {
      if (this.#closed) return { kind: 'end', reason: { kind: 'stopping' } };
      if (!(error instanceof DamagedRecordError) && !(error instanceof DiskFailedError)) throw error;
      this.#options.logger.error('a watch met damaged history', { error: error.message, fromRevision });
      this.#options.damageFound?.(error.message);
      return { kind: 'end', reason: { kind: 'corrupt' } };
    }
  }

  /** The state was replaced by a snapshot: every watcher reads on from disk where it stands. */
  rewind(): void {
    this.#toDeliver.clear();
    const before = this.#publishedRevision;
    this.#publishedRevision = this.#options.revision();
    for (const watcher of this.#watchers) watcher.rewind(before);
  }

  endAll(reason: WatchEndReason): void {
    for (const watcher of this.#watchers) watcher.end(reason);
  }

  close(reason: WatchEndReason): void {
    this.#closed = true;
    this.endAll(reason);
  }
}
