/**
 * Watches: each sees every change of its range from its start on, in revision order, a revision whole or not
 * at all, and each once. A watcher first reads history from disk, then follows what is applied; what it has
 * not asked for yet waits in its queue, bounded in bytes.
 */

import type { Clock, Logger, Timer } from '../platform/index.js';
import { DiskFailedError } from '../platform/index.js';
import { textOf } from './bytes.js';
import { containsKey } from './commands/validate.js';
import { readHistorySlice } from './mvcc/read-history.js';
import type { AppliedChange, StateView } from './mvcc/state.js';
import type { Watch, WatchEndReason, WatchEvent, WatchRequest, WatchStep } from './store.js';
import { DamagedRecordError } from './tuple.js';

export interface WatchHubOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The state as of now; closed by the hub. */
  readonly stateView: () => StateView;
  readonly revision: () => number;
  readonly compactRevision: () => number;
  readonly maxQueueBytes?: number;
  readonly progressMilliseconds?: number;
}

const DEFAULT_MAX_QUEUE_BYTES = 16 * 1024 * 1024;
const DEFAULT_PROGRESS_MILLISECONDS = 1000;
const HISTORY_SLICE_REVISIONS = 1024;
const HISTORY_SLICE_BYTES = 1024 * 1024;
const BATCH_BYTES = 1024 * 1024;
const EVENT_BYTES = 128;

/** A change prepared once for all watchers. */
interface SharedEvent {
  readonly key: string;
  readonly plain: WatchEvent;
  readonly withPrevious: WatchEvent;
  readonly bytes: number;
}

interface Queued {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
  readonly bytes: number;
}

function share(change: AppliedChange): SharedEvent {
  const { type, item, previous } = change;
  const plain: WatchEvent = { type, item };
  return {
    key: textOf(item.key),
    plain,
    withPrevious: previous === undefined ? plain : { type, item, previous },
    bytes: EVENT_BYTES + item.key.length + item.value.length + (previous?.value.length ?? 0),
  };
}

class Watcher implements Watch {
  readonly #hub: WatchHub;
  readonly request: WatchRequest;
  /** Everything up to here was delivered or is queued. */
  #position: number;
  #delivered: number;
  /** Follows what is applied; otherwise it reads history when asked. */
  #live = false;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #end: WatchEndReason | undefined;
  #waiting: ((step: WatchStep) => void) | undefined;
  #pending: Promise<WatchStep> | undefined;
  #timer: Timer | undefined;

  constructor(hub: WatchHub, request: WatchRequest, position: number) {
    this.#hub = hub;
    this.request = request;
    this.#position = position;
    this.#delivered = position;
    this.#goLiveIfComplete();
  }

  next(): Promise<WatchStep> {
    // Asking twice at once is one question: an answer is never lost between two askers.
    this.#pending ??= this.#step().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  cancel(): void {
    this.end({ kind: 'cancelled' });
  }

  end(reason: WatchEndReason): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#hub.remove(this);
    this.#answer({ kind: 'end', reason });
  }

  /** Only while live. */
  offer(revision: number, shared: readonly SharedEvent[], maxQueueBytes: number): void {
    if (!this.#live || revision <= this.#position) return;
    this.#position = revision;
    const events: WatchEvent[] = [];
    let bytes = 0;
    for (const event of shared) {
      if (!containsKey(this.request, event.key)) continue;
      events.push(this.request.previousValues === true ? event.withPrevious : event.plain);
      bytes += event.bytes;
    }
    if (events.length === 0) return;
    this.#queue.push({ revision, events, bytes });
    this.#queuedBytes += bytes;
    // One large change alone does not make a watcher slow.
    if (this.#queuedBytes > maxQueueBytes && this.#queue.length > 1) this.end({ kind: 'too-slow' });
    else if (this.#waiting !== undefined) this.#hub.deliverSoon(this);
  }

  /** Answers a waiting reader with what was queued in this turn. */
  deliver(): void {
    if (this.#waiting !== undefined && this.#queue.length > 0) this.#answer(this.#takeBatch());
  }

  /** The state was replaced by a newer one: what lies between is read from its history. */
  rewind(): void {
    this.#live = false;
    if (this.#waiting === undefined) return;
    const waiting = this.#waiting;
    this.#clearWaiting();
    void this.#step().then(waiting);
  }

  async #step(): Promise<WatchStep> {
    if (this.#end !== undefined) return { kind: 'end', reason: this.#end };
    if (this.#queue.length > 0) return this.#takeBatch();
    while (!this.#live) {
      const step = await this.#readHistory();
      if (step !== undefined) return step;
    }
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#startTimer();
    });
  }

  #startTimer(): void {
    this.#timer = this.#hub.startTimer(() => {
      if (this.#waiting === undefined) return;
      // A watch may begin in the future, above all where a restarted member still replays its log: nothing is
      // complete that has not happened, and what was complete once stays so.
      if (this.#hub.revision < this.#delivered) this.#startTimer();
      else this.#answer(this.#queue.length > 0 ? this.#takeBatch() : this.#progress());
    });
  }

  #progress(): WatchStep {
    this.#delivered = Math.max(this.#delivered, this.#position);
    return { kind: 'batch', events: [], completeRevision: Math.min(this.#delivered, this.#hub.revision) };
  }

  /** undefined: nothing to report, and perhaps live now. */
  async #readHistory(): Promise<WatchStep | undefined> {
    if (this.#goLiveIfComplete()) return undefined;
    const fromRevision = this.#position + 1;
    const slice = await this.#hub.readHistory(this.request, fromRevision);
    if (this.#end !== undefined) return { kind: 'end', reason: this.#end };
    if (slice.kind === 'end') {
      this.end(slice.reason);
      return slice;
    }
    this.#position = slice.completeRevision;
    this.#goLiveIfComplete();
    if (slice.events.length === 0) return undefined;
    this.#delivered = slice.completeRevision;
    return slice;
  }

  /** No await stands between the comparison and going live, so nothing is missed between. */
  #goLiveIfComplete(): boolean {
    if (this.#position < this.#hub.revision) return false;
    this.#live = true;
    return true;
  }

  #takeBatch(): WatchStep {
    const events: WatchEvent[] = [];
    let bytes = 0;
    let taken = 0;
    for (const queued of this.#queue) {
      if (taken > 0 && bytes + queued.bytes > BATCH_BYTES) break;
      for (const event of queued.events) events.push(event);
      bytes += queued.bytes;
      taken += 1;
    }
    const last = this.#queue[taken - 1]!.revision;
    this.#queue = this.#queue.slice(taken);
    this.#queuedBytes -= bytes;
    this.#delivered = this.#queue.length === 0 ? Math.max(last, this.#position) : last;
    return { kind: 'batch', events, completeRevision: this.#delivered };
  }

  #answer(step: WatchStep): void {
    const waiting = this.#waiting;
    this.#clearWaiting();
    waiting?.(step);
  }

  #clearWaiting(): void {
    this.#waiting = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

export class WatchHub {
  readonly #options: WatchHubOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #toDeliver = new Set<Watcher>();
  readonly #maxQueueBytes: number;
  #closed = false;

  constructor(options: WatchHubOptions) {
    this.#options = options;
    this.#maxQueueBytes = options.maxQueueBytes ?? DEFAULT_MAX_QUEUE_BYTES;
  }

  get revision(): number {
    return this.#options.revision();
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  watch(request: WatchRequest): Watch {
    const position = request.startRevision === undefined ? this.revision : request.startRevision - 1;
    const watcher = new Watcher(this, request, Math.max(0, position));
    this.#watchers.add(watcher);
    if (this.#closed) watcher.end({ kind: 'stopping' });
    return watcher;
  }

  /** After a revision was applied, before its answer. */
  publish(revision: number, changes: readonly AppliedChange[]): void {
    if (this.#watchers.size === 0) return;
    const shared = changes.map(share);
    for (const watcher of this.#watchers) watcher.offer(revision, shared, this.#maxQueueBytes);
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

  async readHistory(request: WatchRequest, fromRevision: number): Promise<WatchStep> {
    const compactRevision = this.#options.compactRevision();
    if (fromRevision <= compactRevision)
      return { kind: 'end', reason: { kind: 'compacted', compactRevision } };
    try {
      const state = this.#options.stateView();
      try {
        const slice = await readHistorySlice(state, {
          key: request.key,
          ...(request.end === undefined ? {} : { end: request.end }),
          fromRevision,
          previousValues: request.previousValues === true,
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
      return { kind: 'end', reason: { kind: 'corrupt' } };
    }
  }

  /** The state was replaced by a snapshot: every watcher reads on from disk where it stands. */
  rewind(): void {
    this.#toDeliver.clear();
    for (const watcher of this.#watchers) watcher.rewind();
  }

  endAll(reason: WatchEndReason): void {
    for (const watcher of this.#watchers) watcher.end(reason);
  }

  close(reason: WatchEndReason): void {
    this.#closed = true;
    this.endAll(reason);
  }
}
