/** The members of a simulated cluster, and what can be said of them from outside. */
import type { Configuration, MemberId, RaftLimits } from '../../../raft/index.js';
import type { Invariants } from '../invariants/invariants.js';
import { votersOf } from '../invariants/majorities.js';
import type { SimulatedNetwork } from './network.js';
import { type MemberEvents, type MemberTiming, SimulatedMember } from './simulated-member.js';
import type { Timeline } from './timeline.js';

export interface ClusterOptions {
  readonly seed: number;
  readonly members: number;
  readonly timeline: Timeline;
  readonly network: SimulatedNetwork;
  readonly invariants: Invariants;
  readonly timing: MemberTiming;
  readonly limits: Partial<RaftLimits>;
  readonly diskLatencyMilliseconds: number;
  readonly retentionMilliseconds: number;
  /** Reads by lease, within this drift of clocks; undefined: by rounds. */
  readonly leaseDriftBound: number | undefined;
  readonly events: MemberEvents;
}

const CLUSTER_ID = 'simulated';

export class SimulatedCluster {
  readonly #options: ClusterOptions;
  readonly #members = new Map<MemberId, SimulatedMember>();
  readonly birth: Configuration;
  #nextId = 1;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const ids = Array.from({ length: options.members }, (_, index) => index + 1);
    this.birth = {
      voters: ids,
      votersOutgoing: [],
      learners: [],
      members: ids.map(describe),
    };
    for (const _ of ids) this.addMember();
  }

  /** All that ever were, the removed ones too. */
  get members(): readonly SimulatedMember[] {
    return [...this.#members.values()];
  }

  member(id: MemberId): SimulatedMember {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`there is no member m${id}`);
    return member;
  }

  /** A new member with an empty disk and an id that nobody had. */
  addMember(): SimulatedMember {
    const id = this.#nextId;
    this.#nextId += 1;
    const { events, seed, timeline, network, invariants, timing, limits } = this.#options;
    const { diskLatencyMilliseconds, retentionMilliseconds, leaseDriftBound } = this.#options;
    const member = new SimulatedMember({
      id,
      clusterId: CLUSTER_ID,
      seed,
      timeline,
      network,
      invariants,
      birth: this.birth,
      timing,
      limits,
      diskLatencyMilliseconds,
      retentionMilliseconds,
      leaseDriftBound,
      events,
    });
    this.#members.set(id, member);
    return member;
  }

  /** The leader of the newest term that shows itself. */
  leader(): SimulatedMember | undefined {
    let found: SimulatedMember | undefined;
    for (const member of this.#members.values()) {
      const { status } = member;
      if (status?.role !== 'leader' || status.failure !== undefined) continue;
      if (found === undefined || status.term > found.status!.term) found = member;
    }
    return found;
  }

  /** Where the newest configuration stands that is known to be committed; 0: the cluster's first is. */
  get newestConfigurationIndex(): number {
    return this.#options.invariants.configurations.newestIndex;
  }

  /** Every configuration that some member goes by, the newest that is known to be committed among them. */
  configurationsInForce(): readonly Configuration[] {
    const found = new Map<string, Configuration>();
    const add = (configuration: Configuration): void => {
      if (configuration.voters.length > 0) found.set(keyOf(configuration), configuration);
    };
    add(this.#options.invariants.configurations.newest ?? this.birth);
    for (const configuration of this.#options.invariants.configurations.undecided()) add(configuration);
    return [...found.values()];
  }

  /** The voters of those. */
  voters(): readonly MemberId[] {
    return [...new Set(this.configurationsInForce().flatMap(votersOf))];
  }
}

function describe(id: MemberId): Configuration['members'][number] {
  return { id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` };
}

function keyOf({ voters, votersOutgoing, learners }: Configuration): string {
  return [voters, votersOutgoing, learners].map((ids) => [...ids].sort((a, b) => a - b).join(',')).join('/');
}
