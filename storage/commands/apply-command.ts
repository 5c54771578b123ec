/**
 * Applying one command to the state: the same on every member, a function of the state, the command and the
 * log's time. Anything that cannot be applied is a defect of what was proposed and stops the member.
 *
 * Reading may wait for the disk, changing may not: whoever reads or flushes between two steps of one entry
 * would see a revision without its changes, or write half of an entry.
 */
import { judgeAuthChange } from '../auth/apply-change.js';
import type { AuthChange } from '../auth/change.js';
import { judgeLeases } from '../auth/judge-leases.js';
import { applyLedgerCommand } from '../integrity/apply-ledger-command.js';
import { refusalUnderAlarms } from '../integrity/refuse-under-alarms.js';
import { planTxn } from '../mvcc/execute-txn.js';
import type { ReplicatedState } from '../mvcc/state.js';
import { type Steps, waitFor } from '../steps.js';
import { expireLeases, grantLease, renewLeases, revokeLease } from './apply-lease.js';
import { type Applied, type ApplyStep, answer, refuse } from './apply-step.js';
import type { Command, Envelope } from './command.js';
import { permissionsChanged } from './result.js';

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

function changeAuth(state: ReplicatedState, change: AuthChange): Applied {
  const verdict = judgeAuthChange(state.auth, change);
  if (verdict.kind === 'refused') return answer({ kind: 'refused', refusal: verdict.refusal });
  if (verdict.state !== undefined) state.setAuth(verdict.state);
  return answer({ kind: 'auth', authRevision: state.authRevision });
}

/**
 * As `planCommand`, unless users or roles changed after the proposer's permissions were judged: then nothing
 * of it takes effect. Nor does it when the proposer's user has no right to what its leases hold.
 */
export function* planEnvelope(
  state: ReplicatedState,
  envelope: Pick<Envelope, 'command' | 'authRevision' | 'user'>,
  timeMilliseconds: number,
): Steps<ApplyStep> {
  const { command, authRevision, user } = envelope;
  if (authRevision !== undefined && authRevision !== state.authRevision)
    return refuse(permissionsChanged(authRevision, state.authRevision));
  const refusal = user === undefined ? undefined : yield* waitFor(judgeLeases(state, command, user));
  return refusal === undefined ? yield* planCommand(state, command, timeMilliseconds) : refuse(refusal);
}

/**
 * Reads what the command needs; nothing has changed when it ends. Throws `DamagedRecordError` or
 * `DiskFailedError` when the state cannot be read.
 */
function* planCommand(state: ReplicatedState, command: Command, timeMilliseconds: number): Steps<ApplyStep> {
  const refusal = refusalUnderAlarms(state.ledger, command);
  if (refusal !== undefined) return refuse(refusal);
  switch (command.kind) {
    case 'txn': {
      const plan = yield* planTxn(state, command.request);
      if (plan.kind === 'refused') return refuse(plan.refusal);
      return () => {
        const changes = state.write(plan.changes);
        const { succeeded, results } = plan;
        return { result: { kind: 'txn', value: { succeeded, results, revision: state.revision } }, changes };
      };
    }
    case 'lease-grant':
      return yield* waitFor(grantLease(state, command, timeMilliseconds));
    case 'lease-revoke':
      return yield* waitFor(revokeLease(state, command.id));
    case 'lease-expire':
      return yield* waitFor(expireLeases(state, command.ids, timeMilliseconds));
    case 'lease-renew':
      return yield* waitFor(renewLeases(state, command.ids, timeMilliseconds));
    case 'clock-checkpoint':
      return () => answer({ kind: 'revision', revision: state.revision });
    case 'compact':
      return () => compact(state, command.revision);
    case 'raise-format-version':
      return () => {
        state.setClusterFormatVersion(Math.max(state.clusterFormatVersion, command.formatVersion));
        return answer({ kind: 'revision', revision: state.revision });
      };
    case 'hash-checkpoint':
    case 'hash-report':
    case 'alarm-raise':
    case 'alarm-clear':
      return () => answer({ kind: 'ledger', changed: applyLedgerCommand(state, command) });
    case 'auth':
      return () => changeAuth(state, command.change);
  }
}
