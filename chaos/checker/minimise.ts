/**
 * From a key's operations that no order explains to the few that show it: first the shortest beginning of the
 * history that has no order, then operations go as long as the rest still has none. Whatever goes is left out in
 * a way that cannot make a fault (see `Model.without`), so what remains proves one by itself.
 */
import type { Operation } from './history.js';
import { orderOperations } from './key-check.js';
import type { Model } from './model.js';
import type { SearchLimits } from './search.js';

/**
 * What was known at this time: later operations are gone, and so are answers that came later. A write that was
 * answered later stays as it is, for it can always come last; a compare-and-set may yet find something else.
 */
function until(operations: readonly Operation[], timeNanoseconds: number): readonly Operation[] {
  return operations.flatMap((operation): readonly Operation[] => {
    if (operation.invokedNanoseconds > timeNanoseconds) return [];
    if (returnOf(operation) <= timeNanoseconds) return [operation];
    switch (operation.call.f) {
      case 'read':
        return [];
      case 'cas':
      case 'txn':
        return [{ ...operation, outcome: { kind: 'unknown' } }];
      case 'write':
      case 'append':
      case 'add':
        return [operation];
    }
  });
}

function returnOf({ outcome }: Operation): number {
  return outcome.kind === 'ok' ? outcome.timeNanoseconds : Number.POSITIVE_INFINITY;
}

/** Beginnings of an explicable history are explicable, so the first one that is not can be found by halving. */
function shortestBeginning(
  operations: readonly Operation[],
  fails: (operations: readonly Operation[]) => boolean,
): readonly Operation[] {
  const returns = operations
    .map(returnOf)
    .filter(Number.isFinite)
    .sort((left, right) => left - right);
  let low = 0;
  let high = returns.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fails(until(operations, returns[middle] ?? 0))) high = middle;
    else low = middle + 1;
  }
  const beginning = until(operations, returns[low] ?? 0);
  return fails(beginning) ? beginning : operations;
}

/** Leaves out those of the given ids that can go. */
function leaveOut(
  operations: readonly Operation[],
  ids: readonly number[],
  model: Model,
): readonly Operation[] {
  let rest = operations;
  for (const id of ids) {
    const index = rest.findIndex((operation) => operation.id === id);
    if (index !== -1) rest = model.without(rest, index) ?? rest;
  }
  return rest;
}

/** One pass in pieces of this size; newest first, since the oldest often explain the newest. */
function shrink(
  operations: readonly Operation[],
  size: number,
  model: Model,
  fails: (operations: readonly Operation[]) => boolean,
  mayGo: (operation: Operation) => boolean,
): readonly Operation[] {
  const ids = operations.filter(mayGo).map((operation) => operation.id);
  let rest = operations;
  for (let end = ids.length; end > 0; end -= size) {
    const fewer = leaveOut(rest, ids.slice(Math.max(0, end - size), end), model);
    if (fewer.length < rest.length && fails(fewer)) rest = fewer;
  }
  return rest;
}

function shrinkByHalves(
  operations: readonly Operation[],
  model: Model,
  fails: (operations: readonly Operation[]) => boolean,
  mayGo: (operation: Operation) => boolean,
): readonly Operation[] {
  let rest = operations;
  for (let size = operations.length >>> 1; size >= 1; size >>>= 1) {
    rest = shrink(rest, size, model, fails, mayGo);
  }
  return rest;
}

/** `operations` have no order; a smaller set whose search hits the limits is not taken as having none. */
export function smallestUnordered(
  operations: readonly Operation[],
  model: Model,
  limits: SearchLimits,
): readonly Operation[] {
  const fails = (some: readonly Operation[]): boolean =>
    orderOperations(some, model, limits).kind === 'unordered';
  let rest = shortestBeginning(operations, fails);
  // Reads first: what they saw is what keeps the writes.
  rest = shrinkByHalves(rest, model, fails, (operation) => operation.call.f === 'read');
  rest = shrinkByHalves(rest, model, fails, () => true);
  for (let before = rest.length + 1; rest.length < before; ) {
    before = rest.length;
    rest = shrink(rest, 1, model, fails, () => true);
  }
  return rest;
}
