import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTransactions } from '../../../../chaos/checker/index.js';
import { seededRandom } from '../../../../platform/index.js';
import { mutate } from '../support/mutate-store.js';
import { oracleSaysSerializable, simulatedStore } from '../support/simulated-store.js';

const draw = {
  seed: fc.integer({ min: 0 }),
  modRevisions: fc.boolean(),
  distinctValues: fc.constantFrom(undefined, 2),
};

describe('the transaction checker and the definition agree', () => {
  it.each([
    ['without deletes', false],
    ['with deletes', true],
  ])('on small histories of a real store in which one thing was changed, %s', (_, deletes) => {
    const counts = { linearizable: 0, violation: 0, undecided: 0 };
    fc.assert(
      fc.property(draw.seed, draw.modRevisions, draw.distinctValues, (seed, modRevisions, distinctValues) => {
        const random = seededRandom(seed);
        const simulated = simulatedStore({
          operations: 8,
          clients: 3,
          keys: 2,
          unknownShare: 0.2,
          deletes,
          modRevisions,
          ...(distinctValues === undefined ? {} : { distinctValues }),
          random,
        });
        const operations = mutate(simulated, random);
        const { kind } = checkTransactions(operations);
        counts[kind] += 1;
        const serializable = oracleSaysSerializable(operations);
        if (kind === 'violation') expect(serializable).toBe(false);
        // Who deletes without looking may have changed nothing: there the checker is lenient, see transaction.ts.
        if (kind === 'linearizable' && !deletes) expect(serializable).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(counts.linearizable).toBeGreaterThan(100);
    expect(counts.violation).toBeGreaterThan(100);
    expect(counts.undecided).toBeLessThan(50);
  });
});

describe('clients of a store that does one thing at a time', () => {
  it('are never accused, and next to nothing is left open when each write has its own value', () => {
    const counts = { runs: 0, undecided: 0 };
    fc.assert(
      fc.property(
        draw.seed,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(0, 0.01, 0.1),
        (seed, modRevisions, deletes, unknownShare) => {
          const operations = simulatedStore({
            operations: 500,
            clients: 10,
            keys: 5,
            unknownShare,
            deletes,
            modRevisions,
            random: seededRandom(seed),
          });
          const verdict = checkTransactions(operations);
          if (verdict.kind === 'violation') throw new Error(JSON.stringify(verdict.violations[0], null, 1));
          // Deletes of unknown outcome look alike.
          if (deletes) return;
          counts.runs += 1;
          if (verdict.kind === 'undecided') counts.undecided += 1;
        },
      ),
      { numRuns: 200 },
    );
    expect(counts.undecided).toBeLessThanOrEqual(counts.runs / 10);
  });
});
