/**
 * A set that only grows; a read answers all of it (null is the empty set), in any order.
 *
 * Adds commute. What orders them is the reads: an element comes after every read that does not have it, so the
 * set then has at least as many elements as the largest of those reads. Adds that come too early are refused at
 * once, and whatever is allowed may be done first.
 */
import { HistoryError, type HistoryValue } from '../history.js';
import { type CompiledModel, impossible, type Model, type ModelCall, ValueNumbers } from '../model.js';
import { withoutReadOrElement } from './append-list.js';

/** Sets of numbers below a bound, equal sets under one number. */
class Sets {
  readonly #words: number;
  readonly #bits: Uint32Array[] = [];
  readonly #sizes: number[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(bound: number) {
    this.#words = Math.ceil(bound / 32);
  }

  /** How many elements are in the set of this number. */
  size(set: number): number {
    return this.#sizes[set] ?? 0;
  }

  has(set: number, element: number): boolean {
    return (((this.#bits[set]?.[element >>> 5] ?? 0) >>> (element & 31)) & 1) === 1;
  }

  includes(larger: number, smaller: number): boolean {
    const bits = this.#bits[larger];
    return this.#bits[smaller]?.every((word, index) => (word & ~(bits?.[index] ?? 0)) === 0) ?? false;
  }

  of(elements: readonly number[]): number {
    const bits = new Uint32Array(this.#words);
    for (const element of elements) bits[element >>> 5]! |= 1 << (element & 31);
    return this.#number(bits);
  }

  with(set: number, element: number): number {
    if (this.has(set, element)) return set;
    const bits = Uint32Array.from(this.#bits[set] ?? []);
    bits[element >>> 5]! |= 1 << (element & 31);
    return this.#number(bits);
  }

  #number(bits: Uint32Array): number {
    const key = Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength).toString('latin1');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#bits.length;
    this.#numbers.set(key, number);
    this.#bits.push(bits);
    this.#sizes.push(bits.reduce((sum, word) => sum + bitCount(word), 0));
    return number;
  }
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function elementsOf(value: HistoryValue | readonly HistoryValue[], key: string): readonly HistoryValue[] {
  if (value === null) return [];
  if (typeof value === 'object') return value;
  throw new HistoryError(`a set's read is answered with a list, not with one value (key ${key})`);
}

/** The answers that do not fit: of two sets one must include the other, and every element was added. */
function misfits(answers: readonly number[], added: number, sets: Sets): ReadonlySet<number> {
  const bySize = [...new Set(answers)].sort((left, right) => sets.size(left) - sets.size(right));
  return new Set(
    bySize.filter((set, index) => {
      const smaller = bySize[index - 1];
      return !sets.includes(added, set) || (smaller !== undefined && !sets.includes(set, smaller));
    }),
  );
}

function compile(calls: readonly ModelCall[]): CompiledModel {
  const values = new ValueNumbers();
  const adds = new Int32Array(calls.length).fill(impossible);
  const answers: (readonly number[] | undefined)[] = calls.map(({ call }, index) => {
    if (call.f === 'add') adds[index] = values.of(call.value);
    else if (call.f === 'read') return elementsOf(call.value, call.key).map((element) => values.of(element));
    else throw new HistoryError(`a set knows no ${call.f}`);
    return undefined;
  });
  const sets = new Sets(values.size);
  const initial = sets.of([]);
  const observes = Int32Array.from(answers, (answer) =>
    answer === undefined ? impossible : sets.of(answer),
  );
  const earliest = new Int32Array(values.size);
  const seen = new Uint8Array(values.size);
  for (const [index, set] of observes.entries()) {
    if (set === impossible || calls[index]?.known !== true) continue;
    for (let element = 0; element < values.size; element += 1) {
      if (sets.has(set, element)) seen[element] = 1;
      else earliest[element] = Math.max(earliest[element] ?? 0, sets.size(set));
    }
  }
  const hopeless = misfits(
    [...observes].filter((set, index) => set !== impossible && calls[index]?.known === true),
    sets.of([...adds].filter((element) => element !== impossible)),
    sets,
  );
  return {
    initial,
    step(state, call) {
      const element = adds[call] ?? impossible;
      if (element === impossible) return observes[call] === state ? state : impossible;
      if (sets.has(state, element)) return state;
      return sets.size(state) >= (earliest[element] ?? 0) ? sets.with(state, element) : impossible;
    },
    observes: (call) => observes[call] ?? impossible,
    produces: () => impossible,
    course: 'grows',
    commutes: true,
    matters: (call) => seen[adds[call] ?? impossible] === 1,
    hopeless: (call) => hopeless.has(observes[call] ?? impossible),
  };
}

export const setModel: Model = {
  name: 'set',
  functions: ['read', 'add'],
  compile,
  without: withoutReadOrElement,
};
