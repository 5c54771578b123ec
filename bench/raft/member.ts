/** A member with nothing around it: its store on LevelDB, made in an empty folder. */
import { mkdir } from 'node:fs/promises';
import { type Clock, levelDbDisk, type Random, seededRandom, silentLogger } from '../../platform/index.js';
import { createRaftNode, type Transport } from '../../raft/index.js';
import { formatMemberFolder, type MemberStore, openMemberStore } from '../../storage/index.js';
import { closedLoop, type LoopResult } from './closed-loop.js';
import { openLoop } from './open-loop.js';
import { type Layer, type RunOptions, type RunResult, runResult, unbatchedLimits, warmUp } from './run.js';

/** So many keys are written over and over. */
const KEYS = 1_000;
const TIMEOUT_MILLISECONDS = 10_000;

export const clusterId = 'bench';
export const memberIds: readonly number[] = [1, 2, 3];
export const memberName = (id: number): string => `m${id}`;

export interface BareMemberOptions {
  readonly id: number;
  readonly folder: string;
  readonly transport: Transport;
  readonly batching: boolean;
  readonly clock: Clock;
  readonly random: Random;
}

export async function openBareMember(options: BareMemberOptions): Promise<MemberStore> {
  const { id, folder, transport, batching, clock, random } = options;
  await mkdir(folder, { recursive: true });
  await formatMemberFolder(
    levelDbDisk(folder),
    { clusterId, memberId: id, name: memberName(id) },
    {
      voters: memberIds,
      votersOutgoing: [],
      learners: [],
      members: memberIds.map((other) => ({
        id: other,
        name: memberName(other),
        peerAddress: '127.0.0.1:0',
      })),
    },
  );
  return openMemberStore({
    disk: levelDbDisk(folder),
    transport,
    clock,
    random,
    logger: silentLogger,
    createRaftNode: (raft) => createRaftNode(batching ? raft : { ...raft, limits: unbatchedLimits }),
  });
}

/** Puts at the leader, each one entry of the log, done when this member has applied it. */
export async function measureMember(
  { store, raft }: MemberStore,
  layer: Layer,
  options: RunOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<RunResult> {
  const { load, payloadBytes } = options;
  const value = Buffer.alloc(payloadBytes, 'x');
  const keys = Array.from({ length: KEYS }, (_, n) => Buffer.from(`/bench/${n}`));
  const submit = async (sequence: number): Promise<boolean> => {
    const key = keys[sequence % KEYS]!;
    const outcome = await store.txn(
      { compare: [], then: [{ type: 'put', key, value }], else: [] },
      { caller: 'bench', timeoutMilliseconds: TIMEOUT_MILLISECONDS },
    );
    return outcome.kind === 'done';
  };
  const propose = (seconds: number): Promise<LoopResult> => {
    const common = { seconds, clock, signal, submit };
    switch (load.kind) {
      case 'closed':
        return closedLoop({ ...common, inFlight: load.inFlight });
      case 'open':
        return openLoop({
          ...common,
          perSecond: load.perSecond,
          random: seededRandom(load.seed),
          timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        });
    }
  };
  await propose(warmUp(options).seconds);
  const before = raft.statistics();
  const loop = await propose(options.seconds);
  return runResult(layer, options, loop, before, raft.statistics());
}
