/** A whole history, judged by the model that fits it. */
import { type HistoryEvent, type HistoryFunction, pairOperations } from './history.js';
import { checkLinearizability } from './linearizability.js';
import type { ModelName } from './model.js';
import { checkTransactions } from './transactions/check.js';
import type { Verdict } from './verdict.js';

/** `txn` orders everything by the revisions in the answers, over all keys. */
export type HistoryModel = ModelName | 'txn';

/** By what is done, and whether every answer carries a revision. */
export function modelFor(events: readonly HistoryEvent[]): HistoryModel {
  const functions = new Set<HistoryFunction>(events.map(({ call }) => call.f));
  if (functions.has('txn')) return 'txn';
  if (functions.has('append')) return 'append';
  if (functions.has('add')) return 'set';
  const answers = events.flatMap((event) => (event.type === 'ok' ? [event.revision] : []));
  if (answers.length > 0 && answers.every((revision) => revision !== undefined)) return 'txn';
  return functions.has('cas') ? 'cas' : 'register';
}

export function checkHistory(
  events: readonly HistoryEvent[],
  model: HistoryModel = modelFor(events),
): Verdict {
  const operations = pairOperations(events);
  return model === 'txn' ? checkTransactions(operations) : checkLinearizability(operations, { model });
}
