/** The load generator in its own process, against real clusters: an open loop, with and without a dead leader. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadAnswer, LoadRequest } from '../../bench/generator/protocol.js';
import { Child } from '../../bench/lab/child.js';
import { etcdVersion, startEtcdSystem } from '../../bench/lab/etcd-system.js';
import { startKuorumSystem } from '../../bench/lab/kuorum-system.js';
import type { OpenLoadRequest, OpenLoadResult } from '../../bench/lab/open-load.js';
import type { MeasuredSystem } from '../../bench/lab/system.js';
import { systemClock } from '../../platform/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { projectFolder } from './support/project.js';

const clock = systemClock();
const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
let generator: Child<LoadRequest, LoadAnswer>;

beforeEach(() => {
  generator = new Child({
    program: join(projectFolder, 'dist', 'bench-load.js'),
    name: 'the generator',
    flags: [],
  });
  closing.push(() => generator.end());
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(system: MeasuredSystem): Promise<void> {
  closing.push(() => system.close());
  await generator.ask(
    { kind: 'open', side: system.name, access: system.access, valueBytes: 100 },
    'ready',
    signal,
  );
}

async function load(system: MeasuredSystem, request: Partial<OpenLoadRequest>): Promise<OpenLoadResult> {
  const answer = await generator.ask(
    {
      kind: 'run-open',
      side: system.name,
      request: {
        operation: 'put',
        perSecond: 100,
        seconds: 1,
        seed: 1,
        clients: 6,
        firstMember: 0,
        timeoutMilliseconds: 1_000,
        followTheLeader: false,
        intervalMilliseconds: 250,
        ...request,
      },
    },
    'open-result',
    signal,
  );
  return answer.result;
}

describe('an open loop against Kuorum', () => {
  it('moves on from a leader that is killed, and reaches it again when it is back', async () => {
    const system = await startKuorumSystem({
      members: 3,
      folder: await temporaryFolder(),
      electionTimeoutMilliseconds: 600,
      faults: true,
      clock,
      signal,
    });
    await open(system);
    const before = await system.counters();
    const leader = await system.leader();
    const name = system.memberNames[leader]!;
    const running = load(system, { seconds: 4, firstMember: leader, followTheLeader: true });
    await pause(1_000);
    await system.cluster!.faults.kill(name);
    const result = await running;
    expect(result.answered + result.failed + result.unanswered).toBe(result.due);
    expect(result.due).toBeGreaterThan(300);
    expect(result.answered).toBeGreaterThan(result.due / 2);
    expect(result.failed + result.unanswered).toBeGreaterThan(0);
    const end = result.intervals.filter(
      ({ fromMilliseconds }) => fromMilliseconds >= 3_000 && fromMilliseconds < 4_000,
    );
    for (const interval of end) expect(interval, JSON.stringify(interval)).toMatchObject({ failures: 0 });
    expect(result.gaps[0]!.toMilliseconds).toBeGreaterThan(1_000);

    await system.cluster!.faults.restart(name);
    // The connection comes back by itself, after a pause that grows while nobody listens.
    for (;;) {
      const request = { operation: 'range-linearizable', firstMember: leader, clients: 1 } as const;
      const again = await load(system, { ...request, onlyFirstMember: true });
      if (again.answered === again.due) break;
      expect(again.firstError).toMatch(/no connection|was cut off/);
    }
    const after = await system.counters();
    const other = (leader + 1) % 3;
    expect(after[other]!.entriesCommitted - before[other]!.entriesCommitted).toBeGreaterThanOrEqual(
      result.answered,
    );
    expect(after[other]!.logSyncs).toBeGreaterThan(before[other]!.logSyncs);
    expect(after[other]!.messagesSent).toBeGreaterThan(before[other]!.messagesSent!);
    expect(await system.pids()).toEqual(system.cluster!.members.map(({ pid }) => pid));
  });

  it('says so when the rate is beyond every machine', async () => {
    const system = await startKuorumSystem({ members: 1, folder: await temporaryFolder(), clock, signal });
    await open(system);
    const result = await load(system, { perSecond: 500_000, seconds: 0.5, operation: 'mixed' });
    expect(result.invalid).toMatch(/^the generator /);
    expect(result.due).toBeGreaterThan(200_000);
  });

  it('takes no election timeout that no cluster could work with', async () => {
    const folder = await temporaryFolder();
    await expect(
      startKuorumSystem({ members: 1, folder, electionTimeoutMilliseconds: 50, clock, signal }),
    ).rejects.toThrow('the election timeout must be from 200 to 60000 ms, not 50');
  });
});

describe.skipIf((await etcdVersion()) === undefined)('an open loop against etcd', () => {
  it('is the same', async () => {
    const system = await startEtcdSystem({
      members: 3,
      folder: await temporaryFolder(),
      electionTimeoutMilliseconds: 600,
      version: (await etcdVersion())!,
      clock,
      signal,
    });
    await open(system);
    const before = await system.counters();
    const result = await load(system, { firstMember: await system.leader(), operation: 'mixed' });
    expect(result, result.firstError).toMatchObject({ answered: result.due, failed: 0, unanswered: 0 });
    const after = await system.counters();
    expect(after[0]!.entriesCommitted).toBeGreaterThan(before[0]!.entriesCommitted);
    expect(after[0]!.logSyncs).toBeGreaterThan(before[0]!.logSyncs);
  });
});
