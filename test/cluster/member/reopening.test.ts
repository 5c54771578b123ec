import { describe, expect, it } from 'vitest';
import { REOPEN_FREE_BYTES, watchForReopening } from '../../../cluster/member/reopening.js';
import type { ReopenWish } from '../../../storage/index.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';

function watch() {
  const clock = new VirtualClock();
  const reopened: string[] = [];
  const state: { wish: ReopenWish | undefined; free: number | Error } = { wish: undefined, free: 0 };
  const stop = watchForReopening({
    wish: () => state.wish,
    freeBytes: () => (state.free instanceof Error ? Promise.reject(state.free) : Promise.resolve(state.free)),
    clock,
    onReopen: (reason) => reopened.push(reason),
  });
  return { clock, reopened, state, stop };
}

describe('a member', () => {
  it('goes on while nothing is wrong with its disk', async () => {
    const { clock, reopened } = watch();
    await clock.advance(60_000);
    expect(reopened).toEqual([]);
  });

  it('whose write has failed is opened again, once', async () => {
    const { clock, reopened, state } = watch();
    await clock.advance(5000);
    state.wish = { reason: 'EIO', needsSpace: false };
    await clock.advance(60_000);
    expect(reopened).toEqual(['EIO']);
  });

  it('whose disk is full serves on until there is enough space again', async () => {
    const { clock, reopened, state } = watch();
    state.wish = { reason: 'full', needsSpace: true };
    state.free = REOPEN_FREE_BYTES - 1;
    await clock.advance(60_000);
    state.free = new Error('not to be looked at');
    await clock.advance(60_000);
    expect(reopened).toEqual([]);
    state.free = REOPEN_FREE_BYTES;
    await clock.advance(2000);
    expect(reopened).toEqual(['full']);
  });

  it('that is closed is not opened again', async () => {
    const { clock, reopened, state, stop } = watch();
    stop();
    state.wish = { reason: 'EIO', needsSpace: false };
    await clock.advance(60_000);
    expect(reopened).toEqual([]);
  });
});
