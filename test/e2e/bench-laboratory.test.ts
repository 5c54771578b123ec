/** `kuorum bench quorum` and `kuorum bench reads`, as a user types them: whole, interrupted, and asked for what is not there. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchReport, metricValue } from './support/bench-report.js';
import { isAlive, type Workplace, workplace } from './support/kuorum.js';
import { until } from './support/until.js';

let place: Workplace;
let out: string;
beforeEach(async () => {
  place = await workplace();
  out = join(place.folder, 'report');
});
afterEach(() => place.leave());

/** All that it started, and what those started. */
async function descendantsOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=']);
  const parents = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
  );
  const isBelow = (child: number): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && parent !== 0 && (parent === pid || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

describe('kuorum bench quorum', () => {
  const words = [
    'bench',
    'quorum',
    '--members',
    '1,3',
    '--clients',
    '1,4',
    '--duration',
    '300ms',
    '--rounds',
    '2',
    '--value-size',
    '100',
  ];

  it('measures each size at its most and at shares of it, and leaves data and a page', async () => {
    const ended = await place.run([...words, '--out', out], { timeoutMilliseconds: 170_000 });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain(`report: ${out}\n`);
    expect(ended.stdout).toMatch(/^3 members +\S+\/s +\S+\/s$/m);
    const document = await benchReport(out);
    expect(document).toMatchObject({
      formatVersion: 2,
      benchmark: 'quorum',
      command: 'kuorum bench quorum --members 1,3 --value-size 100 --clients 1,4 --duration 300ms --rounds 2',
    });
    expect(document.partial).toBeUndefined();
    expect(document.measurements.map(({ id }) => id)).toEqual(
      [1, 3].flatMap((members) =>
        ['clients=1', 'clients=4', 'load=10%', 'load=50%', 'load=80%'].map(
          (condition) => `put members=${members} ${condition} system=kuorum`,
        ),
      ),
    );
    for (const measurement of document.measurements) {
      expect(metricValue(measurement, 'throughput'), measurement.id).toBeGreaterThan(0);
      expect(metricValue(measurement, 'p99')).toBeGreaterThanOrEqual(metricValue(measurement, 'p50'));
      expect(measurement.histogram).toBeTypeOf('string');
      expect(metricValue(measurement, 'entries per sync')).toBeGreaterThan(0);
      if (measurement.labels['members'] === 3)
        expect(metricValue(measurement, 'messages per entry')).toBeGreaterThan(1);
      const failures = ['errors', 'failed', 'unanswered'].flatMap((name) =>
        measurement.metrics.filter((metric) => metric.name === name),
      );
      expect(failures.map((metric) => metric.value).every((count) => count === 0)).toBe(true);
    }
    const page = await readFile(join(out, 'report.html'), 'utf8');
    expect(page).toContain('As many puts as it takes');
    expect(page).toContain('<svg');
  });

  it('keeps what it has found when it is interrupted, and leaves no process and no folder', async () => {
    const temporary = join(place.folder, 'temporary');
    await mkdir(temporary);
    const program = place.start([...words, '--out', out], { env: { TMPDIR: temporary } });
    await until('the second cluster is measured', () => program.output().includes('3 members, 1 client'));
    const started = await descendantsOf(program.process.pid!);
    expect(started.length).toBeGreaterThanOrEqual(4);
    program.process.kill('SIGINT');
    const ended = await program.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toBe('kuorum: the benchmark was interrupted; what it had found is in the report\n');
    const document = await benchReport(out);
    expect(document.partial).toBe('it was interrupted');
    const ids = document.measurements.map(({ id }) => id);
    expect(ids).toContain('put members=1 load=80% system=kuorum');
    expect(ids).not.toContain('put members=3 load=10% system=kuorum');
    expect(document.sections.length).toBeGreaterThan(0);
    expect(await readdir(temporary)).toEqual([]);
    await until('nothing of it runs', () => !started.some(isAlive));
  });

  it.each([
    [
      ['--members', '2'],
      '--members: a cluster has 1, 3, 5 or 7 members here, not 2: it would tolerate no more failures than 1',
    ],
    [['--members', '9'], '--members: a cluster has 1, 3, 5 or 7 members here, not 9'],
    [['--members', '3,3'], '--members has 3 twice'],
    [['--members', 'three'], "argument 'three' is invalid"],
    [['--clients', '0'], '--clients: from 1 to 5000 calls are under way at once, not 0'],
    [['--value-size', '2000000'], '--value-size: a value has from 1 to 1048576 bytes'],
    [['--duration', '0s'], 'It must be a time such as 500ms, 60s or 2m.'],
    [['--duration', 'soon'], 'It must be a time such as 500ms, 60s or 2m.'],
    [['--rounds', '0'], '--rounds: a measurement takes from 1 to 100 rounds, not 0'],
    [['--duration', '1ms'], '--duration: a measurement takes from 100ms to 1h, not 1ms'],
    [['--against', 'zookeeper'], 'Allowed choices are etcd.'],
    [['--against', 'etcd'], '--against etcd: there is no program named etcd on PATH'],
  ])('refuses %j in one line before anything starts', async (more, line) => {
    const ended = await place.run(['bench', 'quorum', ...more, '--out', out], {
      env: { PATH: place.folder },
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(line);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stdout).toBe('');
    expect(await readdir(place.folder)).toEqual([]);
  });
});

describe('kuorum bench reads', () => {
  it('compares what is promised, of the leader and of a follower', async () => {
    const words = ['bench', 'reads', '--clients', '4', '--duration', '300ms', '--rounds', '1'];
    const ended = await place.run([...words, '--out', out], { timeoutMilliseconds: 170_000 });
    expect(ended.code, ended.stderr).toBe(0);
    const { measurements } = await benchReport(out);
    expect(measurements.map(({ id }) => id)).toEqual(
      ['linearizable', 'stale', 'lease'].flatMap((kind) =>
        ['leader', 'follower'].flatMap((of) =>
          ['clients=4', 'load=50%'].map(
            (condition) => `read ${kind} of=${of} members=3 ${condition} system=kuorum`,
          ),
        ),
      ),
    );
    for (const measurement of measurements)
      expect(metricValue(measurement, 'throughput'), measurement.id).toBeGreaterThan(0);
  });

  it('refuses a rate that is none', async () => {
    const ended = await place.run(['bench', 'reads', '--rate', '0', '--out', out]);
    expect(ended).toMatchObject({
      code: 1,
      stderr: 'kuorum: --rate: from 1 to 1000000 reads a second, not 0\n',
    });
  });
});
