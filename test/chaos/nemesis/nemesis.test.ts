/** A nemesis at work undoes all it did, and goes on when the cluster refuses. */
import { describe, expect, it } from 'vitest';
import type { Executor } from '../../../chaos/nemesis/execute.js';
import { type FaultRecord, runNemesis } from '../../../chaos/nemesis/nemesis.js';
import type { FaultPlan } from '../../../chaos/nemesis/plan.js';
import { atMost, createTasks } from '../../../chaos/nemesis/tasks.js';
import { UserError } from '../../../cluster/index.js';
import { seededRandom } from '../../../platform/index.js';
import { manualClock } from '../../cluster/support/manual-clock.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';

interface Scene {
  readonly executor: Executor;
  readonly begun: FaultPlan[];
  readonly ended: FaultPlan[];
}

function scene(refuse: (plan: FaultPlan) => string | undefined = () => undefined): Scene {
  const begun: FaultPlan[] = [];
  const ended: FaultPlan[] = [];
  const members = ['m1', 'm2', 'm3'].map((name) => ({ name, running: true, voter: true }));
  return {
    begun,
    ended,
    executor: {
      look: () => Promise.resolve({ members, leader: 'm1', initialVoters: 3 }),
      begin(plan) {
        const reason = refuse(plan);
        if (reason !== undefined) return Promise.reject(new UserError(reason));
        begun.push(plan);
        return Promise.resolve(() => {
          ended.push(plan);
          return Promise.resolve();
        });
      },
      healAll: () => Promise.resolve(),
    },
  };
}

async function storm(
  { executor }: Scene,
  options: { readonly maxFaults?: number; readonly milliseconds?: number } = {},
): Promise<readonly FaultRecord[]> {
  const clock = new VirtualClock();
  const records: FaultRecord[] = [];
  const end = new AbortController();
  const running = runNemesis({
    name: 'partition',
    executor,
    random: seededRandom(11),
    clock,
    records,
    signal: end.signal,
    maxFaults: options.maxFaults ?? 1_000,
    nemeses: 1,
    pace: 'usual',
  });
  await clock.advance(options.milliseconds ?? 60_000);
  end.abort();
  await running;
  return records;
}

describe('a nemesis', () => {
  it('ends each fault before it begins the next, and the last one when it is stopped', async () => {
    const stage = scene();
    const records = await storm(stage);
    expect(records.length).toBeGreaterThan(5);
    expect(stage.ended).toEqual(stage.begun);
    expect(records.every(({ endMilliseconds }) => endMilliseconds !== undefined)).toBe(true);
    for (const [index, record] of records.entries()) {
      const next = records[index + 1];
      if (next !== undefined)
        expect(next.startMilliseconds).toBeGreaterThanOrEqual(record.endMilliseconds ?? 0);
    }
  });

  it('does the same again from the same seed', async () => {
    const [once, again] = [scene(), scene()];
    expect(await storm(once)).toEqual(await storm(again));
    expect(once.begun).toEqual(again.begun);
  });

  it('writes down a refusal and goes on', async () => {
    let refusals = 0;
    const stage = scene(() => {
      refusals += 1;
      return refusals <= 2 ? 'not now' : undefined;
    });
    const records = await storm(stage);
    expect(records.slice(0, 3).map(({ trouble }) => trouble)).toEqual(['not now', 'not now', undefined]);
  });

  it('does no more than it may', async () => {
    expect(await storm(scene(), { maxFaults: 3 })).toHaveLength(3);
  });
});

describe('waiting for a while', () => {
  it('ends with what it waits for, or with the while, and leaves no timer', async () => {
    const clock = manualClock();
    const { signal } = new AbortController();
    await atMost(clock, 60_000, Promise.reject(new Error('told elsewhere')), signal);
    expect(clock.pending()).toBe(0);
    const forever = atMost(clock, 60_000, new Promise(() => {}), signal);
    clock.advance(60_000);
    await forever;
    expect(clock.pending()).toBe(0);
  });
});

describe('tasks beside each other', () => {
  it('stop each other when one fails, and fail with its reason', async () => {
    const tasks = createTasks(new AbortController().signal);
    let stopped = false;
    tasks.add(
      new Promise<void>((resolve) => {
        tasks.signal.addEventListener('abort', () => {
          stopped = true;
          resolve();
        });
      }),
    );
    tasks.add(Promise.reject(new Error('a defect')));
    await expect(tasks.settle()).rejects.toThrow('a defect');
    expect(stopped).toBe(true);
    expect(() => tasks.check()).toThrow('a defect');
  });

  it('end with their caller', async () => {
    const caller = new AbortController();
    const tasks = createTasks(caller.signal);
    caller.abort(new UserError('enough'));
    expect(tasks.signal.aborted).toBe(true);
    await expect(tasks.settle()).rejects.toThrow('enough');
  });
});
