/** The `Store` of one member over its own state and its Raft node. */

import type { Clock, Logger, Random } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import type { RaftNode } from '../../raft/index.js';
import { textOf } from '../bytes.js';
import type { Command } from '../commands/command.js';
import { type ApplyResult, permissionsChanged } from '../commands/result.js';
import { checkCount, checkSelection, checkTxn } from '../commands/validate.js';
import { RangeCollector } from '../mvcc/range-collector.js';
import { checkRevision, readRange } from '../mvcc/read-range.js';
import type { StateView } from '../mvcc/state.js';
import type { MemberStateMachine } from '../state-machine.js';
import type {
  CallContext,
  Outcome,
  RangeRequest,
  RangeResult,
  Refusal,
  Store,
  StoreStatus,
  TxnRequest,
  TxnResult,
} from '../store.js';
import { DamagedRecordError } from '../tuple.js';
import type { WatchHub } from '../watches/watch-hub.js';
import type { AppliedWaiters } from './applied-waiters.js';
import { LocalLeases } from './local-leases.js';
import type { LogClock } from './log-clock.js';
import type { Proposals } from './proposals.js';

export interface LocalStoreOptions {
  readonly machine: MemberStateMachine;
  /** What stopped this member's disk. */
  readonly diskFailure: () => Error | undefined;
  readonly proposals: Proposals;
  readonly waiters: AppliedWaiters;
  readonly raft: RaftNode;
  readonly hub: WatchHub;
  readonly logClock: LogClock;
  readonly minLeaseTtlSeconds: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const SIZE_AGE_MILLISECONDS = 5000;

function refused(refusal: Refusal): { readonly kind: 'refused'; readonly refusal: Refusal } {
  return { kind: 'refused', refusal };
}

/** What a failed disk means to callers. */
export function diskRefusal(error: unknown): Refusal | undefined {
  if (error instanceof DamagedRecordError) return { reason: 'corrupt', message: error.message };
  if (!(error instanceof DiskFailedError)) return undefined;
  switch (error.kind) {
    case 'full':
      return { reason: 'no-space', message: 'the disk of this member is full' };
    case 'closed':
      return { reason: 'stopping', message: 'the member is stopping' };
    case 'io':
    case 'corrupt':
      return { reason: 'corrupt', message: `the disk of this member failed: ${error.message}` };
  }
}

export class LocalStore implements Store {
  readonly #options: LocalStoreOptions;
  #size: { readonly bytes: number; readonly atMilliseconds: number } | undefined;
  readonly #leases: LocalLeases;
  #stopping = false;

  constructor(options: LocalStoreOptions) {
    this.#options = options;
    const { clock, random, logClock, minLeaseTtlSeconds } = options;
    this.#leases = new LocalLeases({
      clock,
      random,
      logClock,
      minTtlSeconds: minLeaseTtlSeconds,
      write: (command, context) => this.#propose(command, context),
      read: (context, read) => this.#readLinearizable(context, read),
    });
  }

  async txn(request: TxnRequest, context: CallContext): Promise<Outcome<TxnResult>> {
    const refusal = checkTxn(request);
    if (refusal !== undefined) return refused(refusal);
    return this.#write({ kind: 'txn', request }, context, (result) =>
      result.kind === 'txn' ? result.value : undefined,
    );
  }

  leaseGrant(...[request, context]: Parameters<Store['leaseGrant']>): ReturnType<Store['leaseGrant']> {
    return this.#leases.grant(request, context);
  }

  leaseKeepAlive(...[id, context]: Parameters<Store['leaseKeepAlive']>): ReturnType<Store['leaseKeepAlive']> {
    return this.#leases.keepAlive(id, context);
  }

  leaseTimeToLive(
    ...[request, context]: Parameters<Store['leaseTimeToLive']>
  ): ReturnType<Store['leaseTimeToLive']> {
    return this.#leases.timeToLive(request, context);
  }

  leases(context: CallContext): ReturnType<Store['leases']> {
    return this.#leases.list(context);
  }

  async leaseRevoke(id: number, context: CallContext): Promise<Outcome<{ readonly revision: number }>> {
    const refusal = checkCount('a lease id', id);
    if (refusal !== undefined) return refused(refusal);
    return this.#write({ kind: 'lease-revoke', id }, context, (result) =>
      result.kind === 'revision' ? { revision: result.revision } : undefined,
    );
  }

  async compact(
    revision: number,
    context: CallContext,
  ): Promise<Outcome<{ readonly compactRevision: number }>> {
    const refusal = checkCount('a revision', revision);
    if (refusal !== undefined) return refused(refusal);
    return this.#write({ kind: 'compact', revision }, context, (result) =>
      result.kind === 'compacted' ? { compactRevision: result.compactRevision } : undefined,
    );
  }

  async #write<Value>(
    command: Command,
    context: CallContext,
    valueOf: (result: ApplyResult) => Value | undefined,
  ): Promise<Outcome<Value>> {
    const outcome = await this.#propose(command, context);
    if (outcome.kind !== 'done') return outcome;
    if (outcome.value.kind === 'refused') return refused(outcome.value.refusal);
    const value = valueOf(outcome.value);
    if (value === undefined) throw new Error(`a ${command.kind} was answered with ${outcome.value.kind}`);
    return { kind: 'done', value };
  }

  async #propose(command: Command, context: CallContext): Promise<Outcome<ApplyResult>> {
    const refusal = checkCount('the revision of users and roles', context.authRevision);
    if (refusal !== undefined) return refused(refusal);
    if (this.#stopping) return refused({ reason: 'stopping', message: 'the member is stopping' });
    const failure = diskRefusal(this.#options.diskFailure());
    if (failure !== undefined) return refused(failure);
    return this.#options.proposals.run(command, context);
  }

  async range(request: RangeRequest, context: CallContext): Promise<Outcome<RangeResult>> {
    const refusal = checkSelection(request);
    if (refusal !== undefined) return refused(refusal);
    return this.#readable(request.consistency, context, () => this.#read(request));
  }

  /** Reads once this member may answer; what its disk says instead of data is a refusal. */
  async #readable<Value>(
    consistency: RangeRequest['consistency'],
    context: CallContext,
    read: () => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    if (this.#stopping) return refused({ reason: 'stopping', message: 'the member is stopping' });
    if (consistency === 'linearizable') {
      const behind = await this.#awaitReadIndex(context);
      if (behind !== undefined) return refused(behind);
    }
    const stale = this.#judgedByOthers(context);
    if (stale !== undefined) return refused(stale);
    try {
      return await read();
    } catch (error) {
      const reason = diskRefusal(error);
      if (reason === undefined) throw error;
      if (reason.reason === 'corrupt') {
        this.#options.logger.error('a read met damaged data', {
          error: reason.message,
          caller: context.caller,
        });
      }
      return refused(reason);
    }
  }

  /** Looked at in the turn in which the read begins: what it sees is of no later revision of users and roles. */
  #judgedByOthers({ authRevision }: CallContext): Refusal | undefined {
    const inForce = this.#options.machine.state.authRevision;
    if (authRevision === undefined || authRevision === inForce) return undefined;
    return permissionsChanged(authRevision, inForce);
  }

  #readLinearizable<Value>(
    context: CallContext,
    read: (view: StateView) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    return this.#readable('linearizable', context, async () => {
      const state = this.#options.machine.stateView();
      try {
        return await read(state);
      } finally {
        await state.view.close();
      }
    });
  }

  async #read(request: RangeRequest): Promise<Outcome<RangeResult>> {
    const { state } = this.#options.machine;
    const revision = request.revision === 0 ? undefined : request.revision;
    const collector = new RangeCollector(request);
    if (revision === undefined && request.end === undefined) {
      const known = state.peekLatest(textOf(request.key));
      if (known !== undefined) {
        if (known !== null) collector.add(known.item);
        return { kind: 'done', value: collector.result(state.revision) };
      }
    }
    const view = state.stateView();
    try {
      const refusal = revision === undefined ? undefined : checkRevision(revision, view);
      if (refusal !== undefined) return refused(refusal);
      await readRange(view, request, revision, collector);
      if (collector.overflow !== undefined) return refused(collector.overflow);
      return { kind: 'done', value: collector.result(view.revision) };
    } finally {
      await view.view.close();
    }
  }

  /** undefined: this member has applied all that was acknowledged before the call. */
  async #awaitReadIndex(context: CallContext): Promise<Refusal | undefined> {
    const { clock, raft, machine, waiters } = this.#options;
    const deadline = clock.monotonicMilliseconds() + context.timeoutMilliseconds;
    const result = await raft.readIndex({ timeoutMilliseconds: context.timeoutMilliseconds });
    if (result.kind === 'refused') {
      switch (result.reason) {
        case 'no-leader':
          return { reason: 'no-leader', message: 'the cluster has no leader that this member can reach' };
        case 'timeout':
          return { reason: 'timeout', message: 'no quorum confirmed the read in time' };
        case 'queue-full':
          return { reason: 'overloaded', message: 'too many reads are waiting' };
        case 'stopping':
          return { reason: 'stopping', message: 'the member is stopping' };
      }
    }
    const left = Math.max(0, deadline - clock.monotonicMilliseconds());
    if (await waiters.wait(result.index, machine.appliedIndex, left)) return undefined;
    if (this.#stopping) return { reason: 'stopping', message: 'the member is stopping' };
    return { reason: 'timeout', message: `this member has not applied index ${result.index} in time` };
  }

  watch(request: Parameters<Store['watch']>[0]): ReturnType<Store['watch']> {
    return this.#options.hub.watch(request);
  }

  async catchUp(context: CallContext): Promise<Outcome<{ readonly revision: number }>> {
    if (this.#stopping) return refused({ reason: 'stopping', message: 'the member is stopping' });
    const behind = await this.#awaitReadIndex(context);
    if (behind !== undefined) return refused(behind);
    return { kind: 'done', value: { revision: this.#options.machine.state.revision } };
  }

  async status(): Promise<StoreStatus> {
    const databaseBytes = await this.databaseBytes();
    const { revision, compactRevision, appliedIndex } = this.#options.machine.state;
    return { revision, compactRevision, appliedIndex, databaseBytes };
  }

  /** Up to a few seconds old: measuring it looks at every file. */
  async databaseBytes(): Promise<number> {
    const now = this.#options.clock.monotonicMilliseconds();
    if (this.#size === undefined || now - this.#size.atMilliseconds >= SIZE_AGE_MILLISECONDS) {
      const bytes = await this.#options.machine.state.sizeBytes().catch(() => this.#size?.bytes ?? 0);
      this.#size = { bytes, atMilliseconds: now };
    }
    return this.#size.bytes;
  }

  stop(): void {
    this.#stopping = true;
    this.#leases.stop();
  }
}
