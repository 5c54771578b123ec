/** How long a cluster is without a leader, and a client without an answer, after the leader is killed. */
import type { ApiClient } from '../../client/index.js';
import type { Cluster } from '../../cluster/index.js';
import type { Clock } from '../../platform/index.js';
import { untilDefined } from '../until.js';
import { createRequest } from './load.js';

/** In milliseconds. */
export interface LeaderKill {
  /** From the kill to another member that leads. */
  readonly leader: number;
  /** From the kill to the answer of the first create that was acknowledged after it. */
  readonly write: number;
}

const pollMilliseconds = 10;

export interface LeaderKillOptions {
  readonly cluster: Cluster;
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/** Rejects when a round does not end in time, or when `signal` is aborted. */
export async function measureLeaderKills(options: LeaderKillOptions): Promise<readonly LeaderKill[]> {
  const rounds: LeaderKill[] = [];
  for (let round = 0; round < options.rounds; round += 1) rounds.push(await killOnce(options, round));
  return rounds;
}

async function killOnce(options: LeaderKillOptions, round: number): Promise<LeaderKill> {
  const { cluster, clock } = options;
  const before = await waitFor(options, 'a leader and every member ready', async () => {
    const { leader, members } = await cluster.status();
    return members.every(({ ready }) => ready) ? leader : undefined;
  });
  const killing = cluster.faults.kill(before);
  const killedAt = clock.monotonicMilliseconds();
  const since = (): number => clock.monotonicMilliseconds() - killedAt;
  const [leader, write] = await Promise.all([
    waitFor(options, 'a new leader', async () => {
      const status = await cluster.status();
      const leads = status.members.some(({ name, role }) => name !== before && role === 'leader');
      return leads ? since() : undefined;
    }),
    firstWrite(options, round).then(since),
    killing,
  ]);
  await cluster.faults.restart(before);
  return { leader, write };
}

async function firstWrite(options: LeaderKillOptions, round: number): Promise<void> {
  let attempt = 0;
  await waitFor(options, 'an acknowledged create', async () => {
    attempt += 1;
    const request = createRequest(options.namespace, `failover-${round}-${attempt}`);
    const { status } = await options.client.raw({
      ...request,
      timeoutMilliseconds: 2_000,
      signal: options.signal,
    });
    return status === 201 ? true : undefined;
  });
}

/** While nobody leads, requests and even the status may fail: that is what is being measured. */
function waitFor<Value>(
  { clock, signal }: LeaderKillOptions,
  what: string,
  check: () => Promise<Value | undefined>,
): Promise<Value> {
  return untilDefined(what, { clock, signal, pollMilliseconds }, () => check().catch(() => undefined));
}
