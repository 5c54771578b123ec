/**
 * One resource's changes for all who watch it here: one watch on the store, fanned out, with a bounded ring of
 * recent events from which watches that resume are served. An event is parsed and encoded at most once for each
 * form, whoever many clients receive it.
 *
 * Order and completeness are the store's promise; the feed hands on batches as they come.
 */
import type { Clock, Logger, Timer } from '../../platform/index.js';
import type { Store, Watch, WatchEndReason, WatchEvent } from '../../storage/index.js';
import { prefixRange, textOf } from './keys.js';
import type { StoredItem } from './stored-form.js';

export interface FeedEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly key: string;
  readonly revision: number;
  /** The object after the event; for a deletion the one before it, with the deletion's revision. */
  readonly item: StoredItem;
  /** The object before, with the event's revision: what a watcher is shown whose selection it leaves. */
  readonly previous: StoredItem | undefined;
  /** Encodings and parsed forms made so far, by what they are. */
  readonly forms: Map<string, unknown>;
}

export type FeedStep =
  | { readonly kind: 'events'; readonly events: readonly FeedEvent[]; readonly completeRevision: number }
  | { readonly kind: 'end'; readonly reason: WatchEndReason };

/** Called in order; must not throw. After `end` nothing follows. */
export type FeedListener = (step: FeedStep) => void;

export interface FeedSubscription {
  cancel(): void;
}

export interface Feed {
  /** Everything after `revision`, from the past if need be, without a gap, then live. */
  subscribe(revision: number, listener: FeedListener): FeedSubscription;
  close(): void;
}

export interface FeedOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly prefix: string;
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** How long the feed goes on without anyone listening. */
  readonly idleMilliseconds: number;
}

/** undefined when the store cannot say what a deletion removed. */
export function toFeedEvent(event: WatchEvent): FeedEvent | undefined {
  const revision = event.item.modRevision;
  const key = textOf(event.item.key);
  const previous =
    event.previous === undefined
      ? undefined
      : { key: event.item.key, value: event.previous.value, modRevision: revision };
  if (event.type === 'delete') {
    if (previous === undefined) return undefined;
    return { type: 'deleted', key, revision, item: previous, previous, forms: new Map() };
  }
  const item = { key: event.item.key, value: event.item.value, modRevision: revision };
  const type = event.item.version === 1 ? 'added' : 'modified';
  return { type, key, revision, item, previous, forms: new Map() };
}

function toFeedEvents(events: readonly WatchEvent[], logger: Logger): readonly FeedEvent[] {
  const result: FeedEvent[] = [];
  for (const event of events) {
    const converted = toFeedEvent(event);
    if (converted === undefined) logger.warn('a deletion without its previous value was not passed on');
    else result.push(converted);
  }
  return result;
}

function sizeOf(event: FeedEvent): number {
  return event.key.length + event.item.value.length + (event.previous?.value.length ?? 0);
}

/** A store watch as a stream of steps to a listener, which outlives `too-slow` ends by resuming. */
function follow(
  options: FeedOptions,
  startRevision: number,
  onStep: (step: FeedStep) => void,
): { cancel(): void } {
  let stopped = false;
  let current: Watch | undefined;
  const run = async (): Promise<void> => {
    let next = startRevision;
    while (!stopped) {
      const watch = options.store.watch({
        ...prefixRange(options.prefix),
        startRevision: next,
        previousValues: true,
      });
      current = watch;
      for (;;) {
        const step = await watch.next();
        if (stopped) break;
        if (step.kind === 'end') {
          if (step.reason.kind === 'too-slow') break;
          stopped = true;
          onStep({ kind: 'end', reason: step.reason });
          break;
        }
        next = Math.max(next, step.completeRevision + 1);
        onStep({
          kind: 'events',
          events: toFeedEvents(step.events, options.logger),
          completeRevision: step.completeRevision,
        });
      }
      watch.cancel();
    }
  };
  run().catch((error: unknown) => {
    if (stopped) return;
    stopped = true;
    options.logger.error('a watch on the store failed', { prefix: options.prefix, error: String(error) });
    onStep({ kind: 'end', reason: { kind: 'stopping' } });
  });
  return {
    cancel() {
      stopped = true;
      current?.cancel();
    },
  };
}

export function createFeed(options: FeedOptions): Feed {
  const listeners = new Set<FeedListener>();
  let source: { cancel(): void } | undefined;
  let ring: FeedEvent[] = [];
  let ringBytes = 0;
  /** The ring holds every event after this revision. */
  let floor = 0;
  let complete = 0;
  let idle: Timer | undefined;

  const stop = (): void => {
    source?.cancel();
    source = undefined;
    ring = [];
    ringBytes = 0;
  };

  const onStep = (step: FeedStep): void => {
    if (step.kind === 'events') {
      complete = Math.max(complete, step.completeRevision);
      for (const event of step.events) {
        ring.push(event);
        ringBytes += sizeOf(event);
      }
      trim();
    } else {
      stop();
    }
    const told = [...listeners];
    if (step.kind === 'end') listeners.clear();
    for (const listener of told) listener(step);
  };

  const trim = (): void => {
    let drop = 0;
    while (ring.length - drop > options.maxEvents || (ringBytes > options.maxBytes && drop < ring.length)) {
      const event = ring[drop]!;
      ringBytes -= sizeOf(event);
      floor = event.revision;
      drop += 1;
    }
    // One revision may hold several events of one resource: it leaves the ring as a whole.
    while (drop > 0 && drop < ring.length && ring[drop]!.revision === floor) {
      ringBytes -= sizeOf(ring[drop]!);
      drop += 1;
    }
    if (drop > 0) ring.splice(0, drop);
  };

  const join = (listener: FeedListener, cursor: number): void => {
    idle?.cancel();
    listeners.add(listener);
    if (complete <= cursor) return;
    listener({
      kind: 'events',
      events: ring.filter((event) => event.revision > cursor),
      completeRevision: complete,
    });
  };

  const leave = (listener: FeedListener): void => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    idle?.cancel();
    idle = options.clock.setTimer(options.idleMilliseconds, () => {
      if (listeners.size === 0) stop();
    });
  };

  /**
   * A private watch on the past, until it meets what the ring holds; the first one begins the ring. That a
   * client asks for a past that is compacted away ends its own watch and nobody else's.
   */
  const catchUpThenJoin = (revision: number, listener: FeedListener): FeedSubscription => {
    let over = false;
    const past = follow(options, revision + 1, (step) => {
      if (over) return;
      listener(step);
      if (step.kind === 'end' || over) return;
      if (source === undefined) {
        floor = step.completeRevision;
        complete = step.completeRevision;
        source = follow(options, complete + 1, onStep);
      }
      if (step.completeRevision < floor) return;
      over = true;
      past.cancel();
      join(listener, Math.max(step.completeRevision, revision));
    });
    return {
      cancel() {
        over = true;
        past.cancel();
      },
    };
  };

  return {
    subscribe(revision, receive) {
      const listener = onlyAfter(revision, receive);
      if (source !== undefined && revision >= floor) {
        join(listener, revision);
        return { cancel: () => leave(listener) };
      }
      const past = catchUpThenJoin(revision, listener);
      return {
        cancel() {
          past.cancel();
          leave(listener);
        },
      };
    },
    close() {
      idle?.cancel();
      onStep({ kind: 'end', reason: { kind: 'stopping' } });
    },
  };
}

/** Passes on each event once: what a listener has seen, by revision, it is not shown again. */
function onlyAfter(revision: number, receive: FeedListener): FeedListener {
  let cursor = revision;
  return (step) => {
    if (step.kind === 'end') {
      receive(step);
      return;
    }
    const seen = cursor;
    const events = step.events.filter((event) => event.revision > seen);
    if (step.completeRevision < seen && events.length === 0) return;
    cursor = Math.max(seen, step.completeRevision);
    receive({ kind: 'events', events, completeRevision: cursor });
  };
}
