/**
 * Calls that wait for what others do: in a queue of keys, each older one first. A key in the queue lives as long as
 * its lease, so nobody waits for a client that has died.
 *
 * Faults assumed: a client that goes, or whose time is up; its lease that runs out while it waits; a watch that is
 * cut, after which everything is looked at again.
 */
import type { KeyValue, Watch, WatchEndReason, WatchEvent } from '../../storage/index.js';
import { etcdError } from '../errors.js';
import type { Call } from '../grpc/call.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import { ask, type ServiceTools } from './tools.js';

const callOver = (): GrpcError => new GrpcError(StatusCode.CANCELLED, 'context canceled');

/** Runs until it ends, or until the client, its deadline or the server does: `signal` says that nobody wants it then. */
export function whileWanted<Value>(
  tools: ServiceTools,
  call: Call,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const end = (error: GrpcError): void => {
      reject(error);
      controller.abort();
    };
    const remaining = call.remainingMilliseconds();
    const deadline =
      remaining === undefined
        ? undefined
        : tools.clock.setTimer(remaining, () =>
            end(new GrpcError(StatusCode.DEADLINE_EXCEEDED, 'context deadline exceeded')),
          );
    const stopListening = tools.onClosing(() => end(etcdError('stopped')));
    call.onCancel(() => end(callOver()));
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        deadline?.cancel();
        stopListening();
      });
  });
}

/** A watch that ended so says nothing about the keys: look again. Throws when there is nothing to look at any more. */
export function checkEnd(reason: WatchEndReason): void {
  switch (reason.kind) {
    case 'compacted':
    case 'too-slow':
      return;
    case 'stopping':
      throw etcdError('stopped');
    case 'corrupt':
      throw etcdError('corrupt');
    case 'cancelled':
      throw callOver();
  }
}

/** The watch's events in order until `take` has what it wants; undefined: the watch was cut before that. */
export async function firstOf<Value>(
  watch: Watch,
  take: (event: WatchEvent) => Value | undefined | Promise<Value | undefined>,
): Promise<Value | undefined> {
  for (;;) {
    const step = await watch.next();
    if (step.kind === 'end') {
      checkEnd(step.reason);
      return undefined;
    }
    for (const event of step.events) {
      const value = await take(event);
      if (value !== undefined) return value;
    }
  }
}

export interface Place {
  readonly key: Uint8Array;
  /** The key's create revision: the order in the queue. */
  readonly revision: number;
}

export interface Taken extends Place {
  /** What stands there. */
  readonly value: Uint8Array;
  /** It did not stand there before, so that nobody else counts on it. */
  readonly fresh: boolean;
}

/** Why somebody cannot be in the queue any more. */
export type LeftQueue = () => GrpcError;

export class Queue {
  readonly prefix: Uint8Array;
  readonly #end: Uint8Array;
  readonly #tools: ServiceTools;
  readonly #call: Call;

  constructor(tools: ServiceTools, call: Call, name: Uint8Array) {
    this.#tools = tools;
    this.#call = call;
    this.prefix = Buffer.concat([name, Buffer.from('/')]);
    // The first key behind all that begin so.
    this.#end = Buffer.concat([name, Buffer.from('0')]);
  }

  /** Where the lease's holder stands, at the end of the queue unless it stood there before. */
  async takePlace(lease: number, value: Uint8Array): Promise<Taken> {
    if (!Number.isSafeInteger(lease) || lease <= 0) throw etcdError('leaseNotFound');
    const key = Buffer.concat([this.prefix, Buffer.from(lease.toString(16))]);
    const { store } = this.#tools;
    const { succeeded, results, revision } = await ask(this.#tools, this.#call, (context) =>
      store.txn(
        {
          compare: [{ key, target: 'create', result: 'equal', operand: 0 }],
          then: [{ type: 'put', key, value, lease }],
          else: [{ type: 'range', key }],
        },
        context,
      ),
    );
    if (succeeded) return { key, revision, value, fresh: true };
    const [there] = results;
    const item = there?.type === 'range' ? there.items[0] : undefined;
    if (item === undefined) throw new Error('a key that exists was not found');
    return { key, revision: item.createRevision, value: item.value, fresh: false };
  }

  /** The first of all; undefined: nobody is there. */
  async first(): Promise<{ readonly item: KeyValue | undefined; readonly revision: number }> {
    const { items, revision } = await ask(this.#tools, this.#call, (context) =>
      this.#tools.store.range(
        {
          key: this.prefix,
          end: this.#end,
          sort: { by: 'create', order: 'ascending' },
          limitItems: 1,
          consistency: 'linearizable',
        },
        context,
      ),
    );
    return { item: items[0], revision };
  }

  /** Of those who come, and of what they say. */
  watch(startRevision: number): Watch {
    return this.#tools.store.watch({ key: this.prefix, end: this.#end, startRevision, without: 'deletes' });
  }

  /**
   * Resolves, with a revision at which it was so, when nobody is before it any more. When that is not wanted any more
   * or cannot be, its place is given up, unless it was there before: it may be what somebody holds.
   */
  async awaitTurn(place: Taken, signal: AbortSignal, left: LeftQueue): Promise<number> {
    try {
      for (;;) {
        const before = await this.#before(place);
        const own = await this.#read(place.key);
        // Whoever has gone cannot be told that it has come first.
        if (signal.aborted) throw callOver();
        if (own.item?.createRevision !== place.revision) throw left();
        if (before.item === undefined) return own.revision;
        await this.#untilDeleted(
          [
            { key: before.item.key, startRevision: before.revision + 1 },
            { key: place.key, startRevision: own.revision + 1 },
          ],
          signal,
        );
      }
    } catch (error) {
      if (place.fresh) await this.#giveUp(place);
      throw error;
    }
  }

  async #before(place: Place): Promise<{ readonly item: KeyValue | undefined; readonly revision: number }> {
    const { items, revision } = await ask(this.#tools, this.#call, (context) =>
      this.#tools.store.range(
        {
          key: this.prefix,
          end: this.#end,
          maxCreateRevision: place.revision - 1,
          sort: { by: 'create', order: 'descending' },
          limitItems: 1,
          consistency: 'linearizable',
        },
        context,
      ),
    );
    return { item: items[0], revision };
  }

  async #read(key: Uint8Array): Promise<{ readonly item: KeyValue | undefined; readonly revision: number }> {
    const { items, revision } = await ask(this.#tools, this.#call, (context) =>
      this.#tools.store.range({ key, consistency: 'linearizable' }, context),
    );
    return { item: items[0], revision };
  }

  /** Resolves when one of them may be gone. */
  async #untilDeleted(
    keys: readonly { readonly key: Uint8Array; readonly startRevision: number }[],
    signal: AbortSignal,
  ): Promise<void> {
    const watches = keys.map((each) => this.#tools.store.watch({ ...each, without: 'puts' }));
    const cancel = (): void => {
      for (const watch of watches) watch.cancel();
    };
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    const ends = watches.map((watch) => firstOf(watch, () => true));
    try {
      await Promise.race(ends);
    } finally {
      signal.removeEventListener('abort', cancel);
      cancel();
      await Promise.allSettled(ends);
    }
  }

  /** As good as it can be done: what is left behind ends with its lease. */
  async #giveUp({ key, revision }: Place): Promise<void> {
    const { store, limits } = this.#tools;
    await store
      .txn(
        {
          compare: [{ key, target: 'create', result: 'equal', operand: revision }],
          then: [{ type: 'delete', key }],
          else: [],
        },
        { caller: this.#call.peer.commonName, timeoutMilliseconds: limits.requestTimeoutMilliseconds },
      )
      .catch(() => undefined);
  }
}

/** Of those who come without one: as long as etcd gives them. */
const ownLeaseSeconds = 60;

export async function leaseFor(tools: ServiceTools, call: Call, asked: number): Promise<number> {
  if (asked !== 0) return asked;
  const request = { ttlSeconds: ownLeaseSeconds };
  const { id } = await ask(tools, call, (context) => tools.store.leaseGrant(request, context));
  return id;
}
