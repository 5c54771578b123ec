/**
 * A register that holds one value, null at first: read and write, and for the model `cas` also compare-and-set
 * (an ok one found what it expected; one that did not is a failed operation and proves nothing).
 *
 * A state is the number of a value, so every call says what it needs or what it makes.
 */
import { type HistoryCall, HistoryError, type HistoryFunction, type Operation } from '../history.js';
import { type CompiledModel, impossible, type Model, type ModelCall, ValueNumbers } from '../model.js';

interface Effect {
  readonly observes: number;
  readonly produces: number;
}

const changes = (effect: Effect): boolean => effect.observes !== effect.produces;

function effectOf(call: HistoryCall, values: ValueNumbers): Effect {
  switch (call.f) {
    case 'read': {
      const { value } = call;
      if (typeof value === 'object' && value !== null) {
        throw new HistoryError(
          `a register's read is answered with one value, not with a list (key ${call.key})`,
        );
      }
      return { observes: values.of(value), produces: values.of(value) };
    }
    case 'write':
      return { observes: impossible, produces: values.of(call.value) };
    case 'cas':
      return { observes: values.of(call.expected), produces: values.of(call.next) };
    case 'append':
    case 'add':
    case 'txn':
      throw new HistoryError(`a register knows no ${call.f}`);
  }
}

/** An unknown call matters when its value is seen: by an answer, or by an unknown call that matters. */
function mattering(effects: readonly Effect[], calls: readonly ModelCall[]): readonly boolean[] {
  const seen = new Set<number>();
  for (const [index, effect] of effects.entries())
    if (calls[index]?.known === true) seen.add(effect.observes);
  const matters = effects.map(() => false);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, effect] of effects.entries()) {
      if (matters[index] === true || calls[index]?.known === true) continue;
      if (!changes(effect) || !seen.has(effect.produces)) continue;
      matters[index] = true;
      seen.add(effect.observes);
      changed = true;
    }
  }
  return matters;
}

function compile(calls: readonly ModelCall[]): CompiledModel {
  const values = new ValueNumbers();
  const effects = calls.map(({ call }) => effectOf(call, values));
  const observes = Int32Array.from(effects, (effect) => effect.observes);
  const produces = Int32Array.from(effects, (effect) => effect.produces);
  const matters = mattering(effects, calls);
  const initial = values.of(null);
  const reachable = new Set([initial, ...effects.filter(changes).map((effect) => effect.produces)]);
  return {
    initial,
    step(state, call) {
      const needed = observes[call];
      return needed === impossible || needed === state ? (produces[call] ?? impossible) : impossible;
    },
    observes: (call) => observes[call] ?? impossible,
    produces: (call) => (produces[call] === observes[call] ? impossible : (produces[call] ?? impossible)),
    course: 'returns',
    commutes: false,
    matters: (call) => matters[call] ?? false,
    hopeless(call) {
      const needed = observes[call] ?? impossible;
      return needed !== impossible && !reachable.has(needed);
    },
  };
}

/**
 * A read may always go. A write may go when nobody else sees its value: in any order, what follows it up to the
 * next write does not look at the value.
 */
function without(operations: readonly Operation[], index: number): readonly Operation[] | undefined {
  const rest = operations.filter((_, other) => other !== index);
  const operation = operations[index];
  if (operation === undefined) return rest;
  const values = new ValueNumbers();
  const effect = effectOf(operation.call, values);
  if (!changes(effect)) return rest;
  return rest.some((other) => effectOf(other.call, values).observes === effect.produces) ? undefined : rest;
}

function model(name: 'register' | 'cas', functions: readonly HistoryFunction[]): Model {
  return { name, functions, compile, without };
}

export const registerModel: Model = model('register', ['read', 'write']);
export const casModel: Model = model('cas', ['read', 'write', 'cas']);
