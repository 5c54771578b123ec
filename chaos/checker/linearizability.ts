/**
 * Whether a history of operations on single keys is linearizable: each key by itself, which decides the whole
 * (Herlihy and Wing: an order for each object gives one for all).
 *
 * Transactions over several keys cannot be split like that; see transactions.ts.
 */
import { HistoryError, type Operation } from './history.js';
import { orderOperations, saysSomething } from './key-check.js';
import { smallestUnordered } from './minimise.js';
import type { Model, ModelName } from './model.js';
import { models } from './models/index.js';
import type { SearchLimits } from './search.js';
import { type Undecided, type Verdict, type Violation, verdictOf } from './verdict.js';

/** For one key each. */
export const defaultSearchLimits: SearchLimits = { maxSteps: 5_000_000, maxRemembered: 1_000_000 };

export type KeyVerdict =
  | { readonly kind: 'linearizable'; readonly key: string; readonly operations: number }
  | { readonly kind: 'violation'; readonly key: string; readonly violation: Violation }
  | { readonly kind: 'undecided'; readonly key: string; readonly undecided: Undecided };

export interface LinearizabilityOptions {
  readonly model: ModelName;
  readonly limits?: SearchLimits;
}

function byKey(operations: readonly Operation[], model: Model): ReadonlyMap<string, readonly Operation[]> {
  const keys = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { call } = operation;
    if (call.f === 'txn' || !model.functions.includes(call.f)) {
      throw new HistoryError(
        `the model ${model.name} knows ${model.functions.join(', ')}, not ${call.f} (process ${operation.process}, ${operation.invokedNanoseconds} ns)`,
      );
    }
    const same = keys.get(call.key);
    if (same === undefined) keys.set(call.key, [operation]);
    else same.push(operation);
  }
  return keys;
}

function checkKey(
  key: string,
  operations: readonly Operation[],
  model: Model,
  limits: SearchLimits,
): KeyVerdict {
  const telling = operations.filter(saysSomething);
  const result = orderOperations(telling, model, limits);
  const subject = `key ${JSON.stringify(key)}`;
  switch (result.kind) {
    case 'ordered':
      return { kind: 'linearizable', key, operations: operations.length };
    case 'undecided':
      return {
        kind: 'undecided',
        key,
        undecided: {
          subject,
          reason: `the search for an order of ${telling.length} operations hit its limit of ${
            result.limit === 'steps'
              ? `${limits.maxSteps} steps`
              : `${limits.maxRemembered} remembered places`
          }`,
        },
      };
    case 'unordered': {
      const window = smallestUnordered(telling, result.stuckNanoseconds, model, limits);
      return {
        kind: 'violation',
        key,
        violation: {
          subject,
          explanation: `no order of these ${window.operations.length} operations explains every answer${
            window.from === 'nothing' ? '' : ', whatever it held before'
          }`,
          operations: window.operations,
        },
      };
    }
  }
}

/** Each key's verdict, in the order in which keys were first used. */
export function checkKeys(
  operations: readonly Operation[],
  options: LinearizabilityOptions,
): readonly KeyVerdict[] {
  const model = models[options.model];
  const limits = options.limits ?? defaultSearchLimits;
  return [...byKey(operations, model)].map(([key, some]) => checkKey(key, some, model, limits));
}

export function checkLinearizability(
  operations: readonly Operation[],
  options: LinearizabilityOptions,
): Verdict {
  const verdicts = checkKeys(operations, options);
  return verdictOf(
    { operations: operations.length, keys: verdicts.length },
    verdicts.flatMap((verdict) => (verdict.kind === 'violation' ? [verdict.violation] : [])),
    verdicts.flatMap((verdict) => (verdict.kind === 'undecided' ? [verdict.undecided] : [])),
  );
}
