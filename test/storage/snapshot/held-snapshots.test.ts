import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { DiskFailedError } from '../../../platform/index.js';
import { HeldSnapshots, type SnapshotFileSource } from '../../../storage/snapshot/held-snapshots.js';
import { DamagedRecordError } from '../../../storage/tuple.js';
import { manualClock } from '../../cluster/support/manual-clock.js';

const limits = { maxHeld: 2, stallMilliseconds: 1000, deadlineMilliseconds: 10_000 };

function setUp(pieces: () => AsyncIterable<Uint8Array> = endless) {
  const clock = manualClock();
  let open = 0;
  const source = async (): Promise<SnapshotFileSource> => {
    open += 1;
    return {
      pieces: pieces(),
      close: async () => {
        open -= 1;
      },
    };
  };
  const held = new HeldSnapshots({ clock, limits, open: source });
  return { clock, held, viewsOpen: () => open };
}

async function* endless(): AsyncIterable<Uint8Array> {
  for (;;) yield new Uint8Array(1);
}

async function* failing(error: Error): AsyncIterable<Uint8Array> {
  yield new Uint8Array(1);
  throw error;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a held snapshot', () => {
  it('opens no view before it is asked, and reads nothing ahead', async () => {
    let read = 0;
    async function* counting(): AsyncIterable<Uint8Array> {
      for (;;) {
        read += 1;
        yield new Uint8Array(1);
      }
    }
    const { held, viewsOpen } = setUp(counting);
    const stream = held.open();
    expect(viewsOpen()).toBe(0);
    await stream.next();
    await stream.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect({ read, views: viewsOpen() }).toEqual({ read: 2, views: 1 });
    stream.cancel();
    await until(() => viewsOpen() === 0);
    expect(await stream.next()).toEqual({ kind: 'end', reason: { kind: 'cancelled' } });
  });

  it('keeps nothing of what it has given', async () => {
    async function* large(): AsyncIterable<Uint8Array> {
      for (;;) yield new Uint8Array(100_000);
    }
    const { held } = setUp(large);
    const stream = held.open();
    const given: WeakRef<Uint8Array>[] = [];
    for (let count = 0; count < 50; count += 1) {
      const step = await stream.next();
      if (step.kind === 'chunk') given.push(new WeakRef(step.bytes));
    }
    await new Promise((resolve) => setImmediate(resolve));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(given).toHaveLength(50);
    expect(given.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(2);
    stream.cancel();
  });

  it('is taken from a reader that does not come back, with the reason, and its view is released', async () => {
    const { clock, held, viewsOpen } = setUp();
    const stream = held.open();
    await stream.next();
    clock.advance(999);
    expect((await stream.next()).kind).toBe('chunk');
    clock.advance(1000);
    expect(await stream.next()).toEqual({
      kind: 'end',
      reason: { kind: 'too-slow', message: 'no chunk was asked for within 1 s' },
    });
    await until(() => viewsOpen() === 0);
    expect(clock.pending()).toBe(0);
  });

  it('is taken from a reader that was never heard of again', async () => {
    const { clock, held } = setUp();
    held.open();
    const second = held.open();
    clock.advance(1000);
    expect(await second.next()).toMatchObject({ reason: { kind: 'too-slow' } });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await held.open().next()).kind).toBe('chunk');
  });

  it('ends at its deadline however keen the reader is', async () => {
    const { clock, held, viewsOpen } = setUp();
    const stream = held.open();
    for (let second = 0; second < 20; second += 1) {
      expect((await stream.next()).kind).toBe('chunk');
      clock.advance(500);
    }
    expect(await stream.next()).toEqual({
      kind: 'end',
      reason: { kind: 'too-slow', message: 'not all of it was read within 10 s' },
    });
    await until(() => viewsOpen() === 0);
  });

  it('tells the one who waits of the end while the disk is still reading, and releases the view behind it', async () => {
    let letRead: () => void = () => {};
    const reading = new Promise<void>((resolve) => {
      letRead = resolve;
    });
    async function* slow(): AsyncIterable<Uint8Array> {
      await reading;
      yield new Uint8Array(1);
    }
    const { held, viewsOpen } = setUp(slow);
    const stream = held.open();
    const waiting = stream.next();
    await until(() => viewsOpen() === 1);
    const closed = held.close();
    expect(await waiting).toEqual({ kind: 'end', reason: { kind: 'stopping' } });
    expect(viewsOpen()).toBe(1);
    letRead();
    await closed;
    expect(viewsOpen()).toBe(0);
    expect(await held.open().next()).toEqual({ kind: 'end', reason: { kind: 'stopping' } });
  });

  it('is one of a few', async () => {
    const { held, viewsOpen } = setUp();
    const first = held.open();
    await first.next();
    await held.open().next();
    expect(await held.open().next()).toEqual({
      kind: 'end',
      reason: { kind: 'overloaded', message: '2 snapshots are being read already' },
    });
    first.cancel();
    await until(() => viewsOpen() === 1);
    expect((await held.open().next()).kind).toBe('chunk');
  });

  it.each([
    [new DamagedRecordError('a lease'), { kind: 'corrupt', message: 'damaged record: a lease' }],
    [new DiskFailedError('io', 'read failed'), { kind: 'failed', message: 'read failed' }],
    [new DiskFailedError('closed', 'closed'), { kind: 'stopping' }],
  ])('ends with what went wrong: %s', async (error, reason) => {
    const { held, viewsOpen } = setUp(() => failing(error));
    const stream = held.open();
    await stream.next();
    expect(await stream.next()).toEqual({ kind: 'end', reason });
    expect(await stream.next()).toEqual({ kind: 'end', reason });
    await until(() => viewsOpen() === 0);
  });
});
