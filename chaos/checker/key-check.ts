/** Whether the operations on one key can be put in an order that the model allows: the search, set up. */
import type { SearchOperation } from './ends.js';
import type { Operation } from './history.js';
import type { Model } from './model.js';
import { type SearchLimits, type SearchResult, searchOrder } from './search.js';

/** An operation that certainly did nothing, or a read that nobody saw the answer of, says nothing. */
export function saysSomething(operation: Operation): boolean {
  switch (operation.outcome.kind) {
    case 'ok':
      return true;
    case 'failed':
      return false;
    case 'unknown':
      return operation.call.f !== 'read';
  }
}

/** The order, when there is one, holds positions in `operations`, which must all say something. */
export function orderOperations(
  operations: readonly Operation[],
  model: Model,
  limits: SearchLimits,
): SearchResult {
  const compiled = model.compile(
    operations.map(({ call, outcome }) => ({ call, known: outcome.kind === 'ok' })),
  );
  const searched = operations.map(
    ({ invokedNanoseconds, outcome }, call): SearchOperation => ({
      call,
      invokedNanoseconds,
      returnedNanoseconds: outcome.kind === 'ok' ? outcome.timeNanoseconds : undefined,
    }),
  );
  return searchOrder(searched, compiled, limits);
}
