/**
 * The definition, taken literally: a history is linearizable when some order of its operations, with any choice
 * of the unknown ones, respects real time and gives every answer. All orders are tried, so keep it small.
 *
 * Nothing is shared with the checker: the models are written again, as states that anybody can read.
 */
import type { HistoryCall, HistoryValue, Operation } from '../../../../chaos/checker/index.js';

type State = HistoryValue | readonly HistoryValue[];

const sorted = (list: readonly HistoryValue[]): string => JSON.stringify([...list].map(String).sort());

/** The state after the call, or undefined when its answer is wrong there. `asSet`: lists are sets. */
export function applyCall(state: State, call: HistoryCall, asSet: boolean): { state: State } | undefined {
  const list = Array.isArray(state) ? (state as readonly HistoryValue[]) : [];
  switch (call.f) {
    case 'read': {
      const answer = Array.isArray(call.value) ? (call.value as readonly HistoryValue[]) : undefined;
      if (answer !== undefined || Array.isArray(state)) {
        const found = answer ?? [];
        const equal = asSet ? sorted(found) === sorted(list) : JSON.stringify(found) === JSON.stringify(list);
        return equal ? { state } : undefined;
      }
      return call.value === state ? { state } : undefined;
    }
    case 'write':
      return { state: call.value };
    case 'cas':
      return state === call.expected ? { state: call.next } : undefined;
    case 'append':
      return { state: [...list, call.value] };
    case 'add':
      return { state: list.includes(call.value) ? list : [...list, call.value] };
    case 'txn':
      return undefined;
  }
}

const endOf = ({ outcome }: Operation): number =>
  outcome.kind === 'ok' ? outcome.timeNanoseconds : Number.POSITIVE_INFINITY;

function canBeOrdered(state: State, rest: readonly Operation[], asSet: boolean): boolean {
  if (rest.every((operation) => operation.outcome.kind === 'unknown')) return true;
  return rest.some((operation) => {
    // Whoever ended before this one began must come first.
    if (rest.some((other) => endOf(other) < operation.invokedNanoseconds)) return false;
    const others = rest.filter((other) => other !== operation);
    const unknownRead = operation.outcome.kind === 'unknown' && operation.call.f === 'read';
    const after = unknownRead ? { state } : applyCall(state, operation.call, asSet);
    return after !== undefined && canBeOrdered(after.state, others, asSet);
  });
}

export function oracleSaysLinearizable(operations: readonly Operation[]): boolean {
  const done = operations.filter((operation) => operation.outcome.kind !== 'failed');
  const asSet = done.some((operation) => operation.call.f === 'add');
  return canBeOrdered(null, done, asSet);
}

/** What is wrong with this order (positions in `operations`), or undefined. */
export function orderFault(operations: readonly Operation[], order: readonly number[]): string | undefined {
  const asSet = operations.some((operation) => operation.call.f === 'add');
  const chosen = order.map((position) => operations[position]!);
  if (new Set(order).size !== order.length) return 'an operation comes twice';
  const missing = operations.filter(
    (operation, position) => operation.outcome.kind === 'ok' && !order.includes(position),
  );
  if (missing.length > 0) return `operation ${missing[0]?.id} is missing`;
  let state: State = null;
  let newestInvocation = Number.NEGATIVE_INFINITY;
  for (const operation of chosen) {
    if (endOf(operation) < newestInvocation) return `operation ${operation.id} comes too late`;
    newestInvocation = Math.max(newestInvocation, operation.invokedNanoseconds);
    const after = applyCall(state, operation.call, asSet);
    if (after === undefined) return `operation ${operation.id} got another answer`;
    state = after.state;
  }
  return undefined;
}
