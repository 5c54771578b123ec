/** One transaction against the state as of now: what it answers and what it would change; changes nothing. */
import { textOf } from '../bytes.js';
import type { ApplyRefusal } from '../commands/result.js';
import { itemBytes } from '../commands/result.js';
import { containsKey, storeLimits } from '../commands/validate.js';
import type { Compare, KeyRange, KeyValue, TxnOperation, TxnOperationResult, TxnRequest } from '../store.js';
import { RangeCollector, readRange } from './read-range.js';
import type { StoredVersion } from './records.js';
import type { ReplicatedState, StagedChange } from './state.js';

export type TxnPlan =
  | {
      readonly kind: 'planned';
      readonly succeeded: boolean;
      readonly results: readonly TxnOperationResult[];
      readonly changes: readonly StagedChange[];
    }
  | { readonly kind: 'refused'; readonly refusal: ApplyRefusal };

/** The keys whose newest version a transaction needs. */
export function keysOf(request: TxnRequest): readonly string[] {
  const keys = request.compare.map((compare) => textOf(compare.key));
  for (const operation of [...request.then, ...request.else]) {
    if (operation.type === 'put' || operation.end === undefined) keys.push(textOf(operation.key));
  }
  return keys;
}

function holds(result: Compare['result'], order: number): boolean {
  switch (result) {
    case 'equal':
      return order === 0;
    case 'not-equal':
      return order !== 0;
    case 'greater':
      return order > 0;
    case 'less':
      return order < 0;
  }
}

/** A key that is not there compares as if all its numbers were 0; its value compares with nothing. */
function compareHolds(compare: Compare, item: KeyValue | undefined): boolean {
  switch (compare.target) {
    case 'value':
      return item !== undefined && holds(compare.result, Buffer.compare(item.value, compare.operand));
    case 'mod':
      return holds(compare.result, Math.sign((item?.modRevision ?? 0) - compare.operand));
    case 'create':
      return holds(compare.result, Math.sign((item?.createRevision ?? 0) - compare.operand));
    case 'version':
      return holds(compare.result, Math.sign((item?.version ?? 0) - compare.operand));
    case 'lease':
      return holds(compare.result, Math.sign((item?.lease ?? 0) - compare.operand));
  }
}

class TxnExecution {
  readonly #state: ReplicatedState;
  /** Of all keys that the transaction names, and of those that a delete found. */
  readonly #versions: Map<string, StoredVersion | null>;
  readonly changes = new Map<string, StagedChange>();
  #deletedKeys = 0;
  #answerBytes = 0;

  constructor(state: ReplicatedState, versions: Map<string, StoredVersion | null>) {
    this.#state = state;
    this.#versions = versions;
  }

  latest(key: string): StoredVersion | undefined {
    return this.#versions.get(key) ?? undefined;
  }

  perform(operation: TxnOperation, revision: number): Promise<TxnOperationResult | ApplyRefusal> {
    switch (operation.type) {
      case 'put':
        return this.#put(operation);
      case 'delete':
        return this.#delete(operation);
      case 'range':
        return this.#range(operation, revision);
    }
  }

  async #put(operation: Extract<TxnOperation, { type: 'put' }>): Promise<TxnOperationResult | ApplyRefusal> {
    const { value, lease = 0 } = operation;
    if (lease !== 0 && (await this.#state.lease(lease)) === undefined) {
      return { reason: 'lease-not-found', message: `lease ${lease} does not exist` };
    }
    const key = textOf(operation.key);
    this.changes.set(key, { key, previous: this.latest(key), next: { value, lease } });
    return { type: 'put' };
  }

  async #delete(
    operation: Extract<TxnOperation, { type: 'delete' }>,
  ): Promise<TxnOperationResult | ApplyRefusal> {
    const keys = operation.end === undefined ? [textOf(operation.key)] : await this.#findVersions(operation);
    const previous: KeyValue[] = [];
    for (const key of keys) {
      const version = this.latest(key);
      // Puts and deletes of one branch are disjoint: what is staged already is a delete.
      if (version === undefined || this.changes.has(key)) continue;
      this.changes.set(key, { key, previous: version, next: undefined });
      previous.push(version.item);
    }
    this.#deletedKeys += previous.length;
    if (this.#deletedKeys > storeLimits.maxDeletedKeys) {
      return {
        reason: 'too-large',
        message: `a transaction deletes at most ${storeLimits.maxDeletedKeys} keys`,
      };
    }
    return (
      this.#bounded(operation.previous === true ? previous : []) ?? {
        type: 'delete',
        deleted: previous.length,
        previous: operation.previous === true ? previous : [],
      }
    );
  }

  async #range(
    operation: Extract<TxnOperation, { type: 'range' }>,
    revision: number,
  ): Promise<TxnOperationResult | ApplyRefusal> {
    const merged = new Map<string, KeyValue>();
    for (const item of await this.#items(operation)) merged.set(textOf(item.key), item);
    for (const [key, change] of this.changes) {
      if (!containsKey(operation, key)) continue;
      if (change.next === undefined) merged.delete(key);
      else merged.set(key, stagedItem(change, revision));
    }
    const collector = new RangeCollector(operation);
    for (const key of [...merged.keys()].sort()) collector.add(merged.get(key)!);
    return this.#bounded(collector.items) ?? { type: 'range', items: collector.items, more: collector.more };
  }

  #bounded(items: readonly KeyValue[]): ApplyRefusal | undefined {
    for (const item of items) this.#answerBytes += itemBytes(item);
    if (this.#answerBytes <= storeLimits.maxTxnAnswerBytes) return undefined;
    return {
      reason: 'too-large',
      message: `a transaction answers with at most ${storeLimits.maxTxnAnswerBytes} bytes`,
    };
  }

  /** The keys in a range, whose newest versions are known from then on. */
  async #findVersions(range: KeyRange): Promise<readonly string[]> {
    const keys = (await this.#items(range)).map((item) => textOf(item.key));
    for (const [key, version] of await this.#state.prefetch(keys)) this.#versions.set(key, version);
    return keys;
  }

  async #items(range: KeyRange & { readonly limitItems?: number }): Promise<readonly KeyValue[]> {
    if (range.end === undefined) {
      const version = this.latest(textOf(range.key));
      return version === undefined ? [] : [version.item];
    }
    // Staged changes can hide at most as many items as there are: read that many more.
    const limitItems = range.limitItems === undefined ? 0 : range.limitItems + this.changes.size + 1;
    const collector = new RangeCollector({ limitItems, limitBytes: storeLimits.maxTxnAnswerBytes * 2 });
    const view = this.#state.stateView();
    try {
      await readRange(view, range, undefined, collector);
    } finally {
      await view.view.close();
    }
    return collector.items;
  }
}

function stagedItem(change: StagedChange, revision: number): KeyValue {
  const { key, previous, next } = change;
  return {
    key: previous?.item.key ?? Uint8Array.from(Buffer.from(key, 'latin1')),
    value: next!.value,
    createRevision: previous?.item.createRevision ?? revision,
    modRevision: revision,
    version: (previous?.item.version ?? 0) + 1,
    lease: next!.lease,
  };
}

/** Throws `DamagedRecordError` or `DiskFailedError` when the state cannot be read. */
export async function planTxn(state: ReplicatedState, request: TxnRequest): Promise<TxnPlan> {
  const execution = new TxnExecution(state, await state.prefetch(keysOf(request)));
  let succeeded = true;
  for (const compare of request.compare) {
    const version = execution.latest(textOf(compare.key));
    if (compareHolds(compare, version?.item)) continue;
    succeeded = false;
    break;
  }
  const results: TxnOperationResult[] = [];
  for (const operation of succeeded ? request.then : request.else) {
    const result = await execution.perform(operation, state.revision + 1);
    if ('reason' in result) return { kind: 'refused', refusal: result };
    results.push(result);
  }
  return { kind: 'planned', succeeded, results, changes: [...execution.changes.values()] };
}
