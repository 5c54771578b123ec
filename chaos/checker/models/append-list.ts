/**
 * A list that only grows at its end; a read answers all of it (null and [] are the empty list).
 *
 * Each read that was answered is a prefix of the list as it was when the longest answer was read. So the state is
 * just a length: up to the longest answer it stands for that prefix, beyond it no read is left that could tell
 * two lists apart. Appends that contradict the longest answer are refused at once.
 */
import { HistoryError, type HistoryValue, type Operation } from '../history.js';
import { type CompiledModel, impossible, type Model, type ModelCall, ValueNumbers } from '../model.js';

/** The list of a read's answer. */
function listOf(call: {
  readonly key: string;
  readonly value: HistoryValue | readonly HistoryValue[];
}): readonly HistoryValue[] {
  if (call.value === null) return [];
  if (typeof call.value === 'object') return call.value;
  throw new HistoryError(`a list's read is answered with a list, not with one value (key ${call.key})`);
}

function longestAnswer(calls: readonly ModelCall[]): readonly HistoryValue[] {
  let longest: readonly HistoryValue[] = [];
  for (const { call, known } of calls) {
    if (!known || call.f !== 'read') continue;
    const list = listOf(call);
    if (list.length > longest.length) longest = list;
  }
  return longest;
}

const isPrefix = (list: readonly HistoryValue[], longer: readonly HistoryValue[]): boolean =>
  list.every((element, index) => element === longer[index]);

function compile(calls: readonly ModelCall[]): CompiledModel {
  const values = new ValueNumbers();
  const longest = longestAnswer(calls);
  const expected = Int32Array.from(longest, (element) => values.of(element));
  const seen = new Set(expected);
  /** A length that the list never has: an answer that no order explains. */
  const never = longest.length + calls.length + 1;
  const observes = new Int32Array(calls.length).fill(impossible);
  const appends = new Int32Array(calls.length).fill(impossible);
  for (const [index, { call }] of calls.entries()) {
    if (call.f === 'append') appends[index] = values.of(call.value);
    else if (call.f === 'read') {
      const list = listOf(call);
      observes[index] = isPrefix(list, longest) ? list.length : never;
    } else throw new HistoryError(`a list knows no ${call.f}`);
  }
  const appended = new Set(appends);
  const explicable = expected.every((element) => appended.has(element));
  return {
    initial: 0,
    step(state, call) {
      const element = appends[call] ?? impossible;
      if (element === impossible) return observes[call] === state ? state : impossible;
      return state >= expected.length || expected[state] === element ? state + 1 : impossible;
    },
    observes: (call) => observes[call] ?? impossible,
    produces: () => impossible,
    course: 'grows',
    commutes: false,
    matters: (call) => seen.has(appends[call] ?? impossible),
    hopeless: (call) => observes[call] === never || (observes[call] === expected.length && !explicable),
  };
}

/** The operations as if this element had never been thought of: a part of a legal order is a legal order. */
export function withoutElement(
  operations: readonly Operation[],
  element: HistoryValue,
): readonly Operation[] {
  return operations.flatMap((operation): readonly Operation[] => {
    const { call } = operation;
    if ((call.f === 'append' || call.f === 'add') && call.value === element) return [];
    if (call.f !== 'read' || call.value === null || typeof call.value !== 'object') return [operation];
    return [{ ...operation, call: { ...call, value: call.value.filter((other) => other !== element) } }];
  });
}

/** A read may always go; an element goes from everywhere at once. */
export function withoutReadOrElement(
  operations: readonly Operation[],
  index: number,
): readonly Operation[] | undefined {
  const call = operations[index]?.call;
  return call?.f === 'append' || call?.f === 'add'
    ? withoutElement(operations, call.value)
    : operations.filter((_, other) => other !== index);
}

export const appendModel: Model = {
  name: 'append',
  functions: ['read', 'append'],
  compile,
  without: withoutReadOrElement,
};
