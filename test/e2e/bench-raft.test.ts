/** `kuorum bench raft`, as a user types it. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { benchReport, metricValue } from './support/bench-report.js';
import { type Workplace, workplace } from './support/kuorum.js';

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(() => place.leave());

it('measures the core, one process and three processes, and writes a report', async () => {
  const out = join(place.folder, 'report');
  const words = ['bench', 'raft', '--payloads', '256', '--in-flight', '1,64', '--seconds-per-run', '0.5'];
  const ended = await place.run([...words, '--out', out]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain(`report: ${out}\n`);
  for (const layer of ['core alone', 'one process', 'three processes'])
    expect(ended.stdout).toMatch(new RegExp(`^${layer}, 256 B, 64 in flight +\\S+/s `, 'm'));
  const { measurements } = await benchReport(out);
  // Two concurrencies with sharing, one without, for each of three layers; and three processes at half of their most.
  expect(measurements).toHaveLength(10);
  expect(measurements.filter(({ labels }) => labels['load'] === '50%').map(({ id }) => id)).toEqual([
    'propose layer=processes payload=256 load=50% shared',
  ]);
  for (const measurement of measurements.filter(({ labels }) => labels['in flight'] !== undefined)) {
    const { id, labels } = measurement;
    expect(metricValue(measurement, 'errors'), id).toBe(0);
    expect(metricValue(measurement, 'throughput'), id).toBeGreaterThan(0);
    const together = labels['writes'] === 'shared' && labels['in flight'] !== 1;
    expect(metricValue(measurement, 'entries per sync') > 2, id).toBe(together);
    expect(metricValue(measurement, 'entries per message') > 2, id).toBe(together);
  }
});
