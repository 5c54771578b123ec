/**
 * What a watcher has not asked for yet. Events are shared: a thousand watchers of one key hold one event, and
 * what they hold together is counted once.
 */
import type { AppliedChange } from '../mvcc/state.js';
import type { WatchEvent } from '../store.js';

/** What an event costs beside its bytes, and what holding it costs each queue. */
const EVENT_BYTES = 256;
const SLOT_BYTES = 16;

/** A change prepared once for all watchers. */
export interface SharedEvent {
  readonly revision: number;
  readonly plain: WatchEvent;
  readonly withPrevious: WatchEvent;
  readonly bytes: number;
  /** Queues that it stands in. */
  holders: number;
}

export function shareEvent(revision: number, change: AppliedChange): SharedEvent {
  const { type, item, previous } = change;
  const plain: WatchEvent = { type, item };
  return {
    revision,
    plain,
    withPrevious: previous === undefined ? plain : { type, item, previous },
    bytes: EVENT_BYTES + item.key.length + item.value.length + (previous?.value.length ?? 0),
    holders: 0,
  };
}

/** What all queues hold together. */
export class QueueMemory {
  bytes = 0;

  hold(event: SharedEvent): void {
    if (event.holders === 0) this.bytes += event.bytes;
    event.holders += 1;
    this.bytes += SLOT_BYTES;
  }

  release(event: SharedEvent): void {
    event.holders -= 1;
    if (event.holders === 0) this.bytes -= event.bytes;
    this.bytes -= SLOT_BYTES;
  }
}

export class EventQueue {
  readonly #memory: QueueMemory;
  #events: SharedEvent[] = [];
  #bytes = 0;

  constructor(memory: QueueMemory) {
    this.#memory = memory;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** As if nobody else held them. */
  get bytes(): number {
    return this.#bytes;
  }

  get firstRevision(): number | undefined {
    return this.#events[0]?.revision;
  }

  get lastRevision(): number | undefined {
    return this.#events.at(-1)?.revision;
  }

  push(event: SharedEvent): void {
    this.#memory.hold(event);
    this.#events.push(event);
    this.#bytes += event.bytes;
  }

  /** Whole revisions from the front, at least one; none begins past so many bytes. */
  take(maxBytes: number): readonly SharedEvent[] {
    let bytes = 0;
    let count = 0;
    for (const event of this.#events) {
      if (bytes >= maxBytes && event.revision !== this.#events[count - 1]?.revision) break;
      bytes += event.bytes;
      count += 1;
    }
    const taken = this.#events.slice(0, count);
    this.#events = this.#events.slice(count);
    this.#bytes -= bytes;
    for (const event of taken) this.#memory.release(event);
    return taken;
  }

  clear(): void {
    for (const event of this.#events) this.#memory.release(event);
    this.#events = [];
    this.#bytes = 0;
  }
}
