/**
 * Which writes of one transaction may not stand together, as etcd judges it: a key is put at most once on any
 * way through the transaction, and a put does not meet a delete that stands beside it, below it, or in an
 * earlier neighbour. A delete may follow the put of an earlier neighbour, and deletes may overlap each other.
 *
 * A delete without an upper end meets nothing here, as in etcd, whose clients may rely on it: such a
 * transaction is well defined, its operations take effect one after the other.
 */
import { textOf } from '../bytes.js';
import type { KeyRange, TxnOperation } from '../store.js';
import { KeyIntervals } from './key-intervals.js';

interface Writes {
  readonly puts: ReadonlySet<string>;
  readonly deletes: KeyIntervals;
}

function deletesOf(operations: readonly TxnOperation[]): KeyIntervals {
  const ranges: KeyRange[] = [];
  for (const operation of operations) {
    if (operation.type === 'delete' && operation.end?.length !== 0) ranges.push(operation);
  }
  return ranges.length === 0 ? KeyIntervals.none : KeyIntervals.ofBounded(ranges);
}

/** undefined: two of them meet. Recursion is as deep as the transaction, which is bounded before. */
function writesOf(operations: readonly TxnOperation[]): Writes | undefined {
  let deletes = deletesOf(operations);
  const puts = new Set<string>();
  for (const operation of operations) {
    if (operation.type !== 'txn') continue;
    const chosen = writesOf(operation.request.then);
    const other = writesOf(operation.request.else);
    if (chosen === undefined || other === undefined) return undefined;
    // Only one of the two branches happens: they may put the same keys.
    for (const key of new Set([...chosen.puts, ...other.puts])) {
      if (puts.has(key) || deletes.has(key)) return undefined;
      puts.add(key);
    }
    deletes = deletes.union(chosen.deletes).union(other.deletes);
  }
  for (const operation of operations) {
    if (operation.type !== 'put') continue;
    const key = textOf(operation.key);
    if (puts.has(key) || deletes.has(key)) return undefined;
    puts.add(key);
  }
  return { puts, deletes };
}

export function writesOneKeyTwice(operations: readonly TxnOperation[]): boolean {
  if (operations.length < 2 && operations[0]?.type !== 'txn') return false;
  return writesOf(operations) === undefined;
}
