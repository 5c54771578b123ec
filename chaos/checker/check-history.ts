/** A whole history, judged part by part: each key by the model that fits what was done to it. */
import type { Operation } from './history.js';
import { checkLinearizability } from './linearizability.js';
import type { ModelName } from './model.js';
import { checkTransactions } from './transactions/check.js';
import { type Verdict, verdictOf } from './verdict.js';

/** `txn` orders everything by the revisions in the answers, over all keys. */
export type HistoryModel = ModelName | 'txn';

export interface HistoryJudgement {
  /** What its keys are; none in a history of nothing. */
  readonly models: readonly HistoryModel[];
  readonly verdict: Verdict;
}

/** Of each key outside of transactions, by what is done to it; one that was only read is what its answers are. */
function modelsOfKeys(operations: readonly Operation[]): ReadonlyMap<string, HistoryModel> {
  const written = new Map<string, HistoryModel>();
  const read = new Map<string, HistoryModel>();
  for (const { call } of operations) {
    switch (call.f) {
      case 'append':
      case 'add':
        if (!written.has(call.key)) written.set(call.key, call.f === 'append' ? 'append' : 'set');
        break;
      case 'cas':
        written.set(call.key, 'cas');
        break;
      case 'write':
        if (!written.has(call.key)) written.set(call.key, 'register');
        break;
      case 'read':
        if (Array.isArray(call.value)) read.set(call.key, 'append');
        else if (!read.has(call.key)) read.set(call.key, 'register');
        break;
      case 'txn':
        break;
    }
  }
  return new Map([...read, ...written]);
}

/** Whether every answer carries a revision, and there is one. */
function tellRevisions(operations: readonly Operation[]): boolean {
  const answers = operations.flatMap(({ outcome }) => (outcome.kind === 'ok' ? [outcome.revision] : []));
  return answers.length > 0 && answers.every((revision) => revision !== undefined);
}

/** Each operation's model. What a transaction touches is ordered with it, by revisions. */
function modelsOf(operations: readonly Operation[]): (operation: Operation) => HistoryModel {
  const ofKeys = modelsOfKeys(operations);
  const ordered = new Set(
    operations.flatMap(({ call }) => (call.f === 'txn' ? call.operations.map(({ key }) => key) : [])),
  );
  const isRegister = ({ call }: Operation): boolean => {
    if (call.f === 'txn' || ordered.has(call.key)) return false;
    const model = ofKeys.get(call.key);
    return model === 'register' || model === 'cas';
  };
  const registers = operations.filter(isRegister);
  // Revisions are a stronger witness: they order all registers together.
  const register = tellRevisions(registers)
    ? 'txn'
    : registers.some(({ call }) => call.f === 'cas')
      ? 'cas'
      : 'register';
  return (operation) => {
    const { call } = operation;
    if (call.f === 'txn' || ordered.has(call.key)) return 'txn';
    return isRegister(operation) ? register : (ofKeys.get(call.key) ?? register);
  };
}

function judged(operations: readonly Operation[], model: HistoryModel): Verdict {
  return model === 'txn' ? checkTransactions(operations) : checkLinearizability(operations, { model });
}

/** Of parts that share no key. */
function together(verdicts: readonly Verdict[]): Verdict {
  const sum = (count: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + count(verdict), 0);
  return verdictOf(
    { operations: sum(({ operations }) => operations), keys: sum(({ keys }) => keys) },
    verdicts.flatMap((verdict) => (verdict.kind === 'violation' ? verdict.violations : [])),
    verdicts.flatMap((verdict) => (verdict.kind === 'linearizable' ? [] : verdict.undecided)),
  );
}

/** @param model of all keys; by what the history holds when absent. */
export function checkHistory(operations: readonly Operation[], model?: HistoryModel): HistoryJudgement {
  if (model !== undefined) return { models: [model], verdict: judged(operations, model) };
  const modelOf = modelsOf(operations);
  const parts = new Map<HistoryModel, Operation[]>();
  for (const operation of operations) {
    const of = modelOf(operation);
    const part = parts.get(of);
    if (part === undefined) parts.set(of, [operation]);
    else part.push(operation);
  }
  return {
    models: [...parts.keys()],
    verdict: together([...parts].map(([of, part]) => judged(part, of))),
  };
}
