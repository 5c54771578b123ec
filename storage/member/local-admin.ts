/** The `ClusterAdmin` of one member: what it knows of the cluster and of itself. */

import type { Clock } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import type { Configuration, MembershipRefusal, RaftNode, RaftStatus, Transport } from '../../raft/index.js';
import type { AuthState } from '../auth/auth-state.js';
import type { AuthChange } from '../auth/change.js';
import { checkAuthChange } from '../auth/check-change.js';
import type {
  Alarm,
  ClusterAdmin,
  KeySpaceHash,
  MemberDescription,
  MemberHealth,
  MemberStatistics,
  MemberStatus,
  Membership,
  MembershipStep,
  SnapshotStream,
} from '../cluster-admin.js';
import type { Command } from '../commands/command.js';
import type { ApplyResult } from '../commands/result.js';
import { checkCount } from '../commands/validate.js';
import { WHOLE_CLUSTER } from '../integrity/ledger.js';
import { WARN_SHARE } from '../integrity/quota.js';
import type { Soundness } from '../integrity/soundness.js';
import { hashKeySpace } from '../mvcc/hash-key-space.js';
import { checkRevision } from '../mvcc/read-range.js';
import type { HeldSnapshots } from '../snapshot/held-snapshots.js';
import type { MemberStateMachine } from '../state-machine.js';
import type { CallContext, Outcome, Refusal } from '../store.js';
import type { CommittedMembership } from './committed-membership.js';
import type { MemberIdentity } from './identity-file.js';
import { diskRefusal, type LocalStore } from './local-store.js';
import { describeMembers, isJoint, sameConfiguration, stepsTaken } from './membership.js';

export interface LocalAdminOptions {
  readonly identity: MemberIdentity;
  readonly raft: RaftNode;
  readonly transport: Transport;
  readonly machine: MemberStateMachine;
  /** What stopped this member's disk. */
  readonly diskFailure: () => Error | undefined;
  readonly store: LocalStore;
  readonly committed: CommittedMembership;
  readonly clock: Clock;
  readonly soundness: Soundness;
  readonly quotaBytes: number;
  readonly snapshots: HeldSnapshots;
  readonly run: (command: Command, context: CallContext) => Promise<Outcome<ApplyResult>>;
  /** Of the proposals made here. */
  readonly proposalCounts: () => { readonly pending: number; readonly failed: number };
}

/** The transport pings about each second: three missed ones are a silence. */
const SILENCE_MILLISECONDS = 3500;

function nameOf(configuration: Configuration, id: number | undefined): string | undefined {
  return configuration.members.find((member) => member.id === id)?.name;
}

/** `no-leader` may be tried again at whoever leads; `overloaded` a little later. */
function membershipRefusal(reason: MembershipRefusal, message: string): Refusal {
  switch (reason) {
    case 'not-leader':
      return { reason: 'no-leader', message };
    case 'busy':
      return { reason: 'overloaded', message };
    case 'invalid':
    case 'unreachable':
      return { reason: 'invalid', message };
  }
}

export class LocalAdmin implements ClusterAdmin {
  readonly #options: LocalAdminOptions;
  #leaderId: number | undefined;
  #leaderChanges = 0;

  constructor(options: LocalAdminOptions) {
    this.#options = options;
    options.raft.onStatusChange(({ leaderId }) => {
      if (leaderId !== undefined && leaderId !== this.#leaderId) this.#leaderChanges += 1;
      this.#leaderId = leaderId;
    });
  }

  async statistics(): Promise<MemberStatistics> {
    const { pending, failed } = this.#options.proposalCounts();
    return {
      leaderChanges: this.#leaderChanges,
      proposalsPending: pending,
      proposalsFailed: failed,
      raft: this.#options.raft.statistics(),
    };
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
      quotaBytes: this.#options.quotaBytes,
      condition: status.condition,
      failure: this.#failure(status),
      warnings: this.#warnings(databaseBytes),
      stateHash: state.stateHash(),
      hasQuorum: status.hasQuorum,
    };
  }

  #failure(status: RaftStatus): string | undefined {
    const { diskFailure, soundness } = this.#options;
    return status.failure ?? diskFailure()?.message ?? soundness.refusal()?.message;
  }

  #warnings(databaseBytes: number): readonly string[] {
    const { machine, soundness, quotaBytes } = this.#options;
    const { ledger } = machine.state;
    const { configuration } = machine.state.metadata();
    const alarms = ledger.alarms.map(({ memberId, kind }) =>
      memberId === WHOLE_CLUSTER ? kind : `${kind} of ${nameOf(configuration, memberId) ?? memberId}`,
    );
    const damage = soundness.ownDamage();
    const share = quotaBytes === 0 ? 0 : databaseBytes / quotaBytes;
    return [
      ...alarms.map((alarm) => `alarm ${alarm}`),
      ...(damage === undefined ? [] : [`damaged data: ${damage}`]),
      ...(share < WARN_SHARE ? [] : [`the database takes ${Math.floor(share * 100)}% of its quota`]),
    ];
  }

  async members(): Promise<readonly MemberDescription[]> {
    const { configuration, peers } = this.#options.raft.status();
    return describeMembers(configuration, peers);
  }

  async membership(): Promise<Membership> {
    const { raft, machine } = this.#options;
    const { configuration, commitIndex, lastIndex, id, peers } = raft.status();
    const { index: appliedIndex, configuration: applied } = machine.state.metadata();
    const self = { id, matchIndex: lastIndex, state: 'replicate' as const, recentlyActive: true };
    return {
      appliedIndex,
      commitIndex,
      members: describeMembers(configuration, [self, ...peers]),
      removed: configuration.removed ?? [],
      settled: !isJoint(configuration) && sameConfiguration(configuration, applied),
    };
  }

  async changeMembers(
    steps: readonly MembershipStep[],
    options: { readonly force: boolean },
    context: CallContext,
  ): Promise<Outcome<Membership>> {
    const { raft, committed, clock } = this.#options;
    const deadline = clock.monotonicMilliseconds() + context.timeoutMilliseconds;
    const result = await raft.changeMembership(steps, options);
    switch (result.kind) {
      case 'refused':
        return { kind: 'refused', refusal: membershipRefusal(result.reason, result.message) };
      case 'appended': {
        const left = Math.max(0, deadline - clock.monotonicMilliseconds());
        const reached = await committed.until(
          (membership) => membership.appliedIndex >= result.index && membership.settled,
          left,
        );
        if (reached === undefined) {
          return { kind: 'unknown', message: 'the change was begun and is not committed yet' };
        }
        // Another leader's entry may have taken its place; the caller looks again.
        return stepsTaken(reached, steps)
          ? { kind: 'done', value: reached }
          : { kind: 'unknown', message: 'the leader lost its office before the change was committed' };
      }
    }
  }

  async moveLeader(toMemberId: number, _context: CallContext): Promise<Outcome<Record<string, never>>> {
    const { raft } = this.#options;
    const { configuration, role } = raft.status();
    if (!configuration.voters.includes(toMemberId)) {
      const learner = nameOf(configuration, toMemberId);
      const message =
        learner === undefined
          ? `there is no member ${toMemberId}`
          : `${learner} is a learner: only voting members can lead`;
      return { kind: 'refused', refusal: { reason: 'invalid', message } };
    }
    if (role !== 'leader') {
      const message = 'only the leader can hand over its office: ask it';
      return { kind: 'refused', refusal: { reason: 'no-leader', message } };
    }
    switch (await raft.transferLeadership(toMemberId)) {
      case 'done':
        return { kind: 'done', value: {} };
      case 'refused': {
        const name = nameOf(configuration, toMemberId) ?? `member ${toMemberId}`;
        const message = `${name} is not to be reached, not whole, or another transfer is under way`;
        return { kind: 'refused', refusal: { reason: 'invalid', message } };
      }
      case 'timeout':
        return { kind: 'unknown', message: 'the other member has not taken over in time' };
    }
  }

  async alarms(): Promise<readonly Alarm[]> {
    const { machine } = this.#options;
    const standing = machine.state.ledger.alarms.map(
      ({ memberId, kind }): Alarm => ({ memberId, alarm: kind }),
    );
    const own = this.#ownAlarms().filter(
      (each) => !standing.some(({ memberId, alarm }) => memberId === each.memberId && alarm === each.alarm),
    );
    return [...standing, ...own].sort((left, right) => left.memberId - right.memberId);
  }

  /** What need not have gone through the log: a member whose disk has failed cannot write it there. */
  #ownAlarms(): readonly Alarm[] {
    const { identity, diskFailure, soundness } = this.#options;
    const failure = diskFailure();
    const kinds = new Set<Alarm['alarm']>();
    if (failure instanceof DiskFailedError) kinds.add(failure.kind === 'full' ? 'no-space' : 'corrupt');
    if (soundness.ownDamage() !== undefined) kinds.add('corrupt');
    return [...kinds].map((alarm) => ({ memberId: identity.memberId, alarm }));
  }

  async raiseAlarm(
    { memberId, alarm }: Alarm,
    context: CallContext,
  ): Promise<Outcome<{ readonly changed: boolean }>> {
    const { machine } = this.#options;
    const { configuration, index: atIndex } = machine.state.metadata();
    if (memberId !== WHOLE_CLUSTER && nameOf(configuration, memberId) === undefined) {
      return { kind: 'refused', refusal: { reason: 'invalid', message: `there is no member ${memberId}` } };
    }
    return this.#changeLedger({ kind: 'alarm-raise', memberId, alarm, atIndex }, context);
  }

  disarm({ memberId, alarm }: Alarm, context: CallContext): Promise<Outcome<{ readonly changed: boolean }>> {
    const belowIndex = Number.MAX_SAFE_INTEGER;
    return this.#changeLedger({ kind: 'alarm-clear', memberId, alarm, belowIndex }, context);
  }

  async #changeLedger(
    command: Command,
    context: CallContext,
  ): Promise<Outcome<{ readonly changed: boolean }>> {
    const outcome = await this.#options.run(command, context);
    if (outcome.kind !== 'done') return outcome;
    const { value } = outcome;
    switch (value.kind) {
      case 'ledger':
        return { kind: 'done', value: { changed: value.changed } };
      case 'refused':
        return { kind: 'refused', refusal: value.refusal };
      default:
        throw new Error(`a ${command.kind} was answered with ${value.kind}`);
    }
  }

  async hash(): Promise<{ readonly appliedIndex: number; readonly stateHash: string }> {
    const { state } = this.#options.machine;
    return { appliedIndex: state.appliedIndex, stateHash: state.stateHash() };
  }

  async hashKv(revision: number, context: CallContext): Promise<Outcome<KeySpaceHash>> {
    const { machine, soundness, clock } = this.#options;
    const refusal = checkCount('a revision', revision) ?? soundness.refusal();
    if (refusal !== undefined) return { kind: 'refused', refusal };
    const deadline = clock.monotonicMilliseconds() + context.timeoutMilliseconds;
    const state = machine.state.stateView();
    try {
      const at = revision === 0 ? state.revision : revision;
      const unreadable = checkRevision(at, state);
      if (unreadable !== undefined) return { kind: 'refused', refusal: unreadable };
      const hash = await hashKeySpace(state, at, () => clock.monotonicMilliseconds() < deadline);
      if (hash !== undefined) {
        return { kind: 'done', value: { hash, revision: at, compactRevision: state.compactRevision } };
      }
      return { kind: 'refused', refusal: { reason: 'timeout', message: 'not all keys were read in time' } };
    } catch (error) {
      const reason = diskRefusal(error);
      if (reason === undefined) throw error;
      if (reason.reason === 'corrupt') soundness.damageFound(reason.message);
      return { kind: 'refused', refusal: reason };
    } finally {
      await state.view.close();
    }
  }

  async authState(knownRevision?: number): Promise<AuthState | undefined> {
    const { auth } = this.#options.machine.state;
    return auth.revision === knownRevision ? undefined : auth;
  }

  async changeAuth(
    change: AuthChange,
    context: CallContext,
  ): Promise<Outcome<{ readonly authRevision: number }>> {
    const refusal = checkAuthChange(change) ?? this.#options.soundness.refusal();
    if (refusal !== undefined) return { kind: 'refused', refusal };
    const outcome = await this.#options.run({ kind: 'auth', change }, context);
    if (outcome.kind !== 'done') return outcome;
    const { value } = outcome;
    switch (value.kind) {
      case 'auth':
        return { kind: 'done', value: { authRevision: value.authRevision } };
      case 'refused':
        return { kind: 'refused', refusal: value.refusal };
      default:
        throw new Error(`a change of users and roles was answered with ${value.kind}`);
    }
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

  snapshot(): SnapshotStream {
    return this.#options.snapshots.open();
  }
}
