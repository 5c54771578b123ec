/** Makes load on clusters that speak the etcd API, one run after the other, and measures what it sees and costs. */
import { encodeFrame, etcdMessages } from '../../etcd/index.js';
import { type Clock, type Random, seededRandom } from '../../platform/index.js';
import type { OpenLoadRequest, OpenLoadResult, OpenOperation, SentAndAnswered } from '../lab/open-load.js';
import { Connections } from './connections.js';
import { keepAliveLoad } from './keep-alive-load.js';
import { type Material, material, VALUE_BYTES } from './keys.js';
import type { LastingConnection } from './lasting-connection.js';
import { Latencies } from './latencies.js';
import type { Load, Tally } from './load.js';
import { Arrivals } from './open/arrivals.js';
import { OpenLoop, type SentRequest } from './open/open-loop.js';
import { fellBehind } from './open/validity.js';
import type { LoadAnswer, LoadRequest, LoadResult, SideName, Workload } from './protocol.js';
import { callOf, type UnaryOperation, unaryCall, unaryLoad } from './unary-load.js';
import { watchLoad } from './watch-load.js';

const { KVService } = etcdMessages;
const MAX_KEYS_PER_TXN = 100;
const MAX_TXN_BYTES = 1024 * 1024;

/** Every key, so that each read finds one. */
async function fill(connection: LastingConnection, what: Material): Promise<void> {
  const fitting = Math.max(1, Math.floor(MAX_TXN_BYTES / (what.valueBytes + 100)));
  const keysPerTxn = Math.min(MAX_KEYS_PER_TXN, fitting);
  for (let first = 0; first < what.keyCount; first += keysPerTxn) {
    const success = Array.from({ length: Math.min(keysPerTxn, what.keyCount - first) }, (_, offset) => ({
      requestPut: { key: what.key(first + offset), value: what.anyValue() },
    }));
    await connection.unary(KVService.methods.Txn.path, encodeFrame(etcdMessages.TxnRequest, { success }));
  }
}

/** What this process costs from now until it is asked. */
function startCosts(): () => Pick<LoadResult, 'cpuSeconds' | 'busyShare'> {
  const cpuBefore = process.cpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage(cpuBefore);
    const { utilization } = performance.eventLoopUtilization(loopBefore);
    return { cpuSeconds: (user + system) / 1e6, busyShare: utilization };
  };
}

function unaryOperation(operation: OpenOperation, random: Random): UnaryOperation {
  if (operation !== 'mixed') return operation;
  return random.float() < 0.5 ? 'put' : 'range-linearizable';
}

const newTally = (): Tally => ({ latencies: new Latencies(), errors: 0, firstError: undefined });

/** A cluster that was opened, and what is written into it. */
interface OpenedSide {
  readonly connections: Connections;
  readonly material: Material;
}

export class Generator {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sides = new Map<SideName, OpenedSide>();
  #load: Load | undefined;
  #openLoop: OpenLoop | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  async answer(request: LoadRequest): Promise<LoadAnswer> {
    switch (request.kind) {
      case 'open': {
        const connections = await Connections.open(request.access, this.#clock);
        this.#sides.get(request.side)?.connections.close();
        const opened = { connections, material: material(this.#random, request.valueBytes ?? VALUE_BYTES) };
        this.#sides.set(request.side, opened);
        await fill(connections.spread(1, 0)[0]!, opened.material);
        return { kind: 'ready' };
      }
      case 'prepare': {
        const { side, workload, firstMember, onlyFirstMember, warmUpSeconds } = request;
        const { connections, material: what } = this.#side(side);
        const used = connections.spread(workload.clients, firstMember, onlyFirstMember);
        this.#load = await this.#loadOf(workload, used, what);
        if (warmUpSeconds > 0) await this.#load.run(warmUpSeconds, newTally());
        return { kind: 'ready' };
      }
      case 'run':
        return { kind: 'result', result: await this.#measure(request.seconds) };
      case 'finish':
        await this.#load?.finish();
        this.#load = undefined;
        return { kind: 'ready' };
      case 'stop-open':
        // One that came before its run, or after it.
        return { kind: 'ready' };
      case 'run-open':
        return {
          kind: 'open-result',
          result: await this.#runOpen(this.#side(request.side), request.request),
        };
    }
  }

  /** What must not wait for its turn behind the run that it is about; false: it has its turn like all else. */
  interrupt(request: LoadRequest): boolean {
    if (request.kind !== 'stop-open') return false;
    this.#openLoop?.stop();
    return true;
  }

  #side(name: SideName): OpenedSide {
    const side = this.#sides.get(name);
    if (side === undefined) throw new Error(`${name} was not opened`);
    return side;
  }

  #loadOf(
    { operation, clients }: Workload,
    connections: readonly LastingConnection[],
    what: Material,
  ): Load | Promise<Load> {
    switch (operation) {
      case 'put':
      case 'range-linearizable':
      case 'range-serializable':
      case 'txn':
        return unaryLoad(operation, clients, connections, what, this.#clock);
      case 'watch':
        return watchLoad(clients, connections, what, this.#clock);
      case 'lease-keep-alive':
        return keepAliveLoad(clients, connections, this.#random, this.#clock);
    }
  }

  async #measure(wantedSeconds: number): Promise<LoadResult> {
    if (this.#load === undefined) throw new Error('nothing was prepared');
    const tally = newTally();
    const startedAt = this.#clock.monotonicMilliseconds();
    const cost = startCosts();
    await this.#load.run(wantedSeconds, tally);
    return {
      seconds: (this.#clock.monotonicMilliseconds() - startedAt) / 1000,
      operations: tally.latencies.count,
      errors: tally.errors,
      firstError: tally.firstError,
      histogram: tally.latencies.encode(),
      ...cost(),
    };
  }

  async #runOpen(
    { connections, material: what }: OpenedSide,
    request: OpenLoadRequest,
  ): Promise<OpenLoadResult> {
    const { operation, seed, perSecond, seconds } = request;
    const startedAtMilliseconds = this.#clock.wallMilliseconds();
    const operations = seededRandom(seed + 1);
    let sequence = 0;
    const send = (member: number, lane: number): SentRequest => {
      sequence += 1;
      return unaryCall(
        connections.of(member, lane),
        callOf(unaryOperation(operation, operations), what, sequence),
      );
    };
    const cost = startCosts();
    const arrivals = new Arrivals({ perSecond, seconds, random: seededRandom(seed) });
    const answers: SentAndAnswered[] = [];
    const loop = new OpenLoop({
      ...request,
      arrivals,
      members: connections.members,
      clock: this.#clock,
      send,
      ...(request.keepAnswers === true
        ? {
            onAnswer: (answer: SentAndAnswered): void => {
              answers.push({
                dueMilliseconds: startedAtMilliseconds + answer.dueMilliseconds,
                sentMilliseconds: startedAtMilliseconds + answer.sentMilliseconds,
                answeredMilliseconds: startedAtMilliseconds + answer.answeredMilliseconds,
              });
            },
          }
        : {}),
    });
    this.#openLoop = loop;
    const { latencies, sent, ...books } = await loop.run();
    this.#openLoop = undefined;
    const costs = cost();
    const { due, answered, failed, sentLateMilliseconds } = books;
    const latencyP99Milliseconds = latencies.percentileMilliseconds(99);
    return {
      ...books,
      ...costs,
      unanswered: due - answered - failed,
      histogram: latencies.encode(),
      invalid: fellBehind({
        due,
        sent,
        sentLateMilliseconds,
        latencyP99Milliseconds,
        busyShare: costs.busyShare,
      }),
      startedAtMilliseconds,
      ...(request.keepAnswers === true ? { answers } : {}),
    };
  }

  close(): void {
    for (const { connections } of this.#sides.values()) connections.close();
  }
}
