/** Does what a phase's name says to a cluster, for so long, and mends it. */
import { delay } from '../../client/index.js';
import type { Cluster, ClusterStatus } from '../../cluster/index.js';
import type { Clock, LinkFault } from '../../platform/index.js';
import { untilDefined } from '../until.js';
import {
  type FaultName,
  LOST_SHARE,
  SLOW_DISK_MILLISECONDS,
  SLOW_LINK_JITTER_MILLISECONDS,
  SLOW_LINK_MILLISECONDS,
} from './phases.js';
import { MAX_MEMBERS } from './plan.js';

export interface StrikeOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly milliseconds: number;
}

export interface Strike {
  readonly label: string;
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
}

/** Resolves when it is mended, with what was done when, by the wall clock. */
export async function strike(name: FaultName, options: StrikeOptions): Promise<readonly Strike[]> {
  const { cluster, milliseconds } = options;
  const { faults } = cluster;
  const names = cluster.members.map((member) => member.name);
  const leader = await leaderOf(options);
  const followers = names.filter((member) => member !== leader);
  const during = (label: string, begin: () => Promise<unknown>): Promise<readonly Strike[]> =>
    timed(label, options, async () => {
      await begin();
      await delay(options.clock, milliseconds, options.signal);
      await faults.heal();
    });
  switch (name) {
    case 'slow-disk':
      return during('slow disk', () =>
        faults.disk(leader, { syncDelayMilliseconds: SLOW_DISK_MILLISECONDS }),
      );
    case 'slow-network':
      return during('slow network', () =>
        faults.links(
          everyLink(names, {
            dropProbability: 0,
            delayMilliseconds: SLOW_LINK_MILLISECONDS,
            jitterMilliseconds: SLOW_LINK_JITTER_MILLISECONDS,
          }),
        ),
      );
    case 'lossy-network':
      return during('lossy network', () => faults.links(everyLink(names, { dropProbability: LOST_SHARE })));
    case 'one-way-partition':
      return during('one-way partition', () =>
        faults.links(followers.map((to) => ({ from: leader, to, dropProbability: 1 }))),
      );
    case 'minority-partition':
      return during('minority cut off', () => {
        const minority = followers.slice(0, Math.floor((names.length - 1) / 2));
        // In no group: cut off from everybody.
        return faults.partition([names.filter((member) => !minority.includes(member))]);
      });
    case 'majority-partition':
      return during('no majority', () => faults.partition(names.map((member) => [member])));
    case 'rolling-restart':
      return rollingRestart(options, followers, leader);
    case 'growth':
      return growth(options);
  }
}

async function timed(
  label: string,
  { clock }: StrikeOptions,
  act: () => Promise<void>,
): Promise<readonly Strike[]> {
  const fromMilliseconds = clock.wallMilliseconds();
  await act();
  return [{ label, fromMilliseconds, toMilliseconds: clock.wallMilliseconds() }];
}

function everyLink(names: readonly string[], fault: Omit<LinkFault, 'from' | 'to'>): readonly LinkFault[] {
  return names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to, ...fault })));
}

async function rollingRestart(
  options: StrikeOptions,
  followers: readonly string[],
  leader: string,
): Promise<readonly Strike[]> {
  const { faults, membership } = options.cluster;
  const restart = async (member: string): Promise<void> => {
    await faults.restart(member);
    await untilWell(options);
  };
  return timed('rolling restart', options, async () => {
    for (const follower of followers) await restart(follower);
    await membership.moveLeader(followers[0]!);
    await restart(leader);
  });
}

/** Each step to an odd number is one of its own on the timeline. */
async function growth(options: StrikeOptions): Promise<readonly Strike[]> {
  const { cluster } = options;
  const strikes: Strike[] = [];
  for (let size = cluster.members.length; size < MAX_MEMBERS; size += 2) {
    const step = await timed(`growth ${size} to ${size + 2}`, options, async () => {
      for (let added = 0; added < 2; added += 1) {
        options.signal.throwIfAborted();
        await cluster.membership.add();
      }
    });
    strikes.push(...step);
  }
  return strikes;
}

function leaderOf({ cluster, clock, signal }: StrikeOptions): Promise<string> {
  return untilDefined('a leader', { clock, signal, pollMilliseconds: 50 }, async () => {
    const { leader } = await cluster.status();
    return leader;
  });
}

/** All run, serve, and follow one leader. Whether all have the newest entry cannot be told while clients write. */
export async function untilWell({
  cluster,
  clock,
  signal,
}: Pick<StrikeOptions, 'cluster' | 'clock' | 'signal'>): Promise<void> {
  await untilDefined('a cluster that is well', { clock, signal, pollMilliseconds: 50 }, async () =>
    isWell(await cluster.status()) ? true : undefined,
  );
}

export function isWell({ leader, members, linkFaults }: ClusterStatus): boolean {
  return (
    leader !== undefined &&
    linkFaults.length === 0 &&
    members.every(
      (member) => member.process === 'running' && member.ready && member.leader === leader && member.voting,
    )
  );
}
