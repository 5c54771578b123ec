/** Whether a compare holds in the state just before its transaction. */
import { textOf } from '../bytes.js';
import { type Steps, waitFor } from '../steps.js';
import type { Compare, KeyValue } from '../store.js';
import { type RangeSink, readRange } from './read-range.js';
import type { StateBefore } from './state-before.js';

function isOrdered(result: Compare['result'], order: number): boolean {
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
function holdsOf(compare: Compare, item: KeyValue | undefined): boolean {
  switch (compare.target) {
    case 'value':
      return item !== undefined && isOrdered(compare.result, Buffer.compare(item.value, compare.operand));
    case 'mod':
      return isOrdered(compare.result, Math.sign((item?.modRevision ?? 0) - compare.operand));
    case 'create':
      return isOrdered(compare.result, Math.sign((item?.createRevision ?? 0) - compare.operand));
    case 'version':
      return isOrdered(compare.result, Math.sign((item?.version ?? 0) - compare.operand));
    case 'lease':
      return isOrdered(compare.result, Math.sign((item?.lease ?? 0) - compare.operand));
  }
}

/** Reads until the first key that does not satisfy the compare. */
class CompareSink implements RangeSink {
  readonly #compare: Compare;
  readonly wanted = Number.POSITIVE_INFINITY;
  readonly onlyCounts = false;
  done = false;
  isEmpty = true;

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  add(item: KeyValue): void {
    this.isEmpty = false;
    this.done ||= !holdsOf(this.#compare, item);
  }

  addKey(): void {}
}

/** Of a range, every key has to satisfy it. */
export function* compareHolds(before: StateBefore, compare: Compare): Steps<boolean> {
  if (compare.end === undefined) return holdsOf(compare, (yield* before.latest(textOf(compare.key)))?.item);
  const sink = new CompareSink(compare);
  yield* waitFor(readRange(before.view(), compare, undefined, sink));
  return sink.isEmpty ? holdsOf(compare, undefined) : !sink.done;
}
