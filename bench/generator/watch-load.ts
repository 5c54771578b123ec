/**
 * One writer, many watchers of the key that it writes: each put follows when the one before was acknowledged and has
 * reached every watcher. What is measured is an event's way, from sending the put to the watcher. The watchers of one
 * connection share a stream, as those of an etcd client do.
 */
import { decode, encodeFrame, etcdMessages } from '../../etcd/index.js';
import type { Clock } from '../../platform/index.js';
import type { MessageStream } from './grpc-client.js';
import type { Material } from './keys.js';
import type { LastingConnection } from './lasting-connection.js';
import { failed, type Load, type Tally } from './load.js';
import { putFrame } from './unary-load.js';

const { KVService, WatchService, WatchRequest, WatchResponse } = etcdMessages;

const WATCHED_KEY = Buffer.from('watched!');
const LIMIT_MILLISECONDS = 30_000;

/** Counts down, with a limit of time. */
class Countdown {
  readonly done: Promise<void>;
  #left: number;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(count: number, what: string, clock: Clock) {
    this.#left = count;
    this.done = new Promise((resolve, reject) => {
      const timer = clock.setTimer(LIMIT_MILLISECONDS, () =>
        reject(new Error(`${this.#left} of ${count} ${what} did not come within ${LIMIT_MILLISECONDS} ms`)),
      );
      this.#resolve = () => {
        timer.cancel();
        resolve();
      };
      this.#reject = (error) => {
        timer.cancel();
        reject(error);
      };
    });
    this.done.catch(() => {});
    if (count === 0) this.#resolve();
  }

  step(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}

export async function watchLoad(
  watchers: number,
  connections: readonly LastingConnection[],
  material: Material,
  clock: Clock,
): Promise<Load> {
  const created = new Countdown(watchers, 'watchers', clock);
  let waiting: Countdown | undefined;
  let onEvent: () => void = () => {};
  const take = (message: Uint8Array): void => {
    const response = decode(WatchResponse, message);
    if (response.created) created.step();
    if (response.canceled) waiting?.fail(new Error(`a watcher was ended: ${response.cancelReason}`));
    for (let event = 0; event < response.events.length; event += 1) onEvent();
  };
  const streams: readonly MessageStream[] = connections.map((connection) =>
    connection.stream(WatchService.methods.Watch.path, take),
  );
  for (const stream of streams) {
    stream.ended.catch((error: Error) => {
      created.fail(error);
      waiting?.fail(error);
    });
  }
  for (let watcher = 0; watcher < watchers; watcher += 1) {
    streams[watcher % streams.length]!.send(
      encodeFrame(WatchRequest, { createRequest: { key: WATCHED_KEY } }),
    );
  }
  await created.done;
  const writer = connections[0]!;
  const putOnce = async (tally: Tally): Promise<void> => {
    const arriving = new Countdown(watchers, 'events', clock);
    waiting = arriving;
    const sentAt = clock.monotonicMilliseconds();
    onEvent = () => {
      tally.latencies.record(clock.monotonicMilliseconds() - sentAt);
      arriving.step();
    };
    await writer.unary(KVService.methods.Put.path, putFrame(WATCHED_KEY, material.anyValue()));
    await arriving.done;
  };
  return {
    async run(seconds, tally) {
      const endAt = clock.monotonicMilliseconds() + seconds * 1000;
      while (clock.monotonicMilliseconds() < endAt) {
        try {
          await putOnce(tally);
        } catch (error) {
          // Events of this put may still come: they would be taken for the next one's.
          await failed(tally, error, clock);
          return;
        }
      }
    },
    finish() {
      for (const stream of streams) stream.cancel();
      return Promise.resolve();
    },
  };
}
