/** Leases that are kept alive as fast as it goes: each has one keep-alive under way; those of a connection share a stream. */
import { decode, encodeFrame, etcdMessages } from '../../etcd/index.js';
import type { Clock, Random } from '../../platform/index.js';
import type { MessageStream } from './grpc-client.js';
import type { LastingConnection } from './lasting-connection.js';
import { failed, type Load, type Tally } from './load.js';

const { LeaseService, LeaseGrantRequest, LeaseRevokeRequest } = etcdMessages;
const { LeaseKeepAliveRequest, LeaseKeepAliveResponse } = etcdMessages;

const TTL_SECONDS = 600;
const GRANTS_AT_ONCE = 64;

type Settle = (error: Error | undefined) => void;

/** Runs `action` for each item, so many at once. */
async function forEach<Item>(
  items: readonly Item[],
  atOnce: number,
  action: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      await action(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, loop));
}

/** The ids are ours to choose: those that etcd chooses are larger than a number holds. */
export async function keepAliveLoad(
  count: number,
  connections: readonly LastingConnection[],
  random: Random,
  clock: Clock,
): Promise<Load> {
  const firstId = random.integer(1, 2 ** 30) * 2 ** 20;
  const leases = Array.from({ length: count }, (_, index) => firstId + index);
  await forEach(leases, GRANTS_AT_ONCE, async (ID, index) => {
    const frame = encodeFrame(LeaseGrantRequest, { TTL: TTL_SECONDS, ID });
    await connections[index % connections.length]!.unary(LeaseService.methods.LeaseGrant.path, frame);
  });
  const waiting = new Map<number, Settle>();
  const take = (message: Uint8Array): void => {
    const { ID, TTL } = decode(LeaseKeepAliveResponse, message);
    const settle = waiting.get(ID);
    waiting.delete(ID);
    settle?.(TTL > 0 ? undefined : new Error('the lease is gone'));
  };
  const streams: readonly MessageStream[] = connections.map((connection) =>
    connection.stream(LeaseService.methods.LeaseKeepAlive.path, take),
  );
  for (const stream of streams) {
    stream.ended.catch((error: Error) => {
      for (const settle of waiting.values()) settle(error);
      waiting.clear();
    });
  }
  const keepAlive = (id: number, index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.set(id, (error) => (error === undefined ? resolve() : reject(error)));
      streams[index % streams.length]!.send(encodeFrame(LeaseKeepAliveRequest, { ID: id }));
    });
  async function client(id: number, index: number, endAt: number, tally: Tally): Promise<void> {
    for (let now = clock.monotonicMilliseconds(); now < endAt; ) {
      const sentAt = now;
      try {
        await keepAlive(id, index);
        now = clock.monotonicMilliseconds();
        tally.latencies.record(now - sentAt);
      } catch (error) {
        await failed(tally, error, clock);
        now = clock.monotonicMilliseconds();
      }
    }
  }
  return {
    async run(seconds, tally) {
      const endAt = clock.monotonicMilliseconds() + seconds * 1000;
      await Promise.all(leases.map((id, index) => client(id, index, endAt, tally)));
    },
    async finish() {
      for (const stream of streams) stream.cancel();
      await forEach(leases, GRANTS_AT_ONCE, async (id, index) => {
        const frame = encodeFrame(LeaseRevokeRequest, { ID: id });
        await connections[index % connections.length]!.unary(LeaseService.methods.LeaseRevoke.path, frame);
      });
    },
  };
}
