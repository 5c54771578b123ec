/**
 * The write loop: read the live object, let a pure function decide, write on condition that nothing changed in
 * between, begin again if something did. All optimistic concurrency of the API server is here.
 *
 * The first reading is this member's own and may be stale. That is safe for writing, because the condition is
 * checked by the store; for everything else that a decision may say (not found, conflict, unchanged) the loop
 * decides again on a reading that is certainly current.
 */
import type { JsonObject } from '../../api/index.js';
import { timeout } from '../../api/index.js';
import type { Clock } from '../../platform/index.js';
import type { CallContext, Compare, Store, TxnOperation } from '../../storage/index.js';
import { bytesOf } from './keys.js';
import { valueOfRead, valueOfWrite } from './outcome.js';
import type { ResourceView } from './resource-view.js';
import type { StoredItem } from './stored-form.js';

export type WriteDecision =
  /** Store this object (home form), provided that the guards hold too. */
  | { readonly kind: 'put'; readonly object: JsonObject; readonly guards?: readonly Compare[] }
  /** Remove the live object; `object` is its last form, which the client is told of. */
  | { readonly kind: 'remove'; readonly object: JsonObject }
  /** Nothing to write: the live object is the answer. */
  | { readonly kind: 'keep' };

/** Home form with resourceVersion; the decision may change it. */
export type LiveObject = JsonObject;

/**
 * What to do with the live object, or with its absence. Errors it throws reach the client only when `live` was
 * certainly current. Called once for each attempt, so it must not change anything outside of itself.
 */
export type Decide = (live: LiveObject | undefined) => Promise<WriteDecision>;

export interface WriteRequest {
  readonly view: ResourceView;
  readonly key: string;
  readonly caller: string;
  readonly timeoutMilliseconds: number;
  /** Everything but the write itself happens. */
  readonly dryRun: boolean;
  readonly decide: Decide;
}

export type WriteResult =
  | { readonly kind: 'created' | 'updated' | 'kept'; readonly item: StoredItem }
  | { readonly kind: 'removed'; readonly item: StoredItem };

interface Reading {
  readonly item: StoredItem | undefined;
  readonly certain: boolean;
}

export async function writeObject(
  dependencies: { readonly store: Store; readonly clock: Clock },
  request: WriteRequest,
): Promise<WriteResult> {
  const { store, clock } = dependencies;
  const deadline = clock.monotonicMilliseconds() + request.timeoutMilliseconds;
  const context = (): CallContext => {
    const left = deadline - clock.monotonicMilliseconds();
    if (left <= 0) throw timeout('the object kept changing until the deadline; nothing was written', 1);
    return { caller: request.caller, timeoutMilliseconds: left };
  };
  const key = bytesOf(request.key);

  let reading = await read(store, key, request.dryRun, context());
  for (;;) {
    const { item } = reading;
    const live = item === undefined ? undefined : request.view.decodeHome(item);
    let decision: WriteDecision;
    try {
      decision = await request.decide(live);
    } catch (error) {
      if (reading.certain) throw error;
      reading = await read(store, key, true, context());
      continue;
    }
    if (decision.kind === 'keep') {
      if (item === undefined) throw new Error('a decision kept an object that does not exist');
      if (reading.certain) return { kind: 'kept', item };
      reading = await read(store, key, true, context());
      continue;
    }
    if (decision.kind === 'remove' && item === undefined) {
      throw new Error('a decision removed an object that does not exist');
    }

    const value = request.view.encode(decision.object);
    if (request.dryRun) return dryResult(decision, key, value, item);
    const attempt = await write(store, key, value, decision, item, context());
    if (attempt.kind === 'written') return attempt.result;
    reading = { item: attempt.live, certain: true };
  }
}

async function read(store: Store, key: Uint8Array, certain: boolean, context: CallContext): Promise<Reading> {
  const outcome = await store.range({ key, consistency: certain ? 'linearizable' : 'local' }, context);
  return { item: valueOfRead(outcome).items[0], certain };
}

type Attempt =
  | { readonly kind: 'written'; readonly result: WriteResult }
  | { readonly kind: 'changed'; readonly live: StoredItem | undefined };

async function write(
  store: Store,
  key: Uint8Array,
  value: Uint8Array,
  decision: Exclude<WriteDecision, { kind: 'keep' }>,
  item: StoredItem | undefined,
  context: CallContext,
): Promise<Attempt> {
  // A key that does not exist has mod revision 0.
  const unchanged: Compare = { key, target: 'mod', result: 'equal', operand: item?.modRevision ?? 0 };
  const guards = decision.kind === 'put' ? (decision.guards ?? []) : [];
  const operation: TxnOperation =
    decision.kind === 'put' ? { type: 'put', key, value } : { type: 'delete', key };
  const outcome = await store.txn(
    { compare: [unchanged, ...guards], then: [operation], else: [{ type: 'range', key }] },
    context,
  );
  const answer = valueOfWrite(outcome);
  if (!answer.succeeded) {
    const found = answer.results[0];
    return { kind: 'changed', live: found?.type === 'range' ? found.items[0] : undefined };
  }
  const written: StoredItem = { key, value, modRevision: answer.revision };
  if (decision.kind === 'remove') return { kind: 'written', result: { kind: 'removed', item: written } };
  return { kind: 'written', result: { kind: item === undefined ? 'created' : 'updated', item: written } };
}

function dryResult(
  decision: Exclude<WriteDecision, { kind: 'keep' }>,
  key: Uint8Array,
  value: Uint8Array,
  item: StoredItem | undefined,
): WriteResult {
  const would: StoredItem = { key, value, modRevision: item?.modRevision ?? 0 };
  if (decision.kind === 'remove') return { kind: 'removed', item: would };
  return { kind: item === undefined ? 'created' : 'updated', item: would };
}
