/**
 * Histories of clients of a genuinely linearizable object: each operation takes effect at one moment between its
 * invocation and its end, unknown ones at any later moment or never. What the checker must accept, and what it
 * is measured with.
 */
import type { Random } from '../../platform/index.js';
import type { HistoryCall, HistoryValue, Operation, OperationOutcome } from './history.js';
import type { ModelName } from './model.js';

export interface SimulatedHistoryOptions {
  readonly model: ModelName;
  readonly operations: number;
  readonly clients: number;
  /** All clients work on one key, then on the next. */
  readonly operationsPerKey: number;
  /** In [0, 1]. */
  readonly unknownShare: number;
  /** How many different values are written; absent: each write has its own. */
  readonly distinctValues?: number;
  readonly random: Random;
}

/** The object itself, one per key. */
class SimulatedObject {
  #value: HistoryValue = null;
  readonly #elements: HistoryValue[] = [];

  get value(): HistoryValue {
    return this.#value;
  }

  /** Does it; undefined when a compare-and-set did not find what it expected. */
  apply(call: HistoryCall): HistoryCall | undefined {
    switch (call.f) {
      case 'write':
        this.#value = call.value;
        return call;
      case 'cas':
        if (this.#value !== call.expected) return undefined;
        this.#value = call.next;
        return call;
      case 'append':
        this.#elements.push(call.value);
        return call;
      case 'add':
        if (!this.#elements.includes(call.value)) this.#elements.push(call.value);
        return call;
      case 'read':
        return { ...call, value: this.#elements.length > 0 ? [...this.#elements] : this.#value };
      case 'txn':
        throw new Error('a simulated object has one key');
    }
  }
}

interface Running {
  readonly id: number;
  readonly process: number;
  readonly invokedNanoseconds: number;
  readonly call: HistoryCall;
  readonly unknown: boolean;
  /** What came of it, once it has taken effect. */
  effect?: { readonly answer: HistoryCall | undefined };
}

function drawCall(
  options: SimulatedHistoryOptions,
  key: string,
  object: SimulatedObject,
  fresh: () => number,
): HistoryCall {
  const { model, random, distinctValues } = options;
  const value = (): number => (distinctValues === undefined ? fresh() : random.integer(0, distinctValues));
  if (random.float() < 0.5) return { f: 'read', key, value: null };
  switch (model) {
    case 'register':
      return { f: 'write', key, value: value() };
    case 'cas': {
      if (random.float() < 0.5) return { f: 'write', key, value: value() };
      const expected = random.float() < 0.7 ? object.value : value();
      return { f: 'cas', key, expected, next: value() };
    }
    case 'append':
      return { f: 'append', key, value: value() };
    case 'set':
      return { f: 'add', key, value: value() };
  }
}

/** One key's clients: at each turn one of them begins, takes effect, or is answered. */
function simulateKey(
  options: SimulatedHistoryOptions,
  key: string,
  count: number,
  from: { readonly id: number; readonly nanoseconds: number; readonly fresh: () => number },
): readonly Operation[] {
  const { random, clients } = options;
  const object = new SimulatedObject();
  const running: (Running | undefined)[] = Array.from({ length: clients }, () => undefined);
  /** Unknown operations whose effect is still to come, if it ever does. */
  const adrift: Running[] = [];
  const operations: Operation[] = [];
  let begun = 0;
  let nanoseconds = from.nanoseconds;
  let nextProcess = clients;
  const processes = running.map((_, client) => client);
  const end = ({ id, process, invokedNanoseconds, call }: Running, outcome: OperationOutcome): void => {
    operations.push({ id, process, invokedNanoseconds, call, outcome });
  };
  while (operations.length < count) {
    nanoseconds += 1 + random.integer(0, 1_000);
    const late = adrift.length > 0 && random.float() < 0.02 ? random.integer(0, adrift.length) : -1;
    for (const operation of late === -1 ? [] : adrift.splice(late, 1)) object.apply(operation.call);
    const client = random.integer(0, clients);
    const operation = running[client];
    if (operation === undefined) {
      if (begun === count) continue;
      running[client] = {
        id: from.id + begun,
        process: processes[client] ?? client,
        invokedNanoseconds: nanoseconds,
        call: drawCall(options, key, object, from.fresh),
        unknown: random.float() < options.unknownShare,
      };
      begun += 1;
    } else if (operation.unknown) {
      const fate = random.float();
      if (fate < 0.4) object.apply(operation.call);
      else if (fate < 0.7) adrift.push(operation);
      end(operation, { kind: 'unknown', timeNanoseconds: nanoseconds });
      processes[client] = nextProcess;
      nextProcess += 1;
      running[client] = undefined;
    } else if (operation.effect === undefined) operation.effect = { answer: object.apply(operation.call) };
    else {
      const { answer } = operation.effect;
      end(
        { ...operation, call: answer ?? operation.call },
        { kind: answer === undefined ? 'failed' : 'ok', timeNanoseconds: nanoseconds },
      );
      running[client] = undefined;
    }
  }
  return operations.sort((left, right) => left.id - right.id);
}

export function simulatedHistory(options: SimulatedHistoryOptions): readonly Operation[] {
  const operations: Operation[] = [];
  let value = 0;
  const fresh = (): number => {
    value += 1;
    return value;
  };
  for (let key = 0; operations.length < options.operations; key += 1) {
    const count = Math.min(options.operationsPerKey, options.operations - operations.length);
    const last = operations.at(-1);
    const nanoseconds = last === undefined ? 0 : last.invokedNanoseconds + 1_000_000;
    operations.push(...simulateKey(options, `k${key}`, count, { id: operations.length, nanoseconds, fresh }));
  }
  return operations;
}
