/** `kuorum bench failover` and `kuorum bench faults`, as a user types them. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BenchDocument, Measurement } from '../../bench/lab/document.js';
import { etcdVersion } from '../../bench/lab/etcd-system.js';
import { readDocument } from '../../bench/report/index.js';
import { isAlive, type Workplace, workplace } from './support/kuorum.js';
import type { RunningProgram } from './support/run.js';
import { until } from './support/until.js';

const timeoutMilliseconds = 170_000;

let place: Workplace;
let out: string;
beforeEach(async () => {
  place = await workplace();
  out = join(place.folder, 'report');
});
afterEach(() => place.leave());

async function report(): Promise<BenchDocument> {
  // As whoever compares two would, who takes nothing that is not as agreed.
  return readDocument(await readFile(join(out, 'report.json'), 'utf8'), 'report.json');
}

function measurement({ measurements }: BenchDocument, id: string): Measurement {
  const found = measurements.find((each) => each.id === id);
  if (found === undefined)
    throw new Error(`there is no ${id} among ${measurements.map((each) => each.id).join('; ')}`);
  return found;
}

/** What was found in each round, in milliseconds. */
function rounds(document: BenchDocument, series: string, figure: string): readonly number[] {
  const { metrics } = measurement(document, `failover ${series} timeout=500ms ${figure}`);
  return metrics.find(({ name }) => name === 'p50')?.rounds ?? [];
}

function value({ metrics }: Measurement, name: string): number | undefined {
  return metrics.find((metric) => metric.name === name)?.value;
}

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

/** Ctrl-C, as soon as it has said so; what must hold then holds. */
async function interrupt(program: RunningProgram, when: string, temporary: string): Promise<BenchDocument> {
  await until(when, () => program.output().includes(when));
  const started = await descendantsOf(program.process.pid!);
  // Three members and the generator.
  expect(started.length).toBeGreaterThanOrEqual(4);
  program.process.kill('SIGINT');
  const ended = await program.ended;
  expect(ended.code, ended.stderr).toBe(130);
  expect(ended.stderr).toContain('the benchmark was interrupted; what it had found is in the report');
  expect(await readdir(temporary)).toEqual([]);
  await until('nothing of it runs', () => !started.some(isAlive));
  const document = await report();
  expect(document.partial).toBe('it was interrupted');
  return document;
}

async function temporaryFolder(): Promise<string> {
  const folder = join(place.folder, 'temporary');
  await mkdir(folder);
  return folder;
}

describe('kuorum bench failover', () => {
  const words = ['bench', 'failover', '--election-timeout', '500ms', '--rate', '100'];

  it('finds what each fault cost in each round, in the order in which it happens', async () => {
    const ended = await place.run([...words, '--rounds', '1', '--out', out], { timeoutMilliseconds });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain(`report: ${out}\n`);
    const document = await report();
    expect(document).toMatchObject({
      benchmark: 'failover',
      command:
        'kuorum bench failover --members 3 --rounds 1 --rate 100 --election-timeout 500ms --kinds kill,pause,partition --targets leader,follower',
    });
    expect(document.partial).toBeUndefined();
    for (const kind of ['kill', 'pause', 'partition']) {
      const [detection, election, firstWrite, unavailability, gap] = [
        'detection',
        'election',
        'first write',
        'unavailability',
        'ordinary gap',
      ].map((figure) => rounds(document, `kuorum ${kind} leader`, figure));
      for (const found of [detection, election, firstWrite, unavailability, gap])
        expect(found, kind).toHaveLength(1);
      expect(detection![0]).toBeGreaterThanOrEqual(0);
      expect(election![0]).toBeGreaterThanOrEqual(detection![0]!);
      // Both clocks are the machine's, one of them read in whole milliseconds.
      expect(firstWrite![0]! + 1).toBeGreaterThanOrEqual(election![0]!);
      expect(unavailability![0]).toBeGreaterThan(0);
      // Nobody but a leader that is gone is given up before the election timeout.
      if (kind !== 'kill') expect(detection![0]).toBeGreaterThan(300);
      const elections = measurement(
        document,
        `failover kuorum ${kind} follower timeout=500ms elections`,
      ).metrics;
      expect(elections[0]?.rounds).toHaveLength(1);
    }
    const verdicts = document.sections[0]!.tables[1]!.rows.map((row) => row[2]!.verdict);
    expect(verdicts.every((verdict) => verdict === 'reached' || verdict === 'missed')).toBe(true);
    expect(verdicts).toHaveLength(3);
    const page = await readFile(join(out, 'report.html'), 'utf8');
    expect(page).toContain('kill the leader: what share of the rounds took at most so long');
  });

  it('measures etcd under the same load, where it is installed', async (context) => {
    if ((await etcdVersion()) === undefined) return context.skip('etcd is not installed');
    const more = [
      '--rounds',
      '1',
      '--kinds',
      'kill',
      '--targets',
      'leader',
      '--against',
      'etcd',
      '--out',
      out,
    ];
    const ended = await place.run([...words, ...more], { timeoutMilliseconds });
    expect(ended.code, ended.stderr).toBe(0);
    const document = await report();
    expect(document.versions.etcd).toMatch(/^\d/);
    for (const figure of ['detection', 'election', 'first write', 'unavailability'])
      expect(rounds(document, 'etcd kill leader', figure), figure).toHaveLength(1);
    expect(rounds(document, 'etcd kill leader', 'first write')[0]! + 1).toBeGreaterThanOrEqual(
      rounds(document, 'etcd kill leader', 'election')[0]!,
    );
    expect(document.sections.at(-1)?.title).toBe('Beside etcd');
  });

  it('keeps the rounds that it has had when it is interrupted, and leaves no process and no folder', async () => {
    const temporary = await temporaryFolder();
    const more = ['--rounds', '3', '--targets', 'leader', '--out', out];
    const program = place.start([...words, ...more], { env: { TMPDIR: temporary } });
    const document = await interrupt(program, 'pause leader', temporary);
    expect(rounds(document, 'kuorum kill leader', 'election')).toHaveLength(3);
    expect(document.measurements.some(({ id }) => id.includes('partition'))).toBe(false);
    expect(document.sections.length).toBeGreaterThan(0);
  });

  it.each([
    [['--members', '4'], '--members: failover is measured with 3, 5 or 7 members, not 4'],
    [['--members', '1'], '--members: failover is measured with 3, 5 or 7 members, not 1'],
    [['--rounds', '0'], '--rounds: each kind takes one round or more, not 0'],
    [['--rate', '0'], '--rate: above 0'],
    [['--rate', 'NaN'], "'NaN' is invalid"],
    [['--election-timeout', '5ms'], '--election-timeout: from 200ms to 10s, not 5ms'],
    [['--kinds', 'stop'], 'It must be some of kill, pause, partition.'],
    [['--targets', 'leader,leader'], '--targets has leader twice'],
    [['--against', 'etcd'], '--against etcd: there is no program named etcd on PATH'],
  ])('refuses %j in one line before anything starts', async (more, line) => {
    const ended = await place.run(['bench', 'failover', ...more, '--out', out], {
      env: { PATH: place.folder },
    });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(line);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stdout).toBe('');
    expect(await readdir(place.folder)).toEqual([]);
  });
});

describe('kuorum bench faults', () => {
  const words = ['bench', 'faults', '--duration-per-fault', '1s', '--rate', '100'];

  it('lays what clients saw on a timeline, with every fault shaded', async () => {
    const faults = [
      'slow-disk',
      'slow-network',
      'one-way-partition',
      'majority-partition',
      'rolling-restart',
    ];
    const ended = await place.run([...words, '--only', faults.join(','), '--out', out], {
      timeoutMilliseconds,
    });
    expect(ended.code, ended.stderr).toBe(0);
    const document = await report();
    expect(document.partial).toBeUndefined();
    const names = ['quiet-before', ...faults, 'quiet-after'];
    expect(document.measurements.map(({ id }) => id)).toEqual(names.map((name) => `faults ${name}`));
    const phase = (name: string): Measurement => measurement(document, `faults ${name}`);
    for (const name of ['quiet-before', 'rolling-restart', 'quiet-after'])
      expect(value(phase(name), 'throughput'), name).toBeGreaterThan(0);
    // The followers make a majority without the leader's disk, so that only the leader's own clients wait for it: it
    // applies nothing that its log may lose. For the slow network's messages everybody waits.
    expect(value(phase('slow-disk'), 'p99')).toBeGreaterThanOrEqual(50);
    expect(value(phase('slow-network'), 'p50')).toBeGreaterThanOrEqual(20);
    // A second without a majority, seen by everybody.
    expect(value(phase('majority-partition'), 'longest gap')).toBeGreaterThan(800);
    expect(document.timelines).toHaveLength(1);
    const [timeline] = document.timelines;
    expect(timeline!.shades.map(({ label }) => label)).toEqual([
      'slow disk',
      'slow network',
      'one-way partition',
      'no majority',
      'rolling restart',
    ]);
    let last = 0;
    for (const { fromSeconds, toSeconds } of timeline!.shades) {
      expect(fromSeconds).toBeGreaterThanOrEqual(last);
      expect(toSeconds).toBeGreaterThan(fromSeconds);
      last = toSeconds;
    }
    expect(timeline!.seconds).toBeGreaterThan(last);
    expect(timeline!.series.map(({ name }) => name)).toEqual(['answered', 'not answered', 'p50', 'p99']);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('rolling restart');
  });

  it('keeps the phases that have ended when it is interrupted, and leaves no process and no folder', async () => {
    const temporary = await temporaryFolder();
    const more = ['--only', 'slow-disk,minority-partition', '--out', out];
    const program = place.start([...words, ...more], { env: { TMPDIR: temporary } });
    const document = await interrupt(program, 'minority partition', temporary);
    expect(document.measurements.map(({ id }) => id)).toEqual(['faults quiet-before', 'faults slow-disk']);
    expect(document.timelines[0]?.shades.map(({ label }) => label)).toEqual(['slow disk']);
  });

  it('says so where a rate is beyond reach, and breaks nothing', async () => {
    const more = ['--only', 'slow-disk', '--rate', '1000000', '--out', out];
    const ended = await place.run([...words.slice(0, 4), ...more], { timeoutMilliseconds });
    expect(ended.code, ended.stderr).toBe(0);
    const document = await report();
    expect(document.measurements.map(({ id }) => id)).toEqual(['faults quiet-before']);
    expect(document.measurements[0]?.invalid).toMatch(/requests a second were answered, which is too few/);
    expect(document.notes.join()).toContain('Nothing was broken');
  });

  it.each([
    [['--members', '4'], '3, 5 or 7 members, not 4'],
    [['--rate', '0'], '--rate: above 0'],
    [['--only', 'slow-disk,fast-disk'], '--only: there is no fault fast-disk; take some of slow-disk,'],
    [['--duration-per-fault', '0s'], 'It must be a time such as 500ms, 60s or 2m.'],
  ])('refuses %j in one line before anything starts', async (more, line) => {
    const ended = await place.run(['bench', 'faults', ...more, '--out', out]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(line);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(await readdir(place.folder)).toEqual([]);
  });
});
