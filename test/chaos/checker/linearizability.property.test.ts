import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkLinearizability,
  type HistoryCall,
  type ModelName,
  type Operation,
  simulatedHistory,
} from '../../../chaos/checker/index.js';
import { orderOperations, saysSomething } from '../../../chaos/checker/key-check.js';
import { models } from '../../../chaos/checker/models/index.js';
import { type Random, seededRandom } from '../../../platform/index.js';
import { smallHistory } from './support/arbitrary-history.js';
import { oracleSaysLinearizable, orderFault } from './support/oracle.js';

const names: readonly ModelName[] = ['register', 'cas', 'append', 'set'];
const limits = { maxSteps: 1_000_000, maxRemembered: 100_000 };

/** The checker's verdict; an order that it found is checked, and so is a window that it shows. */
function judge(operations: readonly Operation[], model: ModelName): boolean {
  const telling = operations.filter(saysSomething);
  const result = orderOperations(telling, models[model], limits);
  if (result.kind === 'undecided') throw new Error('a small history is always decided');
  if (result.kind === 'ordered') {
    expect(orderFault(telling, result.order)).toBeUndefined();
    return true;
  }
  const verdict = checkLinearizability(operations, { model, limits });
  if (verdict.kind !== 'violation') throw new Error(`unordered, but ${verdict.kind}`);
  for (const violation of verdict.violations) {
    const window = violation.operations;
    expect(oracleSaysLinearizable(window)).toBe(false);
    expect(window.length).toBeLessThanOrEqual(telling.length);
    // Nothing in the window could go as well.
    for (const index of window.keys()) {
      const fewer = models[model].without(window, index);
      if (fewer !== undefined) expect(oracleSaysLinearizable(fewer)).toBe(true);
    }
  }
  return false;
}

/** Changes one answer, one time or one outcome: often, but not always, a violation. */
function mutate(operations: readonly Operation[], random: Random): readonly Operation[] {
  const victim = random.integer(0, operations.length);
  return operations.map((operation, index): Operation => {
    if (index !== victim) return operation;
    const { call, outcome } = operation;
    if (call.f === 'read' && outcome.kind === 'ok') {
      const others = operations.flatMap((other): HistoryCall[] =>
        other.call.f === 'read' || other.call.f === 'write' ? [other.call] : [],
      );
      const other = others[random.integer(0, others.length)];
      if (other?.f === 'read') return { ...operation, call: { ...call, value: other.value } };
      if (other?.f === 'write') return { ...operation, call: { ...call, value: other.value } };
    }
    if (outcome.kind === 'ok') return { ...operation, outcome: { kind: 'failed', timeNanoseconds: 0 } };
    return { ...operation, invokedNanoseconds: 100_000 };
  });
}

describe.each(names)('the checker and the definition agree: %s', (model) => {
  it('on histories made at random', () => {
    const counts = { linearizable: 0, violation: 0 };
    fc.assert(
      fc.property(smallHistory(model), (operations) => {
        const linearizable = judge(operations, model);
        counts[linearizable ? 'linearizable' : 'violation'] += 1;
        expect(linearizable).toBe(oracleSaysLinearizable(operations));
      }),
      { numRuns: 2_000 },
    );
    expect(counts.linearizable).toBeGreaterThan(200);
    expect(counts.violation).toBeGreaterThan(200);
  });

  it('on histories of a real object in which one thing was changed', () => {
    const counts = { linearizable: 0, violation: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.boolean(), (seed, repeat) => {
        const random = seededRandom(seed);
        const operations = mutate(
          simulatedHistory({
            model,
            operations: 7,
            clients: 3,
            operationsPerKey: 7,
            unknownShare: 0.2,
            ...(repeat ? { distinctValues: 2 } : {}),
            random,
          }),
          random,
        );
        const linearizable = judge(operations, model);
        counts[linearizable ? 'linearizable' : 'violation'] += 1;
        expect(linearizable).toBe(oracleSaysLinearizable(operations));
      }),
      { numRuns: 1_000 },
    );
    expect(counts.linearizable).toBeGreaterThan(100);
    expect(counts.violation).toBeGreaterThan(100);
  });

  it('accepts whatever clients of a real object see, and can show an order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0, 0.01, 0.2),
        fc.constantFrom(undefined, 2, 5),
        (seed, clients, unknownShare, distinctValues) => {
          const operations = simulatedHistory({
            model,
            operations: 300,
            clients,
            operationsPerKey: 300,
            unknownShare,
            ...(distinctValues === undefined ? {} : { distinctValues }),
            random: seededRandom(seed),
          });
          const telling = operations.filter(saysSomething);
          const result = orderOperations(telling, models[model], limits);
          if (result.kind !== 'ordered') throw new Error(`${result.kind} after ${result.steps} steps`);
          expect(orderFault(telling, result.order)).toBeUndefined();
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the window of a long history with few values', () => {
  it('is by itself impossible, whatever the key held before if that is what is claimed', () => {
    let claims = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 0 }),
        fc.constantFrom('register' as const, 'cas' as const),
        (seed, model) => {
          const random = seededRandom(seed);
          const operations = mutate(
            simulatedHistory({
              model,
              operations: 120,
              clients: 3,
              operationsPerKey: 120,
              unknownShare: 0.02,
              distinctValues: 3,
              random,
            }),
            random,
          );
          const verdict = checkLinearizability(operations, { model, limits });
          if (verdict.kind === 'undecided') throw new Error('such a history is decided');
          for (const { operations: window, explanation } of verdict.kind === 'violation'
            ? verdict.violations
            : []) {
            const fromAny = explanation.endsWith('whatever it held before');
            if (window.length > 9) continue;
            claims += fromAny ? 1 : 0;
            for (const value of fromAny ? [null, 0, 1, 2, 'else'] : [null]) {
              const first: Operation = {
                id: -1,
                process: -1,
                invokedNanoseconds: -2,
                call: { f: 'write', key: 'k0', value },
                outcome: { kind: 'ok', timeNanoseconds: -1 },
              };
              expect(oracleSaysLinearizable([first, ...window])).toBe(false);
            }
          }
        },
      ),
      { numRuns: 250 },
    );
    expect(claims).toBeGreaterThan(5);
  });
});
