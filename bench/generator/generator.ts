/** Makes load on clusters that speak the etcd API, one run after the other, and measures what it sees and costs. */
import { encodeFrame, etcdMessages } from '../../etcd/index.js';
import type { Clock, Random } from '../../platform/index.js';
import { Connections } from './connections.js';
import type { GrpcClient } from './grpc-client.js';
import { keepAliveLoad } from './keep-alive-load.js';
import { KEY_COUNT, type Material, material } from './keys.js';
import { Latencies } from './latencies.js';
import type { Load, Tally } from './load.js';
import type { LoadAnswer, LoadRequest, LoadResult, SideName, Workload } from './protocol.js';
import { unaryLoad } from './unary-load.js';
import { watchLoad } from './watch-load.js';

const { KVService } = etcdMessages;
const KEYS_PER_TXN = 100;

/** Every key, so that each read finds one. */
async function fill(connection: GrpcClient, what: Material): Promise<void> {
  for (let first = 0; first < KEY_COUNT; first += KEYS_PER_TXN) {
    const success = Array.from({ length: KEYS_PER_TXN }, (_, offset) => ({
      requestPut: { key: what.key(first + offset), value: what.anyValue() },
    }));
    await connection.unary(KVService.methods.Txn.path, encodeFrame(etcdMessages.TxnRequest, { success }));
  }
}

const newTally = (): Tally => ({ latencies: new Latencies(), errors: 0, firstError: undefined });

export class Generator {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #material: Material;
  readonly #sides = new Map<SideName, Connections>();
  #load: Load | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#material = material(random);
  }

  async answer(request: LoadRequest): Promise<LoadAnswer> {
    switch (request.kind) {
      case 'open': {
        const connections = await Connections.open(request.access);
        this.#sides.set(request.side, connections);
        await fill(connections.spread(1, 0)[0]!, this.#material);
        return { kind: 'ready' };
      }
      case 'prepare': {
        const { side, workload, firstMember, warmUpSeconds } = request;
        const connections = this.#sides.get(side);
        if (connections === undefined) throw new Error(`${side} was not opened`);
        this.#load = await this.#loadOf(workload, connections.spread(workload.clients, firstMember));
        if (warmUpSeconds > 0) await this.#load.run(warmUpSeconds, newTally());
        return { kind: 'ready' };
      }
      case 'run':
        return { kind: 'result', result: await this.#measure(request.seconds) };
      case 'finish':
        await this.#load?.finish();
        this.#load = undefined;
        return { kind: 'ready' };
    }
  }

  #loadOf({ operation, clients }: Workload, connections: readonly GrpcClient[]): Load | Promise<Load> {
    switch (operation) {
      case 'put':
      case 'range-linearizable':
      case 'range-serializable':
      case 'txn':
        return unaryLoad(operation, clients, connections, this.#material, this.#clock);
      case 'watch':
        return watchLoad(clients, connections, this.#material, this.#clock);
      case 'lease-keep-alive':
        return keepAliveLoad(clients, connections, this.#random, this.#clock);
    }
  }

  async #measure(wantedSeconds: number): Promise<LoadResult> {
    if (this.#load === undefined) throw new Error('nothing was prepared');
    const tally = newTally();
    const startedAt = this.#clock.monotonicMilliseconds();
    const cpuBefore = process.cpuUsage();
    const loopBefore = performance.eventLoopUtilization();
    await this.#load.run(wantedSeconds, tally);
    const { user, system } = process.cpuUsage(cpuBefore);
    const { utilization } = performance.eventLoopUtilization(loopBefore);
    return {
      seconds: (this.#clock.monotonicMilliseconds() - startedAt) / 1000,
      operations: tally.latencies.count,
      errors: tally.errors,
      firstError: tally.firstError,
      histogram: tally.latencies.encode(),
      cpuSeconds: (user + system) / 1e6,
      busyShare: utilization,
    };
  }

  close(): void {
    for (const connections of this.#sides.values()) connections.close();
  }
}
