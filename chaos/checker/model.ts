/**
 * What a key is supposed to be: a state and what each call does to it.
 *
 * A model is compiled for the calls on one key, so that the search deals in small integers only. A state is a
 * number, and two states are equal exactly when their numbers are; `step` is a pure function of its arguments.
 * The rest of a compiled model is what lets the search skip orders that cannot matter; each promise is spelled
 * out, because a wrong one would make the checker lie.
 */
import type { HistoryCall, HistoryFunction, HistoryValue, Operation } from './history.js';

export const impossible = -1;

export interface CompiledModel {
  readonly initial: number;
  /** The state after this call in this state, or `impossible` when the answer that it got contradicts the state. */
  step(state: number, call: number): number;
  /** The only state in which the call can happen, or `impossible` when it can happen in several. */
  observes(call: number): number;
  /** The state that the call can turn another state into, or `impossible` when that depends or it changes nothing. */
  produces(call: number): number;
  /**
   * `returns`: a state is entered only by calls that `produce` it, and any number of times.
   * `grows`: a state that was left never comes back.
   */
  readonly course: 'returns' | 'grows';
  /**
   * Whether the calls that `step` allows in a state may be done in any order once no call waits for that state:
   * the search then takes the first and never tries another.
   */
  readonly commutes: boolean;
  /** Of a call whose outcome is unknown: false when no answer can tell whether it happened. */
  matters(call: number): boolean;
  /** Of an answered call: true when no order of these calls whatsoever explains its answer. */
  hopeless(call: number): boolean;
}

export interface ModelCall {
  readonly call: HistoryCall;
  /** False: the outcome is unknown, it may have happened or not. */
  readonly known: boolean;
}

export interface Model {
  readonly name: ModelName;
  readonly functions: readonly HistoryFunction[];
  compile(calls: readonly ModelCall[]): CompiledModel;
  /**
   * The operations without this one, such that they can be ordered if the given ones can: leaving it out hides a
   * fault at worst and never makes one. Undefined when it cannot be left out.
   */
  without(operations: readonly Operation[], index: number): readonly Operation[] | undefined;
}

export type ModelName = 'register' | 'cas' | 'append' | 'set';

/** Values as small integers: 0 is null, and nothing else is known before it is asked for. */
export class ValueNumbers {
  readonly #numbers = new Map<HistoryValue, number>([[null, 0]]);

  of(value: HistoryValue): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }

  get size(): number {
    return this.#numbers.size;
  }
}
