/** `kuorum bench`, which is `kuorum bench api`, as a user types it. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { benchReport, metricValue } from './support/bench-report.js';
import { type Workplace, workplace } from './support/kuorum.js';

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(() => place.leave());

const words = ['--clients', '1,4', '--seconds-per-run', '0.3', '--idle-seconds', '0'];

it.each([
  ['with the name left out', ['bench', '--members', '1', ...words], []],
  [
    'by its name, and kills a leader of three',
    ['bench', 'api', '--failover-rounds', '1', ...words],
    ['leader kill members=3'],
  ],
])('measures the API %s', async (_name, args, more) => {
  const out = join(place.folder, 'report');
  const ended = await place.run([...args, '--out', out], { timeoutMilliseconds: 170_000 });
  expect(ended.code, ended.stderr).toBe(0);
  const { benchmark, measurements } = await benchReport(out);
  expect(benchmark).toBe('api');
  const members = more.length === 0 ? 1 : 3;
  expect(measurements.map(({ id }) => id)).toEqual([
    `start members=${members}`,
    ...['create', 'get', 'list'].flatMap((operation) =>
      [1, 4].map((clients) => `${operation} members=${members} clients=${clients}`),
    ),
    ...more,
  ]);
  for (const measurement of measurements.filter(({ labels }) => labels['clients'] !== undefined)) {
    expect(metricValue(measurement, 'errors'), measurement.id).toBe(0);
    expect(metricValue(measurement, 'throughput'), measurement.id).toBeGreaterThan(0);
  }
  expect(ended.stdout).toMatch(/^command to ready, median +\d/m);
});
