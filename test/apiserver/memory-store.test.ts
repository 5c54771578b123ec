/** The store that the API server's tests stand on is held to the same model as the real one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, WatchEvent } from '../../storage/index.js';
import { firstSteps, GRANTED_LEASE, type Step, step } from '../storage/support/arbitrary-requests.js';
import { KeySpaceModel, ModelRefusal } from '../storage/support/key-space-model.js';
import { modelled, plain, told } from '../storage/support/plain-answers.js';
import { createMemoryStore, type MemoryStore } from './support/memory-store.js';

const seed = Number(process.env['KUORUM_SEED'] ?? 20_261_126);
const context = { caller: 'test', timeoutMilliseconds: 1000 };
const everything = { key: new Uint8Array(0), end: new Uint8Array(0) };

function isDuplicate(model: KeySpaceModel, next: Step): boolean {
  if (next.kind !== 'txn') return false;
  try {
    model.check(next.request);
    return false;
  } catch (error) {
    if (error instanceof ModelRefusal) return true;
    throw error;
  }
}

/** Where a request has several faults, this store may name another one first. */
function expectSame(outcome: Outcome<unknown>, expected: unknown): void {
  const reason = outcome.kind === 'refused' ? { reason: expect.any(String) } : {};
  expect({ ...told(outcome), ...reason }).toEqual(expected);
}

async function take(store: MemoryStore, model: KeySpaceModel, next: Step): Promise<void> {
  switch (next.kind) {
    case 'txn':
      expectSame(
        await store.txn(next.request, context),
        modelled(() => model.txn(next.request)),
      );
      return;
    case 'range': {
      const outcome = await store.range({ ...next.selection, consistency: 'linearizable' }, context);
      expectSame(
        outcome,
        modelled(() => model.range(next.selection)),
      );
      return;
    }
    case 'compact':
    case 'restart':
  }
}

async function eventsOf(store: MemoryStore): Promise<readonly WatchEvent[]> {
  const watch = store.watch({ ...everything, startRevision: 2, previousValues: true });
  const batch = await watch.next();
  watch.cancel();
  return batch.kind === 'batch' ? batch.events : [];
}

describe('the store in memory', () => {
  it(`answers as etcd promises to what may be asked (KUORUM_SEED=${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const store = createMemoryStore();
        const model = new KeySpaceModel();
        model.grantLease(GRANTED_LEASE);
        await store.leaseGrant({ id: GRANTED_LEASE, ttlSeconds: 60 }, context);
        // Checking requests before they are proposed is the business of the real one.
        for (const next of [...firstSteps, ...steps])
          if (!isDuplicate(model, next)) await take(store, model, next);
        const expected = model.events.map(({ revision: _revision, ...event }) => plain(event));
        expect(plain(await eventsOf(store))).toEqual(expected);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('keeps leases: granted once, attached to keys, and gone with them', async () => {
    const store = createMemoryStore();
    expect(await store.leaseGrant({ id: 3, ttlSeconds: 60 }, context)).toMatchObject({ value: { id: 3 } });
    expect(await store.leaseGrant({ id: 3, ttlSeconds: 60 }, context)).toMatchObject({
      refusal: { reason: 'lease-exists' },
    });
    const key = Buffer.from('a');
    await store.txn({ compare: [], then: [{ type: 'put', key, value: key, lease: 3 }], else: [] }, context);
    expect(await store.leases(context)).toMatchObject({ value: [3] });
    expect(await store.leaseTimeToLive({ id: 3, keys: true }, context)).toMatchObject({
      value: { grantedTtlSeconds: 60, keys: [key] },
    });
    expect(await store.leaseKeepAlive(3, context)).toMatchObject({ value: { ttlSeconds: 60 } });
    expect(await store.leaseRevoke(3, context)).toMatchObject({ value: { revision: 3 } });
    expect(await store.leaseKeepAlive(3, context)).toMatchObject({ refusal: { reason: 'lease-not-found' } });
    expect(await store.range({ key, consistency: 'local' }, context)).toMatchObject({ value: { items: [] } });
  });

  it('tells a watcher how far it is when asked, and leaves out the kinds that it is told to', async () => {
    const store = createMemoryStore();
    const watch = store.watch({ ...everything, without: 'puts' });
    const first = watch.next();
    watch.requestProgress();
    expect(await first).toEqual({ kind: 'batch', events: [], completeRevision: 1 });
    store.putRaw('a', '1');
    expect(await watch.next()).toEqual({ kind: 'batch', events: [], completeRevision: 2 });
  });
});
