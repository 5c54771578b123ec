/** Entries about the members' soundness, applied to the ledger: a function of the ledger and the log alone. */
import { decodeConfiguration } from '../../raft/index.js';
import type { Command } from '../commands/command.js';
import type { ReplicatedState } from '../mvcc/state.js';
import { beginCheckpoint, clear, type Ledger, raise, report } from './ledger.js';

export type LedgerCommand = Extract<
  Command,
  { kind: 'hash-checkpoint' | 'hash-report' | 'alarm-raise' | 'alarm-clear' }
>;

function nextLedger(state: ReplicatedState, command: LedgerCommand): Ledger {
  const { ledger } = state;
  const entryIndex = state.appliedIndex + 1;
  switch (command.kind) {
    case 'hash-checkpoint':
      return beginCheckpoint(ledger, entryIndex);
    case 'hash-report':
      return report(ledger, decodeConfiguration(state.configuration), command, entryIndex);
    case 'alarm-raise': {
      const { memberId, alarm: kind, atIndex } = command;
      return raise(ledger, { memberId, kind, atIndex, raisedIndex: entryIndex });
    }
    case 'alarm-clear':
      return clear(ledger, command.memberId, command.alarm, command.belowIndex);
  }
}

/** Whether it changed anything. */
export function applyLedgerCommand(state: ReplicatedState, command: LedgerCommand): boolean {
  const next = nextLedger(state, command);
  if (next === state.ledger) return false;
  state.setLedger(next);
  return true;
}
