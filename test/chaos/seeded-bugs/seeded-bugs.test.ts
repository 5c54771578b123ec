/**
 * The checks can fail: each seeded bug is found by the simulator, by the monitor that is meant for it, within its
 * number of seeds, and the code as it is passes the same seeds. `KUORUM_BUG=PART` runs those whose name has PART.
 */
import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { type SeededBug, seededBugs } from './bugs.js';
import { buildSeedRunner } from './build-patched.js';
import type { SeedsOutcome, SeedsToRun } from './run-seeds.js';

const FIRST_SEED = 1;

async function runSeeds(file: string, seeds: SeedsToRun): Promise<SeedsOutcome> {
  const worker = new Worker(file, { workerData: seeds });
  try {
    return await new Promise<SeedsOutcome>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the runner ended without a word')));
    });
  } finally {
    await worker.terminate();
  }
}

const built: string[] = [];

async function buildOnce(name: string, bug: SeededBug | undefined): Promise<string> {
  const file = await buildSeedRunner(name, bug);
  built.push(file);
  return file;
}

let unpatched: Promise<string> | undefined;
/** How many seeds the code as it is has passed, by their options: many bugs are looked for in the same lives. */
const passed = new Map<SeededBug['options'], number>();

async function passesAsItIs(options: SeededBug['options'], seeds: number): Promise<void> {
  const already = passed.get(options) ?? 0;
  if (seeds <= already) return;
  unpatched ??= buildOnce('as it is', undefined);
  const rest = { firstSeed: FIRST_SEED + already, count: seeds - already, options };
  const outcome = await runSeeds(await unpatched, rest);
  expect(outcome, 'the code as it is, on the same seeds').toEqual({ kind: 'clean' });
  passed.set(options, seeds);
}

const caught: { readonly bug: string; readonly seeds: number; readonly by: string }[] = [];

afterAll(async () => {
  await Promise.all(built.map((file) => rm(file, { force: true })));
  const lines = caught.map(({ bug, seeds, by }) => `| ${bug} | ${seeds} | ${by} |`);
  process.stdout.write(
    `${['| seeded bug | seeds until caught | caught by |', '|---|---|---|', ...lines].join('\n')}\n`,
  );
});

const wanted = process.env['KUORUM_BUG'] ?? '';

it('there are enough of them, each with a name of its own', () => {
  expect(seededBugs.length).toBeGreaterThanOrEqual(25);
  expect(new Set(seededBugs.map(({ name }) => name)).size).toBe(seededBugs.length);
});

describe('the simulator finds', () => {
  it.each(seededBugs.filter(({ name }) => name.includes(wanted)).map((bug) => [bug.name, bug] as const))(
    '%s',
    async (name, bug) => {
      const file = await buildOnce(name, bug);
      const { maxSeeds, options, caughtBy } = bug;
      const outcome = await runSeeds(file, { firstSeed: FIRST_SEED, count: maxSeeds, options });
      if (outcome.kind === 'clean') expect.fail(`not caught in ${maxSeeds} seeds`);
      expect(caughtBy, `seed ${outcome.seed}: ${outcome.message}`).toContain(outcome.invariant);
      const seeds = outcome.seed - FIRST_SEED + 1;
      caught.push({ bug: name, seeds, by: outcome.invariant });
      await passesAsItIs(options, seeds);
    },
    300_000,
  );
});
