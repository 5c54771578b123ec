/** `kuorum bench raft`, as a user types it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Workplace, workplace } from './support/kuorum.js';

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(() => place.leave());

it('measures the core, one process and three processes, and writes a report', async () => {
  const out = join(place.folder, 'report.json');
  const words = ['bench', 'raft', '--payloads', '256', '--in-flight', '1,64', '--seconds-per-run', '1'];
  const ended = await place.run([...words, '--out', out]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain(`report: ${out}\n`);
  for (const layer of ['core alone', 'three members, one process', 'three processes'])
    expect(ended.stdout).toMatch(new RegExp(`^${layer} +256 B +64 +\\d+ `, 'm'));
  const report = JSON.parse(await readFile(out, 'utf8')) as {
    readonly runs: readonly {
      readonly layer: string;
      readonly batching: boolean;
      readonly inFlight: number;
      readonly errors: number;
      readonly entries: number;
      readonly entriesPerWrite: number;
      readonly entriesPerMessage: number;
    }[];
  };
  // Two concurrencies with sharing, one without, for each of three layers.
  expect(report.runs).toHaveLength(9);
  for (const run of report.runs) {
    expect(run.errors).toBe(0);
    expect(run.entries).toBeGreaterThan(0);
    const together = run.batching && run.inFlight > 1;
    expect(run.entriesPerWrite > 2, JSON.stringify(run)).toBe(together);
    expect(run.entriesPerMessage > 2, JSON.stringify(run)).toBe(together);
  }
});
