import { describe, expect, it } from 'vitest';
import { runToEnd } from '../../../chaos/simulation/world/event-loop.js';
import { Machine } from '../../../chaos/simulation/world/machine.js';
import { SimulatedNetwork } from '../../../chaos/simulation/world/network.js';
import { Timeline } from '../../../chaos/simulation/world/timeline.js';
import { Trace } from '../../../chaos/simulation/world/trace.js';
import { DiskFailedError, seededRandom } from '../../../platform/index.js';
import type { Message } from '../../../raft/index.js';

describe('virtual time', () => {
  it('lets events happen in the order of their times, and of asking for them', () => {
    const timeline = new Timeline();
    const seen: string[] = [];
    timeline.at(2, () => seen.push('second'));
    timeline.at(2, () => seen.push('third'));
    timeline.at(1, () => {
      seen.push('first');
      timeline.after(0.5, () => seen.push('between'));
    });
    const cancelled = timeline.at(1.5, () => seen.push('never'));
    cancelled.cancel();
    while (timeline.step());
    expect(seen).toEqual(['first', 'between', 'second', 'third']);
    expect(timeline.nowMilliseconds).toBe(2);
  });

  it('settles every promise before the next event', async () => {
    const timeline = new Timeline();
    const seen: string[] = [];
    const chain = async (name: string): Promise<void> => {
      for (let hop = 0; hop < 20; hop += 1) await Promise.resolve();
      seen.push(name);
    };
    timeline.at(1, () => void chain('promise of the first'));
    timeline.at(1, () => seen.push('second'));
    await runToEnd(() => timeline.step());
    expect(seen).toEqual(['promise of the first', 'second']);
  });
});

describe('a machine', () => {
  it('keeps what comes while it is paused, and drops what a process that is gone waited for', () => {
    const timeline = new Timeline();
    const machine = new Machine(timeline);
    const seen: string[] = [];
    machine.boot();
    machine.clock.setTimer(1, () => seen.push('timer'));
    const cancelled = machine.clock.setTimer(1, () => seen.push('cancelled while paused'));
    machine.reach(2, () => seen.push('socket'));
    machine.pause();
    timeline.at(5, () => {
      cancelled.cancel();
      machine.resume();
    });
    while (timeline.step());
    expect(seen).toEqual(['timer', 'socket']);
    machine.clock.setTimer(1, () => seen.push('of the old process'));
    machine.halt();
    machine.boot();
    machine.clock.defer(() => seen.push('of the new process'));
    while (timeline.step());
    expect(seen).toEqual(['timer', 'socket', 'of the new process']);
  });

  it('has a clock that drifts and jumps, and whose monotonic time never goes back', () => {
    const timeline = new Timeline();
    const machine = new Machine(timeline);
    machine.boot();
    machine.setRate(2);
    let firedAt = 0;
    machine.clock.setTimer(100, () => {
      firedAt = timeline.nowMilliseconds;
      machine.setRate(0.5);
    });
    while (timeline.step());
    expect(firedAt).toBe(50);
    expect(machine.clock.monotonicMilliseconds()).toBe(100);
    const wall = machine.clock.wallMilliseconds();
    machine.jumpWall(-5_000);
    expect(machine.clock.wallMilliseconds()).toBe(wall - 5_000);
    expect(machine.clock.monotonicMilliseconds()).toBe(100);
  });
});

describe('a drifting clock', () => {
  it('moves on with every timer, however little is left by rounding', () => {
    const timeline = new Timeline();
    const machine = new Machine(timeline);
    machine.boot();
    timeline.at(65_491.291_2, () => machine.setRate(0.971_3));
    while (timeline.step());
    for (const delay of [1e-12, 0]) {
      machine.clock.setTimer(delay, () => {});
      const before = timeline.nowMilliseconds;
      while (timeline.step());
      expect(timeline.nowMilliseconds).toBeGreaterThan(before);
    }
  });
});

function networkOf(receive: (chunks: AsyncIterable<Uint8Array>) => Promise<void> = async () => {}) {
  const timeline = new Timeline();
  const trace = new Trace(() => timeline.nowMilliseconds, undefined);
  const network = new SimulatedNetwork({
    timeline,
    random: seededRandom(7),
    trace,
    latencyMilliseconds: { minimum: 1, maximum: 5 },
  });
  const received: number[] = [];
  const gone: number[] = [];
  for (const id of [1, 2]) {
    const machine = new Machine(timeline);
    machine.boot();
    network.join(id, machine);
    void network.transport(id).start({
      onMessage: (_, message) => {
        if (message.type === 'timeout-now') received.push(message.term);
      },
      onPeerGone: (peer) => gone.push(peer),
      onSnapshot: (_from, _metadata, chunks) => receive(chunks),
    });
  }
  const message = (term: number): Message => ({ type: 'timeout-now', term });
  const send = (term: number): void => network.transport(1).send(2, message(term));
  const run = (): readonly number[] => {
    while (timeline.step());
    return received.splice(0);
  };
  return { network, timeline, send, run, gone };
}

const NUMBERS = Array.from({ length: 200 }, (_, index) => index);

describe('the network', () => {
  it('delivers everything in order without faults', () => {
    const { send, run } = networkOf();
    for (const number of NUMBERS) send(number);
    expect(run()).toEqual(NUMBERS);
  });

  it('drops, duplicates and reorders as it is told', () => {
    const { network, send, run } = networkOf();
    const link = network.link(1, 2);
    link.dropProbability = 0.5;
    for (const number of NUMBERS) send(number);
    const some = run();
    expect(some.length).toBeGreaterThan(50);
    expect(some.length).toBeLessThan(150);
    link.dropProbability = 0;
    link.duplicateProbability = 0.5;
    for (const number of NUMBERS) send(number);
    expect(run().length).toBeGreaterThan(250);
    link.duplicateProbability = 0;
    link.reorderProbability = 0.5;
    for (const number of NUMBERS) send(number);
    const mixed = run();
    expect(mixed).not.toEqual(NUMBERS);
    expect(mixed.toSorted((a, b) => a - b)).toEqual(NUMBERS);
  });

  it('cuts one direction only, and holds back what a clogged one carries', () => {
    const { network, send, run } = networkOf();
    network.link(1, 2).cuts = 1;
    send(1);
    expect(run()).toEqual([]);
    network.heal(1, 2);
    network.setClogged(1, 2, true);
    send(2);
    send(3);
    expect(run()).toEqual([]);
    network.setClogged(1, 2, false);
    expect(run()).toEqual([2, 3]);
  });

  it('breaks a snapshot whose sender fails, without giving the receiver the failure as its own', async () => {
    let broken: unknown;
    const { network, timeline } = networkOf(async (chunks) => {
      try {
        for await (const chunk of chunks) expect(chunk).toHaveLength(1);
      } catch (error) {
        broken = error;
        throw error;
      }
    });
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1);
      throw new DiskFailedError('io', 'write to state failed');
    }
    const configuration = { voters: [1, 2], votersOutgoing: [], learners: [], members: [] };
    const metadata = { index: 1, term: 1, timeMilliseconds: 0, configuration };
    const sending = network.transport(1).sendSnapshot(2, metadata, failing());
    sending.catch(() => {});
    await runToEnd(() => timeline.step());
    await expect(sending).rejects.toThrow(DiskFailedError);
    expect(broken).not.toBeInstanceOf(DiskFailedError);
    expect(String(broken)).toContain('the sender gave up');
  });

  it('tells peers of a process that is gone, not of a machine', () => {
    const killed = networkOf();
    killed.network.processEnded(1, false);
    killed.run();
    expect(killed.gone).toEqual([1]);
    const dark = networkOf();
    dark.network.processEnded(1, true);
    dark.run();
    expect(dark.gone).toEqual([]);
  });
});
