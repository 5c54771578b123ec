/**
 * One watch. It first reads history from disk, then follows what is applied. What it has not asked for waits in
 * its queue; when that grows too large the queue is given up and the watcher reads history again from where it
 * stands: being slow costs its own reads and nobody else's memory. It ends for it only once compaction has
 * passed it.
 */
import type { Timer } from '../../platform/index.js';
import type { Watch, WatchEndReason, WatchEvent, WatchRequest, WatchStep } from '../store.js';
import { EventQueue, type QueueMemory, type SharedEvent } from './event-queue.js';

/** What a watcher needs of the hub. */
export interface WatcherHost {
  /** The newest revision that was handed to those who follow. */
  readonly publishedRevision: number;
  readonly memory: QueueMemory;
  readonly maxQueueBytes: number;
  /** From now on it is offered what changes in its range, or no longer. */
  follow(watcher: Watcher): void;
  unfollow(watcher: Watcher): void;
  remove(watcher: Watcher): void;
  /** What it has queued goes out when the batch that is being applied is done. */
  deliverSoon(watcher: Watcher): void;
  readHistory(request: WatchRequest, fromRevision: number): Promise<WatchStep>;
  startTimer(callback: () => void): Timer;
}

const BATCH_BYTES = 1024 * 1024;

export class Watcher implements Watch {
  readonly #host: WatcherHost;
  readonly request: WatchRequest;
  /** While it reads history: everything up to here was delivered or is queued. What it follows lies past it. */
  #position: number;
  /** It is offered what is applied; otherwise it reads history when asked. */
  #live = false;
  readonly #queue: EventQueue;
  #end: WatchEndReason | undefined;
  #waiting: ((step: WatchStep) => void) | undefined;
  #pending: Promise<WatchStep> | undefined;
  #progressRequested = false;
  #timer: Timer | undefined;

  constructor(host: WatcherHost, request: WatchRequest, position: number) {
    this.#host = host;
    this.request = request;
    this.#position = position;
    this.#queue = new EventQueue(host.memory);
    this.#goLiveIfComplete();
  }

  next(): Promise<WatchStep> {
    // Asking twice at once is one question: an answer is never lost between two askers.
    this.#pending ??= this.#step().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  requestProgress(): void {
    if (this.#end !== undefined) return;
    this.#progressRequested = true;
    if (this.#waiting !== undefined && this.#queue.isEmpty) this.#answer(this.#progress());
  }

  cancel(): void {
    this.end({ kind: 'cancelled' });
  }

  end(reason: WatchEndReason): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#queue.clear();
    if (this.#live) this.#host.unfollow(this);
    this.#host.remove(this);
    this.#answer({ kind: 'end', reason });
  }

  /** A change in its range, while it follows. False: it holds more than it may. */
  offer(event: SharedEvent): boolean {
    if (event.revision <= this.#position || this.#leavesOut(event.plain.type)) return true;
    this.#queue.push(event);
    if (this.#waiting !== undefined) this.#host.deliverSoon(this);
    // One large change alone does not make a watcher slow.
    return this.#queue.bytes <= this.#host.maxQueueBytes || this.#queue.firstRevision === event.revision;
  }

  #leavesOut(type: WatchEvent['type']): boolean {
    const { without } = this.request;
    return without === 'both' || without === (type === 'put' ? 'puts' : 'deletes');
  }

  /** Answers a waiting reader with what was queued in this turn. */
  deliver(): void {
    if (this.#waiting !== undefined && !this.#queue.isEmpty) this.#answer(this.#takeBatch());
  }

  /** The revision of the oldest change that it holds. */
  get oldestQueuedRevision(): number | undefined {
    return this.#queue.firstRevision;
  }

  /** Gives up what is queued: it is read again from history when it is asked for. */
  fallBack(): void {
    const first = this.#queue.firstRevision;
    if (first === undefined || !this.#live) return;
    this.#queue.clear();
    this.#readOnFrom(first - 1);
  }

  /** The state was replaced by a newer one: what lies past the last revision that was offered is read from its history. */
  rewind(offeredRevision: number): void {
    if (this.#live) this.#readOnFrom(Math.max(this.#position, offeredRevision));
  }

  #readOnFrom(position: number): void {
    this.#position = position;
    this.#live = false;
    this.#host.unfollow(this);
    if (this.#waiting === undefined) return;
    const waiting = this.#waiting;
    this.#clearWaiting();
    void this.#step().then(waiting);
  }

  async #step(): Promise<WatchStep> {
    if (this.#end !== undefined) return { kind: 'end', reason: this.#end };
    if (!this.#queue.isEmpty) return this.#takeBatch();
    while (!this.#live) {
      const step = await this.#readHistory();
      if (step !== undefined) return step;
    }
    if (this.#progressRequested) return this.#progress();
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#startTimer();
    });
  }

  #startTimer(): void {
    this.#timer = this.#host.startTimer(() => {
      if (this.#waiting === undefined) return;
      // A watch may begin in the future, above all where a restarted member still replays its log: it has nothing
      // to tell before it is there.
      if (this.#host.publishedRevision < this.#position) this.#startTimer();
      else this.#answer(this.#queue.isEmpty ? this.#progress() : this.#takeBatch());
    });
  }

  /** Only while it follows, with nothing queued: then it has seen all that was published. */
  #progress(): WatchStep {
    this.#progressRequested = false;
    return { kind: 'batch', events: [], completeRevision: this.#host.publishedRevision };
  }

  /** undefined: nothing to report, and perhaps live now. */
  async #readHistory(): Promise<WatchStep | undefined> {
    if (this.#goLiveIfComplete()) return undefined;
    const slice = await this.#host.readHistory(this.request, this.#position + 1);
    if (this.#end !== undefined) return { kind: 'end', reason: this.#end };
    if (slice.kind === 'end') {
      this.end(slice.reason);
      return slice;
    }
    this.#position = slice.completeRevision;
    const complete = this.#goLiveIfComplete();
    if (slice.events.length === 0) return undefined;
    if (complete) this.#progressRequested = false;
    return slice;
  }

  /** No await stands between the comparison and going live, so nothing is missed between. */
  #goLiveIfComplete(): boolean {
    if (this.#position < this.#host.publishedRevision) return false;
    this.#live = true;
    this.#host.follow(this);
    return true;
  }

  #takeBatch(): WatchStep {
    const taken = this.#queue.take(BATCH_BYTES);
    const withPrevious = this.request.previousValues === true;
    const events = taken.map((event) => (withPrevious ? event.withPrevious : event.plain));
    return { kind: 'batch', events, completeRevision: this.#completeAfter(taken) };
  }

  #completeAfter(taken: readonly SharedEvent[]): number {
    if (!this.#queue.isEmpty) return taken.at(-1)!.revision;
    if (!this.#live) return this.#position;
    this.#progressRequested = false;
    return this.#host.publishedRevision;
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
