import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closedLoop } from '../../../bench/raft/closed-loop.js';
import { openCores } from '../../../bench/raft/core-alone.js';
import { openInProcessMembers } from '../../../bench/raft/in-process.js';
import { openLoop } from '../../../bench/raft/open-loop.js';
import type { ClosedLoad, RunOptions, Subject } from '../../../bench/raft/run.js';
import { seededRandom, systemClock } from '../../../platform/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const clock = systemClock();
const { signal } = new AbortController();
const load: ClosedLoad = { kind: 'closed', inFlight: 16 };
const options: RunOptions<ClosedLoad> = { payloadBytes: 100, load, batching: true, seconds: 0.2 };

describe('the closed loop', () => {
  it('keeps exactly so many under way, and counts failures apart', async () => {
    let underWay = 0;
    let most = 0;
    const result = await closedLoop({
      inFlight: 7,
      seconds: 0.05,
      clock,
      signal,
      submit: async (sequence) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        underWay -= 1;
        return sequence !== 3;
      },
    });
    expect(most).toBe(7);
    expect(underWay).toBe(0);
    expect(result.errors).toBe(1);
    expect(result.entries).toBeGreaterThan(0);
    expect(result.perSecond).toBeCloseTo(result.entries / result.seconds);
  });

  it('ends when interrupted', async () => {
    const controller = new AbortController();
    const submit = async (): Promise<boolean> => {
      controller.abort();
      return true;
    };
    const loop = { inFlight: 1, seconds: 3_600, clock, submit };
    await expect(closedLoop({ ...loop, signal: controller.signal })).rejects.toThrow();
  });
});

describe('the open loop', () => {
  it('proposes what is due by its plan, and counts what was not acknowledged apart', async () => {
    let proposed = 0;
    const common = { perSecond: 2_000, seconds: 0.1, clock, signal, timeoutMilliseconds: 10_000 };
    const result = await openLoop({
      ...common,
      random: seededRandom(3),
      submit: async (sequence) => {
        proposed += 1;
        return sequence !== 3;
      },
    });
    const again = await openLoop({ ...common, random: seededRandom(3), submit: async () => true });
    expect(result.errors).toBe(1);
    expect(result.entries).toBe(proposed - 1);
    expect(again.entries).toBe(proposed);
    expect(proposed).toBeGreaterThan(100);
  });

  it('ends when interrupted', async () => {
    const controller = new AbortController();
    const submit = async (): Promise<boolean> => {
      controller.abort();
      return true;
    };
    const options = { perSecond: 100, seconds: 3_600, clock, timeoutMilliseconds: 10_000 };
    const loop = openLoop({ ...options, random: seededRandom(1), submit, signal: controller.signal });
    await expect(loop).rejects.toThrow();
  });
});

describe('the core alone', () => {
  it('shares writes and messages among what is proposed together', async () => {
    const result = await openCores(clock, true).run(options, signal);
    expect(result).toMatchObject({ layer: 'core', errors: 0, load, payloadBytes: 100 });
    expect(result.entries).toBeGreaterThan(16);
    expect(result.entriesPerWrite).toBeCloseTo(16, 0);
    expect(result.entriesPerMessage).toBeCloseTo(16, 0);
    expect(result.bytesPerEntry).toBe(100);
  });

  it('writes and sends one by one when told so', async () => {
    const result = await openCores(clock, false).run({ ...options, batching: false }, signal);
    expect(result).toMatchObject({ entriesPerWrite: 1, entriesPerMessage: 1, errors: 0 });
    expect(result.entries).toBeGreaterThan(16);
  });
});

describe('three members in one process', () => {
  let folder: string;
  let subject: Subject;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => subject.close());

  it.each([
    ['share writes and messages among what is proposed together', true],
    ['write and send one by one when told so', false],
  ])('%s', async (_name, batching) => {
    subject = await openInProcessMembers(folder, clock, batching);
    const result = await subject.run({ ...options, batching }, signal);
    expect(result).toMatchObject({ layer: 'in-process', batching, errors: 0 });
    expect(result.entries).toBeGreaterThan(0);
    expect(result.bytesPerEntry).toBeGreaterThan(100);
    if (batching) {
      expect(result.entriesPerWrite).toBeGreaterThan(2);
      expect(result.entriesPerMessage).toBeGreaterThan(2);
    } else {
      expect(result).toMatchObject({ entriesPerWrite: 1, entriesPerMessage: 1 });
    }
  });
});
