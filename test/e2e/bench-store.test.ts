/** `kuorum bench store`, as a user types it. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { benchReport, metricValue } from './support/bench-report.js';
import { type Workplace, workplace } from './support/kuorum.js';

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(() => place.leave());

it('measures every operation of three members, and writes a report', async () => {
  const out = join(place.folder, 'report');
  const words = [
    'bench',
    'store',
    '--no-etcd',
    '--clients',
    '1,8',
    '--seconds-per-run',
    '0.3',
    '--rounds',
    '1',
  ];
  const ended = await place.run([...words, '--out', out], { timeoutMilliseconds: 170_000 });
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain(`report: ${out}\n`);
  expect(ended.stdout).toMatch(/^put, 8 clients +\S+\/s /m);
  const { measurements, command } = await benchReport(out);
  expect(command).toBe('kuorum bench store --clients 1,8 --seconds-per-run 0.3 --rounds 1 --no-etcd');
  expect(measurements.map(({ labels }) => `${labels['operation']} ${labels['clients']}`)).toEqual([
    ...['put', 'range-linearizable', 'range-serializable', 'txn'].flatMap((name) => [
      `${name} 1`,
      `${name} 8`,
    ]),
    'watch 8',
    'lease-keep-alive 8',
  ]);
  for (const measurement of measurements) {
    const { id, labels } = measurement;
    const value = (name: string): number => metricValue(measurement, name);
    expect(labels['system']).toBe('kuorum');
    expect(value('errors'), id).toBe(0);
    expect(value('throughput'), id).toBeGreaterThan(0);
    expect(value('p50'), id).toBeGreaterThan(0);
    expect(value('p99'), id).toBeGreaterThanOrEqual(value('p50'));
    expect(value('generator CPU'), id).toBeGreaterThan(0);
    if (process.platform !== 'linux') continue;
    expect(value('CPU per operation'), id).toBeGreaterThanOrEqual(0);
    expect(value('memory of the leader'), id).toBeGreaterThan(10e6);
    expect(value('memory of a follower'), id).toBeGreaterThan(10e6);
  }
});

it('says which operations there are when it is given another', async () => {
  const { code, stderr } = await place.run(['bench', 'store', '--operations', 'put,get']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('It must be some of put, range-linearizable,');
});

it('measures one store with many keys, and writes a report', async () => {
  const out = join(place.folder, 'report');
  const words = ['bench', 'store', '--keys', '1000', '--seconds-per-run', '0.3'];
  const ended = await place.run([...words, '--out', out], { timeoutMilliseconds: 170_000 });
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain(`report: ${out}\n`);
  expect(ended.stdout).toMatch(/^open after kill -9 under load +\d/m);
  const { measurements } = await benchReport(out);
  const value = (condition: string, name: string): number =>
    metricValue(measurements.find(({ labels }) => labels['condition'] === condition)!, name);
  for (const condition of ['open after a clean stop', 'open after kill -9 under load'])
    expect(value(condition, 'time'), condition).toBeGreaterThan(0);
  expect(value('load', 'database')).toBeGreaterThan(0);
  for (const condition of ['point reads, 1 at once', 'point reads, 64 at once']) {
    expect(value(condition, 'errors'), condition).toBe(0);
    expect(value(condition, 'throughput'), condition).toBeGreaterThan(0);
  }
  for (const condition of ['puts at a steady 1000 a second', 'puts without limit, 512 at once']) {
    expect(value(condition, 'throughput'), condition).toBeGreaterThan(0);
    for (const name of ['max', 'event loop late', 'longest silence'])
      expect(value(condition, name), `${condition} ${name}`).toBeGreaterThanOrEqual(0);
  }
  // All that was loaded, and what was written over it.
  expect(value('compaction of everything', 'revisions')).toBeGreaterThan(10);
  if (process.platform !== 'linux') return;
  expect(value('memory after kill -9 and opening', 'resident')).toBeGreaterThan(10e6);
});
