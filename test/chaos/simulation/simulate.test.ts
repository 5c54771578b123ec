import { describe, expect, it } from 'vitest';
import { simulate } from '../../../chaos/index.js';

/** More with KUORUM_SIMULATION_SEEDS=COUNT, others with KUORUM_SIMULATION_FIRST_SEED. */
const seeds = Number(process.env['KUORUM_SIMULATION_SEEDS'] ?? 9);
const firstSeed = Number(process.env['KUORUM_SIMULATION_FIRST_SEED'] ?? 1);
const sizes = [3, 5, 7];

describe('a seed', () => {
  it('gives the same life twice, event by event', async () => {
    const once = await simulate({ seed: 42, durationMilliseconds: 20_000 });
    const lines: string[] = [];
    const again = await simulate({
      seed: 42,
      durationMilliseconds: 20_000,
      onLine: (line) => lines.push(line),
    });
    expect(again).toEqual(once);
    expect(once.events).toBeGreaterThan(5_000);
    expect(lines.length).toBeGreaterThan(1_000);
    expect(lines.find((line) => line.includes('append-request'))).toMatch(
      /^ +\d+\.\d{6} m\d+ [→✗] m\d+ append-request term \d+ after \d+\/\d+, \d+ entries, commit \d+/,
    );
    const other = await simulate({ seed: 43, durationMilliseconds: 20_000 });
    expect(other.traceHash).not.toBe(once.traceHash);
  }, 120_000);

  it('has the same life wherever it is called from: a thread is asked from a callback', async () => {
    const options = { seed: 44, durationMilliseconds: 5_000 };
    const here = await simulate(options);
    const from = (call: (callback: () => void) => void): Promise<typeof here> =>
      new Promise((resolve, reject) => {
        call(() => {
          simulate(options).then(resolve, reject);
        });
      });
    expect(await from((callback) => setImmediate(callback))).toEqual(here);
    expect(await from((callback) => process.nextTick(callback))).toEqual(here);
    expect(await from((callback) => queueMicrotask(callback))).toEqual(here);
  }, 60_000);

  it('does what it is told to: only these faults, this size', async () => {
    const result = await simulate({
      seed: 5,
      members: [3],
      durationMilliseconds: 20_000,
      faults: ['kill', 'isolate'],
      intensity: 4,
    });
    expect(result).toMatchObject({ kind: 'clean', members: 3 });
    expect(Object.keys(result.faults).sort()).toEqual(['isolate', 'kill']);
  }, 120_000);
});

describe('clusters under everything that may happen to them', () => {
  it.each(Array.from({ length: seeds }, (_, index) => firstSeed + index))(
    'keep every promise, and answer again when a majority is healed (seed %i)',
    async (seed) => {
      const size = sizes[seed % sizes.length]!;
      const result = await simulate({ seed, members: [size] });
      const told = result.kind === 'clean' ? [] : [result.message, ...result.lastEvents];
      expect(told, `kuorum simulate --seed ${seed} --members ${size} --trace`).toEqual([]);
      expect(result.operations.started).toBeGreaterThanOrEqual(300);
      expect(result.recoveredAfterMilliseconds).toBeDefined();
    },
    120_000,
  );
});
