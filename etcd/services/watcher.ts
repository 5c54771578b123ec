/**
 * One watcher of a watch stream: takes batches from the store one after the other, each only when the one before is
 * on its way, and sends them. Where the store gives it up for being slow it goes on from history, as etcd's do.
 */
import type { Clock } from '../../platform/index.js';
import type { Store, Watch, WatchEndReason, WatchEvent, WatchRequest } from '../../storage/index.js';
import type { Init } from '../proto/codec.js';
import { type Event, EventType } from '../proto/generated/kv.js';
import type { WatchResponse } from '../proto/generated/rpc.js';

export interface WatcherOptions {
  readonly id: number;
  readonly request: WatchRequest;
  /** It is complete up to here from the start. */
  readonly complete: number;
  readonly fragment: boolean;
  readonly progressNotify: boolean;
}

export interface WatcherHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly progressNotifyMilliseconds: number;
  readonly maxResponseBytes: number;
  header(revision: number): Init<WatchResponse>['header'];
  /** Resolves when more may be sent. */
  send(response: Init<WatchResponse>): Promise<void>;
  /** A watcher has come further, or has ended. */
  moved(): void;
  /** What lies beyond this revision has to wait; undefined: nothing has to. */
  heldAt(): { readonly revision: number; readonly released: Promise<void> } | undefined;
}

function wireEvent({ type, item, previous }: WatchEvent): Init<Event> {
  if (type === 'put') return { type: EventType.PUT, kv: item, prevKv: previous };
  const { key, modRevision } = item;
  return { type: EventType.DELETE, kv: { key, modRevision }, prevKv: previous };
}

/** About what it takes in a response. */
function eventBytes({ item, previous }: WatchEvent): number {
  const before = previous === undefined ? 0 : previous.key.length + previous.value.length + 48;
  return item.key.length + item.value.length + before + 48;
}

/** Into pieces of at most `maxBytes`, but at least an event each. */
export function fragments(
  events: readonly WatchEvent[],
  maxBytes: number,
): readonly (readonly WatchEvent[])[] {
  const pieces: WatchEvent[][] = [];
  let piece: WatchEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const more = eventBytes(event);
    if (piece.length > 0 && bytes + more > maxBytes) {
      pieces.push(piece);
      piece = [];
      bytes = 0;
    }
    piece.push(event);
    bytes += more;
  }
  pieces.push(piece);
  return pieces;
}

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #host: WatcherHost;
  #source: Watch;
  #complete: number;
  #cancelled = false;
  #lastSent: number;

  constructor(options: WatcherOptions, host: WatcherHost) {
    this.#options = options;
    this.#host = host;
    this.#complete = options.complete;
    this.#lastSent = host.clock.monotonicMilliseconds();
    this.#source = host.store.watch(options.request);
  }

  /** Everything up to here has been sent. */
  get complete(): number {
    return this.#complete;
  }

  requestProgress(): void {
    this.#source.requestProgress();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#source.cancel();
  }

  /** Runs until the watcher ends; resolves with why, or with undefined when it was cancelled. Rejects with the stream. */
  async run(): Promise<WatchEndReason | undefined> {
    for (;;) {
      const step = await this.#source.next();
      if (this.#cancelled) return undefined;
      if (step.kind === 'batch') {
        await this.#take(step.events, step.completeRevision);
        if (this.#cancelled) return undefined;
      } else if (step.reason.kind === 'too-slow') {
        this.#source = this.#host.store.watch({
          ...this.#options.request,
          startRevision: this.#complete + 1,
        });
      } else return step.reason;
    }
  }

  async #take(events: readonly WatchEvent[], complete: number): Promise<void> {
    const held = this.#host.heldAt();
    if (held === undefined || complete <= held.revision) {
      await this.#deliver(events, complete);
      return;
    }
    const beyond = events.findIndex(({ item }) => item.modRevision > held.revision);
    const now = beyond === -1 ? events : events.slice(0, beyond);
    await this.#deliver(now, held.revision);
    await held.released;
    if (this.#cancelled) return;
    await this.#deliver(beyond === -1 ? [] : events.slice(beyond), complete);
  }

  async #deliver(events: readonly WatchEvent[], complete: number): Promise<void> {
    const sent = events.length === 0 ? this.#notifyProgress(complete) : this.#sendEvents(events, complete);
    if (complete > this.#complete) {
      // Said already: whatever is sent from now on comes after it.
      this.#complete = complete;
      this.#host.moved();
    }
    await sent;
  }

  async #sendEvents(events: readonly WatchEvent[], complete: number): Promise<void> {
    const { id: watchId, fragment } = this.#options;
    const header = this.#host.header(complete);
    this.#lastSent = this.#host.clock.monotonicMilliseconds();
    if (!fragment) {
      await this.#host.send({ header, watchId, events: events.map(wireEvent) });
      return;
    }
    const pieces = fragments(events, this.#host.maxResponseBytes);
    // All at once, so that nothing comes between them; each waits its turn all the same.
    await Promise.all(
      pieces.map((piece, index) =>
        this.#host.send({
          header,
          watchId,
          events: piece.map(wireEvent),
          fragment: index < pieces.length - 1,
        }),
      ),
    );
  }

  async #notifyProgress(complete: number): Promise<void> {
    if (!this.#options.progressNotify) return;
    const now = this.#host.clock.monotonicMilliseconds();
    if (now - this.#lastSent < this.#host.progressNotifyMilliseconds) return;
    this.#lastSent = now;
    await this.#host.send({ header: this.#host.header(complete), watchId: this.#options.id });
  }
}
