import { describe, expect, it } from 'vitest';
import { benchmarkChecker } from '../../../chaos/checker/index.js';
import { seededRandom } from '../../../platform/index.js';

describe('the benchmark of the checker', () => {
  it('checks a history of every model, and each is decided', () => {
    let milliseconds = 0;
    const results = benchmarkChecker({
      operations: 2_000,
      clients: 20,
      operationsPerKey: 1_000,
      unknownShare: 0.01,
      random: seededRandom(7),
      nowMilliseconds: () => {
        milliseconds += 5;
        return milliseconds;
      },
      residentBytes: () => 1,
    });
    expect(new Set(results.map(({ model }) => model))).toEqual(new Set(['register', 'cas', 'append', 'set']));
    for (const result of results) {
      expect(result).toMatchObject({ verdict: 'linearizable', operations: 2_000, milliseconds: 5 });
    }
  });
});
