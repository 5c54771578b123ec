/** The `ClusterAdmin` of one member: what it knows of the cluster and of itself. */

import type { Clock } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import type { Configuration, RaftNode, RaftStatus, Transport } from '../../raft/index.js';
import type { ClusterAdmin, MemberDescription, MemberHealth, MemberStatus } from '../cluster-admin.js';
import type { MemberStateMachine } from '../state-machine.js';
import type { CallContext, Outcome } from '../store.js';
import type { MemberIdentity } from './identity-file.js';
import type { LocalStore } from './local-store.js';

export interface LocalAdminOptions {
  readonly identity: MemberIdentity;
  readonly raft: RaftNode;
  readonly transport: Transport;
  readonly machine: MemberStateMachine;
  /** What stopped this member's disk. */
  readonly diskFailure: () => Error | undefined;
  readonly store: LocalStore;
  readonly clock: Clock;
}

/** The transport pings about each second: three missed ones are a silence. */
const SILENCE_MILLISECONDS = 3500;

function nameOf(configuration: Configuration, id: number | undefined): string | undefined {
  return configuration.members.find((member) => member.id === id)?.name;
}

export class LocalAdmin implements ClusterAdmin {
  readonly #options: LocalAdminOptions;

  constructor(options: LocalAdminOptions) {
    this.#options = options;
  }

  async status(): Promise<MemberStatus> {
    const { identity, raft, machine, store } = this.#options;
    const databaseBytes = await store.databaseBytes();
    // Taken together, without an await between: the hash belongs to this applied index.
    const status = raft.status();
    const { state } = machine;
    return {
      id: identity.memberId,
      name: identity.name,
      clusterId: identity.clusterId,
      role: status.role,
      term: status.term,
      leaderId: status.leaderId,
      leaderName: nameOf(status.configuration, status.leaderId),
      commitIndex: status.commitIndex,
      appliedIndex: state.appliedIndex,
      durableIndex: status.durableIndex,
      firstIndex: status.firstIndex,
      lastIndex: status.lastIndex,
      revision: state.revision,
      compactRevision: state.compactRevision,
      databaseBytes,
      condition: status.condition,
      failure: this.#failure(status),
      stateHash: state.stateHash(),
      hasQuorum: status.hasQuorum,
    };
  }

  #failure(status: RaftStatus): string | undefined {
    return status.failure ?? this.#options.diskFailure()?.message;
  }

  async members(): Promise<readonly MemberDescription[]> {
    const { configuration } = this.#options.raft.status();
    return configuration.members.map((member) => ({
      id: member.id,
      name: member.name,
      peerAddress: member.peerAddress,
      role: configuration.learners.includes(member.id) ? 'learner' : 'voter',
    }));
  }

  async moveLeader(toMemberId: number, _context: CallContext): Promise<Outcome<Record<string, never>>> {
    const { raft } = this.#options;
    const { configuration, role } = raft.status();
    if (!configuration.voters.includes(toMemberId)) {
      const message = `there is no voting member ${toMemberId}`;
      return { kind: 'refused', refusal: { reason: 'invalid', message } };
    }
    if (role !== 'leader') {
      const message = 'only the leader can hand over its office: ask it';
      return { kind: 'refused', refusal: { reason: 'invalid', message } };
    }
    switch (await raft.transferLeadership(toMemberId)) {
      case 'done':
        return { kind: 'done', value: {} };
      case 'refused':
        return { kind: 'refused', refusal: { reason: 'no-leader', message: 'the transfer was refused' } };
      case 'timeout':
        return { kind: 'unknown', message: 'the other member has not taken over in time' };
    }
  }

  async alarms(): Promise<readonly { readonly memberId: number; readonly alarm: 'no-space' | 'corrupt' }[]> {
    const { identity } = this.#options;
    const failure = this.#options.diskFailure();
    if (!(failure instanceof DiskFailedError)) return [];
    return [{ memberId: identity.memberId, alarm: failure.kind === 'full' ? 'no-space' : 'corrupt' }];
  }

  async hash(): Promise<{ readonly appliedIndex: number; readonly stateHash: string }> {
    const { state } = this.#options.machine;
    return { appliedIndex: state.appliedIndex, stateHash: state.stateHash() };
  }

  async health(): Promise<readonly MemberHealth[]> {
    const { identity, raft } = this.#options;
    const status = raft.status();
    return status.configuration.members.map((member) => {
      const problem = member.id === identity.memberId ? this.#ownProblem(status) : this.#silenceOf(member.id);
      return { name: member.name, healthy: problem === undefined, message: problem ?? 'ok' };
    });
  }

  #ownProblem(status: RaftStatus): string | undefined {
    const failure = this.#failure(status);
    if (failure !== undefined) return failure;
    return status.leaderId === undefined ? 'no leader' : undefined;
  }

  #silenceOf(memberId: number): string | undefined {
    const { transport, clock } = this.#options;
    const heard = transport.lastHeardMilliseconds(memberId);
    if (heard === undefined) return 'never heard of since this member started';
    const silentMilliseconds = clock.monotonicMilliseconds() - heard;
    if (silentMilliseconds < SILENCE_MILLISECONDS) return undefined;
    return `not heard of for ${(silentMilliseconds / 1000).toFixed(1)} s`;
  }

  async defragment(_context: CallContext): Promise<Outcome<Record<string, never>>> {
    try {
      await this.#options.machine.state.compactRange('\u0000', '\u00ff');
      return { kind: 'done', value: {} };
    } catch (error) {
      if (!(error instanceof DiskFailedError)) throw error;
      return { kind: 'refused', refusal: { reason: 'corrupt', message: error.message } };
    }
  }
}
