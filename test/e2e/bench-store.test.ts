/** `kuorum bench store`, as a user types it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Workplace, workplace } from './support/kuorum.js';

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(() => place.leave());

interface Side {
  readonly side: string;
  readonly operations: number;
  readonly errors: number;
  readonly firstError?: string;
  readonly perSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly serverCpuSeconds?: number;
  readonly serverCpuMicrosecondsPerOperation?: number;
  readonly generatorCpuShare: number;
  readonly generatorBound: boolean;
  readonly othersCpuShare: number;
  readonly members?: readonly { readonly residentBytes: number; readonly anonymousBytes: number }[];
}

interface Report {
  readonly measurements: readonly {
    readonly operation: string;
    readonly clients: number;
    readonly sides: readonly Side[];
    readonly roundRatios: readonly number[];
  }[];
}

it('measures every operation of three members, and writes a report', async () => {
  const out = join(place.folder, 'report.json');
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
  expect(ended.stdout).toMatch(/^put +8 +kuorum +\d+ /m);
  const { measurements } = JSON.parse(await readFile(out, 'utf8')) as Report;
  expect(measurements.map(({ operation, clients }) => `${operation} ${clients}`)).toEqual([
    ...['put', 'range-linearizable', 'range-serializable', 'txn'].flatMap((name) => [
      `${name} 1`,
      `${name} 8`,
    ]),
    'watch 8',
    'lease-keep-alive 8',
  ]);
  for (const { sides, roundRatios } of measurements) {
    expect(roundRatios).toEqual([]);
    expect(sides).toHaveLength(1);
    const [side] = sides as readonly [Side];
    expect(side.side).toBe('kuorum');
    expect(side.errors, side.firstError).toBe(0);
    expect(side.operations).toBeGreaterThan(0);
    expect(side.perSecond).toBeGreaterThan(0);
    expect(side.p50Milliseconds).toBeGreaterThan(0);
    expect(side.p99Milliseconds).toBeGreaterThanOrEqual(side.p50Milliseconds);
    expect(side.generatorCpuShare).toBeGreaterThan(0);
    expect(typeof side.generatorBound).toBe('boolean');
    expect(typeof side.othersCpuShare).toBe('number');
    if (process.platform !== 'linux') continue;
    expect(side.serverCpuSeconds).toBeGreaterThanOrEqual(0);
    expect(side.serverCpuMicrosecondsPerOperation).toBeGreaterThanOrEqual(0);
    expect(side.members).toHaveLength(3);
    for (const member of side.members ?? [])
      expect(member.residentBytes).toBeGreaterThan(member.anonymousBytes);
  }
});

it('says which operations there are when it is given another', async () => {
  const { code, stderr } = await place.run(['bench', 'store', '--operations', 'put,get']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('It must be some of put, range-linearizable,');
});

it('measures one store with many keys, and writes a report', async () => {
  const out = join(place.folder, 'report.json');
  const words = ['bench', 'store', '--keys', '1000', '--seconds-per-run', '0.3'];
  const ended = await place.run([...words, '--out', out], { timeoutMilliseconds: 170_000 });
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain(`report: ${out}\n`);
  expect(ended.stdout).toMatch(/^open, after kill -9 under load +\d/m);
  const report = JSON.parse(await readFile(out, 'utf8')) as Record<string, unknown>;
  expect(report).toMatchObject({ keys: 1000, valueBytes: 1024 });
  for (const name of [
    'loadSeconds',
    'openAfterCleanStopMilliseconds',
    'openAfterKillMilliseconds',
    'databaseBytes',
  ])
    expect(report[name], name).toBeGreaterThan(0);
  expect(report['reads']).toMatchObject([
    { inFlight: 1, refused: 0 },
    { inFlight: 64, refused: 0 },
  ]);
  for (const name of ['steady', 'flood']) {
    const calls = report[name] as Record<string, number>;
    expect(calls['operations'], name).toBeGreaterThan(0);
    for (const field of ['maxMilliseconds', 'maxStallMilliseconds', 'longestSilenceMilliseconds'])
      expect(calls[field], `${name} ${field}`).toBeGreaterThanOrEqual(0);
  }
  // All that was loaded, and what was written over it.
  expect((report['compaction'] as Record<string, number>)['revisionsForgotten']).toBeGreaterThan(10);
  const memory = report['memory'] as readonly { readonly when: string; readonly residentBytes?: number }[];
  expect(memory.map(({ when }) => when)).toContain('after kill -9 and opening');
  if (process.platform === 'linux')
    for (const { when, residentBytes } of memory) expect(residentBytes, when).toBeGreaterThan(10e6);
});
