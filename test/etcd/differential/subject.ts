/** One of the servers that are compared: it is asked, and its answers are kept as they are compared. */
import { setTimeout } from 'node:timers/promises';
import type { Event } from '../../../etcd/proto/generated/kv.js';
import {
  type LeaseKeepAliveRequest,
  type LeaseKeepAliveResponse,
  type WatchRequest,
  type WatchResponse,
  WatchService,
} from '../../../etcd/proto/generated/rpc.js';
import { CallFailed, type ClientStream, type GrpcClient } from '../support/client.js';
import { comparable, comparableError, comparableLeases, comparableTimeToLive } from './comparable.js';
import { type Call, keepAliveMethod, type Operation, unaryMethods } from './operation.js';
import { settleRange, settleTxn } from './ties.js';
import type { OpenWatcher } from './world.js';

/** Far longer than any event takes: then the comparison tells what is missing. */
const patienceMilliseconds = 60_000;

/** What streams say depends on what their member has applied: after this it is all that was answered anywhere. */
async function catchUp(client: GrpcClient): Promise<void> {
  await client.call(unaryMethods.Range, { key: Uint8Array.of(0) });
}

type Notice = (response: WatchResponse) => boolean;

/** A watch stream whose responses are told apart by their watchers. */
class WatchStream {
  readonly #client: GrpcClient;
  readonly #stream: ClientStream<WatchRequest, WatchResponse>;
  readonly #events = new Map<number, Event[]>();
  readonly #waiting = new Set<() => void>();
  readonly #notices: WatchResponse[] = [];

  constructor(client: GrpcClient) {
    this.#client = client;
    this.#stream = client.open(WatchService.methods.Watch);
    void this.#read();
  }

  /** All that the watcher with this id was told, in order; how they were put into responses says nothing. */
  events(watchId: number): readonly Event[] {
    return this.#events.get(watchId) ?? [];
  }

  send(request: Parameters<ClientStream<WatchRequest, WatchResponse>['send']>[0]): void {
    this.#stream.send(request);
  }

  catchUp(): Promise<void> {
    return catchUp(this.#client);
  }

  async #read(): Promise<void> {
    for (;;) {
      const response = await this.#stream.next();
      if (response === undefined) return;
      this.#take(response);
      for (const wake of this.#waiting) wake();
    }
  }

  #take(response: WatchResponse): void {
    const { watchId, created, canceled, events } = response;
    // An id may be used again once its watcher has ended.
    let told = this.#events.get(watchId);
    if (told === undefined || created) {
      told = [];
      this.#events.set(watchId, told);
    }
    told.push(...events);
    if (created || canceled) this.#notices.push(response);
  }

  /** The first that comes, or has come and was not asked for yet. */
  async notice(matches: Notice): Promise<unknown> {
    let found = -1;
    await this.when(() => {
      found = this.#notices.findIndex(matches);
      return found !== -1;
    });
    const [response] = this.#notices.splice(found, 1);
    return comparable(response);
  }

  async when(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  close(): void {
    this.#stream.cancel();
  }
}

export class Subject {
  readonly name: string;
  readonly #clients: readonly GrpcClient[];
  readonly #watches = new Map<number, WatchStream>();
  #keepAlive: ClientStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> | undefined;
  readonly #keepAliveClient: GrpcClient;
  #calls = 0;

  /** Calls go to the clients in turn. */
  constructor(name: string, clients: readonly GrpcClient[]) {
    this.name = name;
    this.#clients = clients;
    this.#keepAliveClient = this.#client;
  }

  get members(): number {
    return this.#clients.length;
  }

  get #client(): GrpcClient {
    this.#calls += 1;
    const client = this.#clients[this.#calls % this.#clients.length];
    if (client === undefined) throw new Error('nobody to ask');
    return client;
  }

  stream(number: number): WatchStream {
    let stream = this.#watches.get(number);
    if (stream === undefined) {
      stream = new WatchStream(this.#client);
      this.#watches.set(number, stream);
    }
    return stream;
  }

  async answer(operation: Operation): Promise<unknown> {
    try {
      return await this.#ask(operation);
    } catch (error) {
      if (error instanceof CallFailed) return comparableError(error);
      throw error;
    }
  }

  async #ask(operation: Operation): Promise<unknown> {
    switch (operation.kind) {
      case 'KeepAlive':
        return this.#renew(operation.id);
      case 'Watch':
        return this.#watch(operation);
      case 'CancelWatch': {
        const stream = this.stream(operation.stream);
        await stream.catchUp();
        stream.send({ cancelRequest: { watchId: operation.watchId } });
        return stream.notice(({ canceled, watchId }) => canceled && watchId === operation.watchId);
      }
      default:
        return this.#call(operation);
    }
  }

  async #call(operation: Call): Promise<unknown> {
    const client = this.#client;
    switch (operation.kind) {
      case 'Range':
        return comparable(
          settleRange(operation.request, await client.call(unaryMethods.Range, operation.request)),
        );
      case 'Put':
        return comparable(await client.call(unaryMethods.Put, operation.request));
      case 'DeleteRange':
        return comparable(await client.call(unaryMethods.DeleteRange, operation.request));
      case 'Txn':
        return comparable(
          settleTxn(operation.request, await client.call(unaryMethods.Txn, operation.request)),
        );
      case 'Compact':
        return comparable(await client.call(unaryMethods.Compact, operation.request));
      case 'LeaseGrant':
        return comparable(await client.call(unaryMethods.LeaseGrant, operation.request));
      case 'LeaseRevoke':
        return comparable(await client.call(unaryMethods.LeaseRevoke, operation.request));
      case 'LeaseTimeToLive':
        return comparableTimeToLive(await client.call(unaryMethods.LeaseTimeToLive, operation.request));
      case 'LeaseLeases':
        return comparableLeases(await client.call(unaryMethods.LeaseLeases, operation.request));
    }
  }

  async #renew(id: number): Promise<unknown> {
    await catchUp(this.#keepAliveClient);
    this.#keepAlive ??= this.#keepAliveClient.open(keepAliveMethod);
    this.#keepAlive.send({ ID: id });
    const response = await this.#keepAlive.next();
    if (response === undefined) throw new CallFailed(await this.#keepAlive.status);
    return comparable(response);
  }

  async #watch({ stream: number, request }: Extract<Operation, { kind: 'Watch' }>): Promise<unknown> {
    const stream = this.stream(number);
    await stream.catchUp();
    stream.send({ createRequest: request });
    return stream.notice(({ created }) => created);
  }

  /** All events of a watcher, once they are complete; what it has after a while, when they never are. */
  async told(
    { stream: number, id }: OpenWatcher,
    complete: (events: readonly Event[]) => boolean,
  ): Promise<readonly Event[]> {
    const stream = this.stream(number);
    const enough = stream.when(() => complete(stream.events(id)));
    const patience = new AbortController();
    await Promise.race([
      enough,
      setTimeout(patienceMilliseconds, undefined, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
    return [...stream.events(id)];
  }

  close(): void {
    this.#keepAlive?.cancel();
    for (const stream of this.#watches.values()) stream.close();
  }
}
