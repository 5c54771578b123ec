/**
 * Operations of the store as transactions: what they found and what they wrote, at which revision.
 *
 * What the store promises, and what is checked:
 *  - Each operation that put something made a revision of its own, and its answer carries it.
 *  - Each operation that wrote nothing carries the revision that it read at; many may share one.
 *  - A delete of what is absent changes nothing: an operation that only deletes may have made its revision or not.
 *  - What an operation finds is the state just before its own writes, and then its own writes.
 */
import { HistoryError, type HistoryValue, type MicroOperation, type Operation } from '../history.js';

export interface Found {
  readonly key: string;
  readonly value: HistoryValue;
  readonly modRevision: number | undefined;
}

/**
 * What it did to the store: `perhaps` is for one that deletes without having looked whether there was anything.
 */
export type Effect = 'changes' | 'perhaps' | 'nothing';

export interface Transaction {
  readonly operation: Operation;
  /** What it found before it wrote; for an unknown compare-and-set what it must find. */
  readonly found: readonly Found[];
  /** The last write of each key; null deletes. */
  readonly writes: ReadonlyMap<string, HistoryValue>;
  /** It found something else than it had written itself: no order explains that. */
  readonly contradictsItself: boolean;
  readonly effect: Effect;
}

/** A transaction that was answered. */
export interface Answered extends Transaction {
  readonly revision: number;
  readonly returnedNanoseconds: number;
}

function microOperationsOf({ call, process, invokedNanoseconds }: Operation): readonly MicroOperation[] {
  switch (call.f) {
    case 'read':
      if (typeof call.value === 'object' && call.value !== null) {
        throw new HistoryError(
          `the store's read is answered with one value, not with a list (key ${call.key})`,
        );
      }
      return [{ ...call, kind: 'read', value: call.value }];
    case 'write':
      return [{ kind: 'write', key: call.key, value: call.value }];
    case 'cas':
      return [
        { kind: 'read', key: call.key, value: call.expected },
        { kind: 'write', key: call.key, value: call.next },
      ];
    case 'txn':
      return call.operations;
    case 'append':
    case 'add':
      throw new HistoryError(
        `the model txn knows read, write, cas, txn, not ${call.f} (process ${process}, ${invokedNanoseconds} ns)`,
      );
  }
}

export function transactionOf(operation: Operation): Transaction {
  const found: Found[] = [];
  const writes = new Map<string, HistoryValue>();
  const { outcome } = operation;
  const answered = outcome.kind === 'ok';
  let contradictsItself = false;
  for (const micro of microOperationsOf(operation)) {
    if (micro.kind === 'write') writes.set(micro.key, micro.value);
    else if (!writes.has(micro.key)) {
      found.push({ key: micro.key, value: micro.value, modRevision: micro.modRevision });
    } else if (writes.get(micro.key) !== micro.value) contradictsItself = true;
    else if (answered && micro.value !== null && micro.modRevision !== undefined) {
      contradictsItself ||= micro.modRevision !== outcome.revision;
    }
  }
  // Reads that nobody saw the answer of say nothing; what a compare-and-set expects it must find in any case.
  const told = answered || operation.call.f === 'cas' ? found : [];
  const effect = effectOf(writes, told);
  return {
    operation,
    found: told,
    writes: effect === 'nothing' ? new Map() : writes,
    contradictsItself: answered && contradictsItself,
    effect,
  };
}

function effectOf(writes: ReadonlyMap<string, HistoryValue>, found: readonly Found[]): Effect {
  let effect: Effect = 'nothing';
  for (const [key, value] of writes) {
    const seen = found.find((one) => one.key === key);
    if (value !== null || (seen !== undefined && seen.value !== null)) return 'changes';
    if (seen === undefined) effect = 'perhaps';
  }
  return effect;
}

export function answeredOf(transaction: Transaction): Answered | undefined {
  const { operation } = transaction;
  const { outcome } = operation;
  if (outcome.kind !== 'ok') return undefined;
  if (outcome.revision === undefined) {
    throw new HistoryError(
      `the model txn needs the revision of every ok (process ${operation.process}, ${operation.invokedNanoseconds} ns)`,
      { field: 'revision' },
    );
  }
  return { ...transaction, revision: outcome.revision, returnedNanoseconds: outcome.timeNanoseconds };
}

/** The revision whose state it found: just before its own when it changed something. */
export function foundAt({ effect, revision }: Answered): number {
  return effect === 'changes' ? revision - 1 : revision;
}
