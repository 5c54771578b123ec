/** Small histories of one key, made at random with few values, so that about half of them are linearizable. */
import fc from 'fast-check';
import type { HistoryCall, ModelName, Operation, OperationOutcome } from '../../../../chaos/checker/index.js';

const key = 'k';
const value = fc.integer({ min: 1, max: 3 });
const list = fc.oneof(fc.constantFrom([], [1], [1, 2], [2, 1], [1, 2, 3]), fc.array(value, { maxLength: 3 }));

const read = fc
  .oneof(fc.constant(null), value)
  .map((found): HistoryCall => ({ f: 'read', key, value: found }));
const readList = list.map((found): HistoryCall => ({ f: 'read', key, value: found }));
const write = value.map((written): HistoryCall => ({ f: 'write', key, value: written }));
const cas = fc
  .tuple(fc.oneof(fc.constant(null), value), value)
  .map(([expected, next]): HistoryCall => ({ f: 'cas', key, expected, next }));

const calls: Readonly<Record<ModelName, fc.Arbitrary<HistoryCall>>> = {
  register: fc.oneof(read, write),
  cas: fc.oneof(read, write, cas),
  append: fc.oneof(
    readList,
    value.map((element): HistoryCall => ({ f: 'append', key, value: element })),
  ),
  set: fc.oneof(
    fc.uniqueArray(value).map((found): HistoryCall => ({ f: 'read', key, value: found })),
    value.map((element): HistoryCall => ({ f: 'add', key, value: element })),
  ),
};

/** Each operation has a process of its own, so any times go together; ties are frequent. */
export function smallHistory(model: ModelName, maxOperations = 7): fc.Arbitrary<readonly Operation[]> {
  const operation = fc.record({
    call: calls[model],
    from: fc.integer({ min: 0, max: 15 }),
    lasts: fc.integer({ min: 0, max: 8 }),
    ends: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'unknown', 'failed'),
  });
  return fc.array(operation, { maxLength: maxOperations }).map((drawn) =>
    drawn.map(({ call, from, lasts, ends }, id): Operation => {
      const timeNanoseconds = from + lasts;
      const outcome: OperationOutcome =
        ends === 'ok'
          ? { kind: 'ok', timeNanoseconds }
          : ends === 'failed'
            ? { kind: 'failed', timeNanoseconds }
            : { kind: 'unknown' };
      return { id, process: id, invokedNanoseconds: from, call, outcome };
    }),
  );
}
