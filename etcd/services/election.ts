/**
 * The Election service. Whoever's key under the name is the oldest leads, as long as its lease lives, and its value
 * is what it proclaims.
 */
import type { KeyValue, TxnOperation } from '../../storage/index.js';
import { etcdError } from '../errors.js';
import type { Call, ReplyStream } from '../grpc/call.js';
import { implement, type Method } from '../grpc/service.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import { ElectionService, type LeaderKey, type LeaderResponse } from '../proto/generated/election.js';
import { ask, type ServiceTools } from './tools.js';
import { firstOf, leaseFor, Queue, type Taken, whileWanted } from './waiting.js';

const notLeader = (): GrpcError => new GrpcError(StatusCode.UNKNOWN, 'election: not leader');
const noLeader = (): GrpcError => new GrpcError(StatusCode.UNKNOWN, 'election: no leader');
const leaseGone = (): GrpcError => etcdError('leaseNotFound');

function leaderOf(leader: LeaderKey | undefined): LeaderKey {
  if (leader !== undefined) return leader;
  throw new GrpcError(StatusCode.UNKNOWN, '"leader" field must be provided');
}

/** Only while the key is the one that was won. */
async function ifStillThere(
  tools: ServiceTools,
  call: Call,
  { key, revision }: { readonly key: Uint8Array; readonly revision: number },
  operation: TxnOperation,
): Promise<{ readonly succeeded: boolean; readonly revision: number }> {
  if (key.length === 0) throw etcdError('emptyKey');
  // No key of ours has such a revision.
  const operand = Number.isSafeInteger(revision) ? revision : -1;
  return ask(tools, call, (context) =>
    tools.store.txn(
      {
        compare: [{ key, target: 'create', result: 'equal', operand }],
        then: [operation],
        else: [],
      },
      context,
    ),
  );
}

async function proclaim(
  tools: ServiceTools,
  call: Call,
  place: { readonly key: Uint8Array; readonly revision: number },
  lease: number,
  value: Uint8Array,
): Promise<number> {
  if (!Number.isSafeInteger(lease) || lease < 0) throw leaseGone();
  const put = { type: 'put', key: place.key, value, ...(lease === 0 ? {} : { lease }) } as const;
  const { succeeded, revision } = await ifStillThere(tools, call, place, put);
  if (!succeeded) throw notLeader();
  return revision;
}

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** One election as one stream sees it: the leader, what it proclaims, and who comes after it. */
class Observer {
  readonly #tools: ServiceTools;
  readonly #stream: ReplyStream<LeaderResponse>;
  readonly #queue: Queue;

  constructor(tools: ServiceTools, stream: ReplyStream<LeaderResponse>, name: Uint8Array) {
    this.#tools = tools;
    this.#stream = stream;
    this.#queue = new Queue(tools, stream, name);
  }

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { item, revision } = await this.#queue.first();
      const leader = item ?? (await this.#elected(revision + 1, signal));
      if (leader === undefined) continue;
      const told = item === undefined ? leader.modRevision : revision;
      await this.#tell(leader, told);
      await this.#follow(leader.key, told + 1, signal);
    }
  }

  #tell(kv: KeyValue, revision: number): Promise<void> {
    return this.#stream.send({ header: this.#tools.facts.header(revision), kv });
  }

  /** The first to come; undefined: look again. */
  #elected(startRevision: number, signal: AbortSignal): Promise<KeyValue | undefined> {
    const watch = this.#queue.watch(startRevision);
    return untilAborted(watch, signal, () => firstOf(watch, ({ item }) => item));
  }

  /** What it proclaims, until its key is gone or the watch is cut. */
  #follow(key: Uint8Array, startRevision: number, signal: AbortSignal): Promise<unknown> {
    const watch = this.#tools.store.watch({ key, startRevision });
    return untilAborted(watch, signal, () =>
      firstOf(watch, async ({ type, item }) => {
        if (type === 'delete') return true;
        await this.#tell(item, item.modRevision);
        return undefined;
      }),
    );
  }
}

async function untilAborted<Value>(
  watch: { cancel(): void },
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value> {
  const cancel = (): void => watch.cancel();
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

export function electionService(tools: ServiceTools): readonly Method[] {
  const { facts } = tools;
  return implement(ElectionService, {
    Campaign: ({ name, lease, value }, call) =>
      whileWanted(tools, call, async (signal) => {
        const queue = new Queue(tools, call, name);
        const own = await leaseFor(tools, call, lease);
        const place: Taken = await queue.takePlace(own, value);
        // It stood there before, with something else to say.
        if (!sameBytes(place.value, value)) await proclaim(tools, call, place, own, value);
        const revision = await queue.awaitTurn(place, signal, leaseGone);
        const leader = { name, key: place.key, rev: place.revision, lease: own };
        return { header: facts.header(revision), leader };
      }),
    async Proclaim({ leader, value }, call) {
      const { key, rev: revision, lease } = leaderOf(leader);
      return { header: facts.header(await proclaim(tools, call, { key, revision }, lease, value)) };
    },
    async Leader({ name }, call) {
      const { item, revision } = await new Queue(tools, call, name).first();
      if (item === undefined) throw noLeader();
      return { header: facts.header(revision), kv: item };
    },
    Observe: ({ name }, stream) =>
      whileWanted(tools, stream, (signal) => new Observer(tools, stream, name).run(signal)),
    async Resign({ leader }, call) {
      const { key, rev } = leaderOf(leader);
      const { revision } = await ifStillThere(tools, call, { key, revision: rev }, { type: 'delete', key });
      return { header: facts.header(revision) };
    },
  });
}
