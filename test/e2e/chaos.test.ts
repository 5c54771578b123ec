/** Chaos on real processes, from the command: a clean end, a page, and an end that is not clean. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatHistory, type HistoryEvent, parseHistory } from '../../chaos/index.js';
import { isAlive, type Workplace, workplace } from './support/kuorum.js';
import { until } from './support/until.js';

/** The last answered read of a register that had found something answers that it found nothing. */
function withStaleRead(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const last = events.findLastIndex(
    ({ type, call }) =>
      type === 'ok' && call.f === 'read' && call.key.startsWith('register-') && call.value !== null,
  );
  const event = events[last];
  if (event?.call.f !== 'read') throw new Error('the history has no read to tamper with');
  const { key } = event.call;
  return events.with(last, { ...event, call: { f: 'read', key, value: 'never-written' } } as HistoryEvent);
}

describe('kuorum chaos', () => {
  let place: Workplace;
  /** Where the command puts what it needs for a while: its own, so that what it leaves behind is seen. */
  let temporary: string;
  const env = (): { readonly TMPDIR: string } => ({ TMPDIR: temporary });
  beforeAll(async () => {
    place = await workplace();
    temporary = await mkdtemp(join(tmpdir(), 'kuorum-e2e-'));
  });
  afterAll(async () => {
    await place?.leave();
    await rm(temporary, { recursive: true, force: true });
  });

  it('breaks a cluster of its own, finds it sound, and leaves a history, a page and nothing else', async () => {
    const { code, stdout, stderr } = await place.run(
      [
        'chaos',
        '--members',
        '3',
        '--duration',
        '8s',
        '--seed',
        '7',
        '--nemesis',
        'partition,kill,pause,clock,link',
      ].concat(['--rate', '80', '--history', 'history.jsonl', '--report', 'report.html']),
      { timeoutMilliseconds: 170_000, env: env() },
    );
    expect(`${stdout}${stderr}`).toContain(
      'clean: linearizable, watches complete, members equal, nothing lost',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^faults +.*(partition|kill|pause|clock|link) \d/m);
    const events = parseHistory(await readFile(join(place.folder, 'history.jsonl'), 'utf8'));
    expect(new Set(events.map(({ call }) => call.f))).toEqual(
      new Set(['read', 'write', 'cas', 'append', 'add', 'txn']),
    );
    expect(await readFile(join(place.folder, 'report.html'), 'utf8')).toContain('class="verdict clean"');
    expect(await readdir(temporary)).toEqual([]);
  });

  it('says that a history is sound, and ends with 1 for one that somebody has falsified', async () => {
    const sound = await place.run(['check', 'history.jsonl']);
    expect(sound.stdout).toMatch(
      /^models (?=.*cas)(?=.*append)(?=.*set)(?=.*txn).*, linearizable: \d+ operations/,
    );
    expect(sound.code).toBe(0);
    const events = parseHistory(await readFile(join(place.folder, 'history.jsonl'), 'utf8'));
    await writeFile(join(place.folder, 'falsified.jsonl'), formatHistory(withStaleRead(events)));
    const falsified = await place.run(['check', 'falsified.jsonl']);
    expect(falsified.stdout).toContain(', not linearizable: ');
    expect(falsified.stdout).toContain('\nkey "register-');
    expect(falsified.code).toBe(1);
  });

  it('ends at Ctrl-C with everything that it started', async () => {
    const program = place.start(['chaos', '--members', '3', '--duration', '10m', '--data-dir', 'kept'], {
      env: env(),
    });
    const clusterFile = join(place.folder, 'kept', 'cluster.json');
    const pids = await until('clients are at work', async () => {
      if (!program.output().includes('for 600 s')) return undefined;
      const file = JSON.parse(await readFile(clusterFile, 'utf8')) as {
        readonly members: readonly { readonly pid: number | null }[];
      };
      return file.members.flatMap(({ pid }) => pid ?? []);
    });
    expect(pids.length).toBeGreaterThan(0);
    program.process.kill('SIGINT');
    const { code, stderr } = await program.ended;
    expect(stderr).toContain('kuorum: the chaos run was interrupted');
    expect(code).toBe(2);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('refuses what it cannot do before it starts anything', async () => {
    const refused = await place.run(['chaos', '--nemesis', 'meteor']);
    expect(refused.stderr).toContain('kuorum: unknown nemesis meteor: take some of partition, kill');
    expect(refused.code).toBe(2);
  });
});
