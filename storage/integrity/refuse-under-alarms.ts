/**
 * What is not done while an alarm stands. Without space nothing that grows: no put, no new lease; what frees
 * space goes on. When no majority knows what the state is, nothing that changes it at all. Decided where an entry
 * is applied, so that all members refuse the same ones, and before a proposal, so that the log does not grow. Pure.
 */
import type { Command } from '../commands/command.js';
import type { ApplyRefusal } from '../commands/result.js';
import type { TxnOperation } from '../store.js';
import { alarmOf, hasAlarm, type Ledger, WHOLE_CLUSTER } from './ledger.js';

const some = (operations: readonly TxnOperation[], matches: (operation: TxnOperation) => boolean): boolean =>
  operations.some((operation) =>
    operation.type === 'txn'
      ? some([...operation.request.then, ...operation.request.else], matches)
      : matches(operation),
  );

/** Whichever branch is taken: what is refused must not depend on what is stored. */
function grows(command: Command): boolean {
  switch (command.kind) {
    case 'txn':
      return some([...command.request.then, ...command.request.else], ({ type }) => type === 'put');
    case 'lease-grant':
      return true;
    case 'lease-revoke':
    case 'lease-expire':
    case 'lease-renew':
    case 'compact':
    case 'clock-checkpoint':
    case 'raise-format-version':
    case 'hash-checkpoint':
    case 'hash-report':
    case 'alarm-raise':
    case 'alarm-clear':
    // Bounded, and who may do what must be changeable also then.
    case 'auth':
      return false;
  }
}

function changes(command: Command): boolean {
  switch (command.kind) {
    case 'txn':
      return some([...command.request.then, ...command.request.else], ({ type }) => type !== 'range');
    case 'lease-grant':
    case 'lease-revoke':
    case 'lease-expire':
    case 'lease-renew':
    case 'compact':
    case 'auth':
      return true;
    case 'clock-checkpoint':
    case 'raise-format-version':
    case 'hash-checkpoint':
    case 'hash-report':
    case 'alarm-raise':
    case 'alarm-clear':
      return false;
  }
}

export function refusalUnderAlarms(ledger: Ledger, command: Command): ApplyRefusal | undefined {
  if (ledger.alarms.length === 0) return undefined;
  if (alarmOf(ledger, WHOLE_CLUSTER, 'corrupt') !== undefined && changes(command)) {
    return {
      reason: 'corrupt',
      message: 'the members differ and no majority agrees on the state: writes have stopped',
    };
  }
  if (hasAlarm(ledger, 'no-space') && grows(command)) {
    return { reason: 'no-space', message: 'the database space is exceeded (alarm no-space)' };
  }
  return undefined;
}
