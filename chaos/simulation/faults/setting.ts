/** What every fault gets to work with. */
import type { Random } from '../../../platform/index.js';
import type { MemberId } from '../../../raft/index.js';
import type { SimulatedCluster } from '../world/cluster.js';
import type { Link, SimulatedNetwork } from '../world/network.js';
import type { SimulatedMember } from '../world/simulated-member.js';
import type { Timeline } from '../world/timeline.js';
import type { Trace } from '../world/trace.js';
import type { Atlas } from './atlas.js';
import type { FaultKind } from './kinds.js';
import { OldCopies } from './old-copies.js';
import type { Operator } from './operator.js';

export interface FaultSettingOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly trace: Trace;
  readonly cluster: SimulatedCluster;
  readonly network: SimulatedNetwork;
  readonly atlas: Atlas;
  readonly operator: Operator;
  /** No more than this many members are down or paused at once. */
  readonly maxAway: number;
  /** Faults of the network and of speed end after at most this long. */
  readonly maxDurationMilliseconds: number;
  /** How far, as a fraction, two clocks' rates may be apart; undefined: anything goes. */
  readonly driftBound: number | undefined;
}

export class FaultSetting {
  readonly options: FaultSettingOptions;
  readonly counts = new Map<FaultKind, number>();
  readonly oldCopies = new OldCopies();
  /** No process is ended and no disk is touched for the time being. */
  calm = false;
  /** Whoever is healed for good: neither they nor the links between them are touched any more. */
  #spared: ReadonlySet<MemberId> = new Set();

  constructor(options: FaultSettingOptions) {
    this.options = options;
  }

  get random(): Random {
    return this.options.random;
  }

  spare(members: readonly MemberId[]): void {
    this.#spared = new Set(members);
  }

  isSpared(id: MemberId): boolean {
    return this.#spared.has(id);
  }

  /** Something was done: counts it, and writes it down. */
  note(kind: FaultKind, text: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.options.trace.add({ kind: 'fault', text: `${kind}: ${text}` });
  }

  pick<Item>(from: readonly Item[]): Item | undefined {
    return from.length === 0 ? undefined : from[this.random.integer(0, from.length)];
  }

  duration(): number {
    const share = this.random.float();
    return 50 + share * share * this.options.maxDurationMilliseconds;
  }

  later(milliseconds: number, action: () => void): void {
    this.options.timeline.after(milliseconds, action);
  }

  /** Members that run and may be touched. */
  running(): readonly SimulatedMember[] {
    if (this.calm) return [];
    return this.options.cluster.members.filter(
      (member) => member.store !== undefined && !this.isSpared(member.id) && !member.retired,
    );
  }

  /** One of those, the leader more often than its share. */
  victim(): SimulatedMember | undefined {
    if (this.calm) return undefined;
    const leader = this.options.cluster.leader();
    if (leader?.store !== undefined && !this.isSpared(leader.id) && this.random.float() < 0.35) return leader;
    return this.pick(this.running());
  }

  /** How many of those who vote are away. */
  away(): number {
    const voters = this.options.cluster.voters();
    return voters.filter((id) => {
      const member = this.options.cluster.member(id);
      return member.store === undefined || member.machine.isPaused;
    }).length;
  }

  mayTakeAway(): boolean {
    return !this.calm && this.away() < this.options.maxAway;
  }

  /** Links that may be touched. */
  links(): readonly Link[] {
    return this.options.network.links().filter(({ from, to }) => !(this.isSpared(from) && this.isSpared(to)));
  }

  /** The ids of members in use, in random order. */
  shuffled(): MemberId[] {
    const ids = this.options.cluster.members.filter((member) => !member.retired).map(({ id }) => id);
    for (let index = ids.length - 1; index > 0; index -= 1) {
      const other = this.random.integer(0, index + 1);
      [ids[index], ids[other]] = [ids[other]!, ids[index]!];
    }
    return ids;
  }
}
