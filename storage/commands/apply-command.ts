/**
 * Applying one command to the state: the same on every member, a function of the state, the command and the
 * log's time. Anything that cannot be applied is a defect of what was proposed and stops the member.
 *
 * Reading may wait for the disk, changing may not: whoever reads or flushes between two steps of one entry
 * would see a revision without its changes, or write half of an entry.
 */
import { planTxn } from '../mvcc/execute-txn.js';
import type { AppliedChange, ReplicatedState, StagedChange } from '../mvcc/state.js';
import type { Command } from './command.js';
import type { ApplyRefusal, ApplyResult } from './result.js';

export interface Applied {
  readonly result: ApplyResult;
  /** Of the one revision that was written, when one was. */
  readonly changes: readonly AppliedChange[];
}

/** Changes the state, at once; called in the same turn as the `commit` of its entry. */
export type ApplyStep = () => Applied;

const MILLISECONDS_PER_SECOND = 1000;

function answer(result: ApplyResult): Applied {
  return { result, changes: [] };
}

const refuse = (refusal: ApplyRefusal): ApplyStep => {
  const answered = answer({ kind: 'refused', refusal });
  return () => answered;
};

async function grantLease(
  state: ReplicatedState,
  command: { readonly id: number; readonly ttlSeconds: number },
  timeMilliseconds: number,
): Promise<ApplyStep> {
  const { id, ttlSeconds } = command;
  if ((await state.lease(id)) !== undefined) {
    return refuse({ reason: 'invalid', message: `lease ${id} already exists` });
  }
  return () => {
    state.grantLease({
      id,
      ttlSeconds,
      expiresMilliseconds: timeMilliseconds + ttlSeconds * MILLISECONDS_PER_SECOND,
    });
    return answer({ kind: 'lease', id, ttlSeconds });
  };
}

async function removeLease(
  state: ReplicatedState,
  id: number,
  onlyIfExpiredAtMilliseconds: number | undefined,
): Promise<ApplyStep> {
  const lease = await state.lease(id);
  if (lease === undefined) {
    return refuse({ reason: 'lease-not-found', message: `lease ${id} does not exist` });
  }
  if (onlyIfExpiredAtMilliseconds !== undefined && lease.expiresMilliseconds > onlyIfExpiredAtMilliseconds) {
    return () => answer({ kind: 'revision', revision: state.revision });
  }
  const staged: StagedChange[] = [];
  const versions = await state.prefetch(await state.attachedKeys(id));
  for (const [key, version] of versions) {
    if (version !== null && version.item.lease === id)
      staged.push({ key, previous: version, next: undefined });
  }
  return () => {
    const changes = state.write(staged);
    state.removeLease(lease);
    return { result: { kind: 'revision', revision: state.revision }, changes };
  };
}

function compact(state: ReplicatedState, revision: number): Applied {
  const { revision: currentRevision, compactRevision } = state;
  if (revision <= compactRevision) {
    const message = `revision ${revision} is compacted already`;
    return answer({ kind: 'refused', refusal: { reason: 'compacted', compactRevision, message } });
  }
  if (revision > currentRevision) {
    const message = `revision ${revision} is in the future, the store is at ${currentRevision}`;
    return answer({ kind: 'refused', refusal: { reason: 'future-revision', currentRevision, message } });
  }
  state.compactTo(revision);
  return answer({ kind: 'compacted', compactRevision: revision });
}

/**
 * Reads what the command needs; nothing has changed when it resolves. Throws `DamagedRecordError` or
 * `DiskFailedError` when the state cannot be read.
 */
export async function planCommand(
  state: ReplicatedState,
  command: Command,
  timeMilliseconds: number,
): Promise<ApplyStep> {
  switch (command.kind) {
    case 'txn': {
      const plan = await planTxn(state, command.request);
      if (plan.kind === 'refused') return refuse(plan.refusal);
      return () => {
        const changes = state.write(plan.changes);
        const { succeeded, results } = plan;
        return { result: { kind: 'txn', value: { succeeded, results, revision: state.revision } }, changes };
      };
    }
    case 'lease-grant':
      return grantLease(state, command, timeMilliseconds);
    case 'lease-revoke':
      return removeLease(state, command.id, undefined);
    case 'lease-expire':
      return removeLease(state, command.id, timeMilliseconds);
    case 'compact':
      return () => compact(state, command.revision);
    case 'raise-format-version':
      return () => {
        state.setClusterFormatVersion(Math.max(state.clusterFormatVersion, command.formatVersion));
        return answer({ kind: 'revision', revision: state.revision });
      };
  }
}
