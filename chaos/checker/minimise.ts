/**
 * From a key's operations that no order explains to the few that show it. First time is cut: to a part around the
 * place where the search was stuck that has no order whatever the key held before, or else to the shortest
 * beginning of the history that has none. Then operations go as long as the rest still has no order. Whatever goes is left out in a way that
 * cannot make a fault (see `Model.without`), so what remains proves one by itself.
 */
import type { HistoryValue, Operation } from './history.js';
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

/**
 * What certainly happened after this time: what was answered before it is gone, and what ran across it may or
 * may not have happened by then.
 */
function since(operations: readonly Operation[], timeNanoseconds: number): readonly Operation[] {
  return operations.flatMap((operation): readonly Operation[] => {
    if (operation.invokedNanoseconds >= timeNanoseconds) return [operation];
    if (returnOf(operation) < timeNanoseconds || operation.call.f === 'read') return [];
    return [{ ...operation, outcome: { kind: 'unknown' } }];
  });
}

/** The latest part that fails; the later it begins, the less it says, so it can be found by halving. */
function shortestEnd(
  operations: readonly Operation[],
  fails: (operations: readonly Operation[]) => boolean,
): readonly Operation[] | undefined {
  const begins = operations
    .map((operation) => operation.invokedNanoseconds)
    .sort((left, right) => left - right);
  let low = 0;
  let high = begins.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (fails(since(operations, begins[middle] ?? 0))) low = middle;
    else high = middle - 1;
  }
  const end = since(operations, begins[low] ?? 0);
  return low > 0 && fails(end) ? end : undefined;
}

/** More different values than this, and trying each as the first one costs more than it helps. */
const maxFirstValues = 16;

/** What a register may have held before: whatever somebody wrote or needs, or nothing; undefined: too many. */
function firstValues(operations: readonly Operation[]): readonly HistoryValue[] | undefined {
  const values = new Set<HistoryValue>([null]);
  for (const { call } of operations) {
    if (call.f === 'write') values.add(call.value);
    else if (call.f === 'cas') values.add(call.expected).add(call.next);
    else if (call.f === 'read' && (call.value === null || typeof call.value !== 'object'))
      values.add(call.value);
  }
  return values.size > maxFirstValues ? undefined : [...values];
}

/** The operations as they would be if the key had held this value before them. */
function startingWith(value: HistoryValue, operations: readonly Operation[]): readonly Operation[] {
  const first: Operation = {
    id: -1,
    process: -1,
    invokedNanoseconds: Number.NEGATIVE_INFINITY,
    call: { f: 'write', key: '', value },
    outcome: { kind: 'ok', timeNanoseconds: Number.NEGATIVE_INFINITY },
  };
  return [first, ...operations];
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

export interface Window {
  readonly operations: readonly Operation[];
  /** The operations cannot be ordered whatever the key held before them, otherwise: when it held nothing. */
  readonly from: 'any value' | 'nothing';
}

/**
 * Whether a set of operations fails. One search may take a twentieth of the limit and all together the limit;
 * what is not decided by then counts as not failing, which leaves the window larger but never wrong.
 */
function tester(model: Model, limits: SearchLimits): (operations: readonly Operation[]) => boolean {
  const single = { ...limits, maxSteps: Math.ceil(limits.maxSteps / 20) };
  let steps = 0;
  return (operations) => {
    if (steps > limits.maxSteps) return false;
    const result = orderOperations(operations, model, single);
    steps += operations.length + result.steps;
    return result.kind === 'unordered';
  };
}

/** The smallest neighbourhood of a time, in powers of two, that fails. */
function neighbourhood(
  operations: readonly Operation[],
  timeNanoseconds: number,
  fails: (operations: readonly Operation[]) => boolean,
): readonly Operation[] | undefined {
  const returns = operations
    .map(returnOf)
    .filter(Number.isFinite)
    .sort((left, right) => left - right);
  const centre = returns.findIndex((time) => time >= timeNanoseconds);
  for (let reach = 8; centre - reach > 0; reach *= 2) {
    const to = returns[Math.min(centre + reach, returns.length - 1)] ?? timeNanoseconds;
    const part = since(until(operations, to), returns[centre - reach] ?? 0);
    if (fails(part)) return part;
  }
  return undefined;
}

function shrinkFully(
  operations: readonly Operation[],
  model: Model,
  fails: (operations: readonly Operation[]) => boolean,
): readonly Operation[] {
  // Reads first: what they saw is what keeps the writes.
  let rest = shrinkByHalves(operations, model, fails, (operation) => operation.call.f === 'read');
  rest = shrinkByHalves(rest, model, fails, () => true);
  for (let before = rest.length + 1; rest.length < before; ) {
    before = rest.length;
    rest = shrink(rest, 1, model, fails, () => true);
  }
  return rest;
}

/**
 * `operations` have no order, and the search came no further than `stuckNanoseconds`. A smaller set whose search
 * hits the limits is not taken as having no order.
 */
export function smallestUnordered(
  operations: readonly Operation[],
  stuckNanoseconds: number,
  model: Model,
  limits: SearchLimits,
): Window {
  const fails = tester(model, limits);
  if (model.functions.includes('write')) {
    const failsFromAny = (some: readonly Operation[]): boolean =>
      firstValues(some)?.every((value) => fails(startingWith(value, some))) ?? false;
    const part = neighbourhood(operations, stuckNanoseconds, failsFromAny);
    if (part !== undefined) {
      const beginning = shortestBeginning(part, failsFromAny);
      const window = shortestEnd(beginning, failsFromAny) ?? beginning;
      return { operations: shrinkFully(window, model, failsFromAny), from: 'any value' };
    }
  }
  const beginning = shortestBeginning(operations, fails);
  return { operations: shrinkFully(beginning, model, fails), from: 'nothing' };
}
