/** Which checker judges which operation: by the model of the key, and transactions by their revisions. */
import {
  checkLinearizability,
  checkTransactions,
  type ModelName,
  type Operation,
  type Verdict,
  violationText,
} from '../checker/index.js';
import type { ChaosViolation } from './judge.js';

export interface HistoryJudgement {
  readonly keys: number;
  readonly violations: readonly ChaosViolation[];
  readonly undecided: readonly string[];
}

/** A key belongs to the model that its writes name; one that was only read is a register. */
function modelsOf(operations: readonly Operation[]): ReadonlyMap<string, ModelName> {
  const found = new Map<string, ModelName>();
  for (const { call } of operations) {
    if (call.f === 'txn') continue;
    if (call.f === 'append' || call.f === 'add') found.set(call.key, call.f === 'append' ? 'append' : 'set');
    else if (!found.has(call.key)) found.set(call.key, 'cas');
  }
  return found;
}

export function checkHistory(operations: readonly Operation[]): HistoryJudgement {
  const models = modelsOf(operations);
  const names = [...new Set(models.values())];
  const transactions = operations.filter(({ call }) => call.f === 'txn');
  const verdicts = [
    ...names.map((model) =>
      checkLinearizability(
        operations.filter(({ call }) => call.f !== 'txn' && models.get(call.key) === model),
        { model },
      ),
    ),
    ...(transactions.length === 0 ? [] : [checkTransactions(transactions)]),
  ];
  return {
    keys: verdicts.reduce((sum, { keys }) => sum + keys, 0),
    violations: verdicts.flatMap(violationsOf),
    undecided: verdicts.flatMap(undecidedOf),
  };
}

function violationsOf(verdict: Verdict): readonly ChaosViolation[] {
  if (verdict.kind !== 'violation') return [];
  return verdict.violations.map((violation) => ({
    title: `not linearizable: ${violation.subject}`,
    text: violationText(violation),
    operations: violation.operations.map(({ id }) => id),
  }));
}

function undecidedOf(verdict: Verdict): readonly string[] {
  if (verdict.kind === 'linearizable') return [];
  return verdict.undecided.map(({ subject, reason }) => `${subject}: ${reason}`);
}
