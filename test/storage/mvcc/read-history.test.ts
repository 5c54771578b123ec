import { afterEach, describe, expect, it } from 'vitest';
import { readHistorySlice } from '../../../storage/mvcc/read-history.js';
import type { StateView } from '../../../storage/mvcc/state.js';
import { openReplicatedState } from '../support/replicated-state.js';
import { bytes } from '../support/single-member-store.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function stateWith(valueBytes: number, revisions: number): Promise<StateView> {
  const { state, put } = await openReplicatedState();
  for (let n = 0; n < revisions; n += 1) put(`key-${n}`, new Uint8Array(valueBytes));
  const view = state.stateView();
  closers.push(async () => {
    await view.view.close();
    await state.close();
  });
  return view;
}

/** How many bytes the largest read brought into memory at once. */
function measured(state: StateView): { readonly state: StateView; readonly largest: () => number } {
  let largest = 0;
  const view: StateView['view'] = {
    ...state.view,
    async getMany(keys) {
      const found = await state.view.getMany(keys);
      largest = Math.max(
        largest,
        found.reduce((sum, record) => sum + (record?.length ?? 0), 0),
      );
      return found;
    },
  };
  return { state: { ...state, view }, largest: () => largest };
}

const request = {
  key: bytes('key'),
  end: bytes('kez'),
  fromRevision: 2,
  previousValues: false,
  maxRevisions: 1024,
  maxBytes: 1024 * 1024,
};

describe('a slice of history', () => {
  it('holds few large values in memory, however many there are', async () => {
    const { state, largest } = measured(await stateWith(1024 * 1024, 40));
    const slice = await readHistorySlice(state, request);
    expect(slice.events.length).toBeLessThanOrEqual(4);
    expect(largest()).toBeLessThan(5 * 1024 * 1024);
    expect(slice.completeRevision).toBe(1 + slice.events.length);
  });

  it('reads small values many at a time, each once and in order', async () => {
    const state = await stateWith(10, 300);
    const slice = await readHistorySlice(state, request);
    expect(slice.events.map(({ item }) => item.modRevision)).toEqual(
      Array.from({ length: 300 }, (_, n) => n + 2),
    );
    const first = await readHistorySlice(state, { ...request, maxRevisions: 100 });
    expect(first.events).toHaveLength(100);
    expect(first.completeRevision).toBe(101);
  });
});
