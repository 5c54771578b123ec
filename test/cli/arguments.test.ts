import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../cli/duration.js';
import { faultFromArguments, parseGroups } from '../../cli/fault-arguments.js';
import { howToGetKubectl } from '../../cli/kubectl-hint.js';
import { memberTable } from '../../cli/member-table.js';
import { createProgress } from '../../cli/progress.js';
import { readyLine, readyText } from '../../cli/ready-text.js';
import { shellQuote } from '../../cli/shell-quote.js';
import { sameKeyMilliseconds, signalMeaning } from '../../cli/signals.js';
import { sizeBytes } from '../../cli/size.js';
import { formatBytes, statusText } from '../../cli/status-table.js';
import type { ClusterMemberStatus, ClusterMembershipEntry } from '../../cluster/index.js';
import { manualClock } from '../cluster/support/manual-clock.js';

describe('the words of kuorum fault', () => {
  it.each([
    ['m1 / m2,m3', [['m1'], ['m2', 'm3']]],
    ['m1/m2,m3', [['m1'], ['m2', 'm3']]],
    ['m1, m2 / m3 m4 / m5', [['m1', 'm2'], ['m3', 'm4'], ['m5']]],
  ])('partition %s', (text, groups) => {
    expect(parseGroups(text.split(' '))).toEqual(groups);
    expect(faultFromArguments('partition', text.split(' '))).toEqual({ kind: 'partition', groups });
  });

  it.each(['', 'm1', 'm1 /', '/ m1', 'm1 // m2'])('refuses partition %s, with an example', (text) => {
    expect(() => parseGroups(text.split(' '))).toThrow(/such as: partition m1 \/ m2,m3/);
  });

  it('take one member, or none for heal', () => {
    expect(faultFromArguments('kill', ['leader'])).toEqual({ kind: 'kill', member: 'leader' });
    expect(faultFromArguments('heal', [])).toEqual({ kind: 'heal' });
    expect(() => faultFromArguments('kill', [])).toThrow(/kill takes one member/);
    expect(() => faultFromArguments('pause', ['m1', 'm2'])).toThrow(/pause takes one member/);
    expect(() => faultFromArguments('heal', ['m1'])).toThrow(/heal takes no member/);
    expect(() => faultFromArguments('explode', ['m1'])).toThrow(/^unknown fault explode: take partition, /);
  });
});

describe('the words of kuorum fault clock', () => {
  it('say how far off its wall clock is and how fast it runs', () => {
    expect(faultFromArguments('clock', ['m1'], { offset: '5s', rate: '1.05' })).toEqual({
      kind: 'clock',
      member: 'm1',
      fault: { offsetMilliseconds: 5_000, rate: 1.05 },
    });
    expect(faultFromArguments('clock', ['leader'], { offset: '-1.5m' })).toEqual({
      kind: 'clock',
      member: 'leader',
      fault: { offsetMilliseconds: -90_000 },
    });
  });

  it('are refused when they say nothing, or belong to another fault', () => {
    expect(() => faultFromArguments('clock', ['m1'])).toThrow(/--offset or --rate, such as: clock m1/);
    expect(() => faultFromArguments('clock', [], { rate: '2' })).toThrow(/clock takes one member/);
    expect(() => faultFromArguments('clock', ['m1'], { rate: 'fast' })).toThrow('fast is no rate');
    expect(() => faultFromArguments('clock', ['m1'], { offset: '5' })).toThrow(/5 is no duration: .* 5s/);
    expect(() => faultFromArguments('pause', ['m1'], { rate: '2' })).toThrow(/only clock takes/);
  });

  it('say how slow a disk is', () => {
    expect(faultFromArguments('disk', ['leader'], { delay: '50ms' })).toEqual({
      kind: 'disk',
      member: 'leader',
      fault: { syncDelayMilliseconds: 50 },
    });
    expect(() => faultFromArguments('disk', ['m1'])).toThrow(/disk takes --delay, such as: disk m1/);
    expect(() => faultFromArguments('disk', ['m1'], { rate: '2' })).toThrow(/only clock takes/);
    expect(() => faultFromArguments('pause', ['m1'], { delay: '5ms' })).toThrow(/only disk takes/);
  });

  it.each([
    ['0', 0],
    ['65536', 65_536],
    ['500MiB', 524_288_000],
    ['1.5GiB', 1_610_612_736],
    ['8GB', undefined],
    ['-1', undefined],
    ['lots', undefined],
  ])('understands the size %s', (text, bytes) => {
    expect(sizeBytes(text)).toBe(bytes);
  });

  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['1.5m', 90_000],
    ['-2h', -7_200_000],
  ])('understands the duration %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });
});

describe("the terminal's signals", () => {
  it('stop at first, kill at the second Ctrl-C, and count one key that npm passed on as one', () => {
    expect(signalMeaning('SIGINT', undefined, 10)).toBe('stop');
    expect(signalMeaning('SIGINT', 10, 12)).toBe('ignore');
    expect(signalMeaning('SIGINT', 10, 11 + sameKeyMilliseconds)).toBe('kill');
    expect(signalMeaning('SIGTERM', undefined, 10)).toBe('stop');
    expect(signalMeaning('SIGTERM', 10, 90_000)).toBe('ignore');
    expect(signalMeaning('SIGHUP', undefined, 10)).toBe('stop');
  });
});

const report = {
  url: 'https://127.0.0.1:6443',
  members: 3,
  leader: 'm2',
  elapsedMilliseconds: 1_284,
  kubeconfigPath: '/home/me/my clusters/.kuorum/kubeconfig',
  dataDir: '/home/me/my clusters/.kuorum',
};

describe('what a start prints', () => {
  it('is one ready line', () => {
    expect(readyLine(report)).toBe('ready: https://127.0.0.1:6443 (3 members, leader m2) in 1.3 s');
    expect(readyLine({ ...report, members: 1, leader: 'm1' })).toContain('(1 member, leader m1)');
  });

  it.each([true, false])('has three commands to paste, the first an export (kubectl: %s)', (kubectl) => {
    const text = readyText(report, { kubectl, platform: 'linux' });
    const commands = text.split('\n').filter((line) => line.startsWith('  '));
    expect(commands).toHaveLength(3);
    expect(commands[0]).toBe("  export KUBECONFIG='/home/me/my clusters/.kuorum/kubeconfig'");
    expect(commands.some((line) => line.includes('kubectl '))).toBe(kubectl);
    expect(text.includes('kubectl is not on PATH')).toBe(!kubectl);
  });

  it.each(['linux', 'darwin', 'win32', 'freebsd'] as const)('says how to get kubectl on %s', (platform) => {
    expect(howToGetKubectl(platform)).toMatch(/^kubectl is not on PATH; .*(brew|winget|snap|https)/);
  });

  it('quotes what a shell would take apart', () => {
    expect(shellQuote('/plain/path-1.2')).toBe('/plain/path-1.2');
    expect(shellQuote("it's $HOME")).toBe(`'it'\\''s $HOME'`);
  });

  it('is plain lines where there is no terminal, and a spinner that goes away where there is one', () => {
    const lines: string[] = [];
    const plain = createProgress({ write: (text) => lines.push(text) }, manualClock());
    plain.step('starting 3 members');
    plain.note('port 6443 is taken: using 6444');
    plain.end();
    expect(lines).toEqual(['starting 3 members …\n', 'port 6443 is taken: using 6444\n']);

    const clock = manualClock();
    const drawn: string[] = [];
    const spinner = createProgress({ write: (text) => drawn.push(text), isTTY: true }, clock);
    spinner.step('starting');
    clock.advance(200);
    expect(drawn.filter((text) => text.includes('starting')).length).toBeGreaterThan(2);
    spinner.note('a line');
    spinner.end();
    expect(drawn.at(-1)).toBe('\r\u001b[2K');
    expect(clock.pending()).toBe(0);
  });
});

const member: ClusterMemberStatus = {
  name: 'm1',
  id: 1,
  pid: 77,
  process: 'running',
  role: 'leader',
  term: 2,
  leader: 'm1',
  commitIndex: 120,
  appliedIndex: 118,
  lag: 2,
  revision: 40,
  databaseBytes: 1_572_864,
  stateHash: '00',
  hasQuorum: true,
  ready: true,
  health: 'ok',
  residentBytes: 104_857_600,
  cpuPercent: 0.4,
  cpuMilliseconds: 900,
  restarts: 0,
  voting: true,
  priority: 0,
  clockFault: undefined,
  diskFault: undefined,
  apiPort: 1,
  peerPort: 2,
  clientPort: null,
};

describe('the table of members', () => {
  it('says what a learner is to become', () => {
    const entry: ClusterMembershipEntry = {
      name: 'm1',
      id: 11,
      role: 'voter',
      priority: 0,
      promoting: false,
      replaces: undefined,
      caughtUp: 1,
      leader: true,
      process: 'running',
    };
    const learner = { ...entry, role: 'learner', leader: false } as const;
    const text = memberTable([
      entry,
      { ...entry, name: 'm2', leader: false, priority: -3, process: undefined },
      { ...learner, name: 'm3' },
      { ...learner, name: 'm4', promoting: true, replaces: 'm2', caughtUp: 0.839 },
    ]);
    expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['MEMBER', 'ID', 'ROLE', 'PRIORITY', 'PROCESS'],
      ['m1', '11', 'leader', '0', 'running'],
      ['m2', '11', 'voter', '-3', '-'],
      ['m3', '11', 'learner', '0', 'running'],
      ['m4', '11', 'learner (to vote, replaces m2, 83%)', '0', 'running'],
    ]);
  });
});

describe('the status table', () => {
  it('has a row a member, with a dash for what a member did not say', () => {
    const text = statusText({
      name: 'kuorum',
      clusterId: 'c',
      url: 'https://127.0.0.1:6443',
      supervisorPid: 70,
      faultsEnabled: true,
      leader: 'm1',
      backups: undefined,
      linkFaults: [{ from: 'm1', to: 'm2', dropProbability: 1 }],
      members: [
        member,
        {
          ...member,
          name: 'm2',
          clockFault: { offsetMilliseconds: -5_000, rate: 1.05 },
          diskFault: { syncDelayMilliseconds: 50 },
          pid: undefined,
          role: undefined,
          term: undefined,
          commitIndex: undefined,
          appliedIndex: undefined,
          lag: undefined,
          databaseBytes: undefined,
          residentBytes: undefined,
          cpuPercent: undefined,
          health: 'killed by a fault',
        },
      ],
    });
    const [, , heading, first, second] = text.split('\n');
    expect(heading?.split(/ {2,}/)).toEqual([
      'MEMBER',
      'ROLE',
      'TERM',
      'COMMIT',
      'APPLIED',
      'LAG',
      'DB SIZE',
      'MEMORY',
      'CPU',
      'PID',
      'HEALTH',
    ]);
    expect(first?.split(/ {2,}/)).toEqual([
      'm1',
      'leader',
      '2',
      '120',
      '118',
      '2',
      '1.5 MiB',
      '100 MiB',
      '0.4%',
      '77',
      'ok',
    ]);
    expect(second?.split(/ {2,}/)).toEqual([
      'm2',
      '-',
      '-',
      '-',
      '-',
      '-',
      '-',
      '-',
      '-',
      '-',
      'killed by a fault',
    ]);
    expect(text).toContain('links cut: m1→m2');
    expect(text).toContain('clocks wrong: m2 5 s behind, rate 1.05');
    expect(text).toContain('disks slow: m2 by 50 ms a durable write');
  });

  it('prints sizes for people', () => {
    expect([undefined, 0, 1023, 1024, 1_500_000, 5e12].map(formatBytes)).toEqual([
      '-',
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.4 MiB',
      '4.5 TiB',
    ]);
  });
});
