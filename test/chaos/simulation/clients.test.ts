import { describe, expect, it } from 'vitest';
import { ClientHistory } from '../../../chaos/simulation/clients/client-history.js';
import { LeaseLedger } from '../../../chaos/simulation/clients/lease-ledger.js';
import { Watcher } from '../../../chaos/simulation/clients/watcher.js';
import type { InvariantName } from '../../../chaos/simulation/invariants/violation.js';
import type { Store, WatchEvent, WatchStep } from '../../../storage/index.js';

function historyOf() {
  const broken: InvariantName[] = [];
  const report = (invariant: InvariantName): void => {
    broken.push(invariant);
  };
  return { broken, report, history: new ClientHistory(report, () => true) };
}

const found = (entries: Readonly<Record<string, number>>) => new Map(Object.entries(entries));
const changes = (entries: Readonly<Record<string, string | null>>) => new Map(Object.entries(entries));

describe('a history of clients', () => {
  it('that can be ordered by revision in real time is fine', () => {
    const { broken, history } = historyOf();
    history.wrote(2, changes({ a: '1' }), 1);
    history.read({ revision: 2, key: 'a', found: found({ a: 2 }), what: 'read' }, 2);
    history.wrote(3, changes({ a: null }), 2);
    history.read({ revision: 3, key: 'a', found: found({}), what: 'read' }, 3);
    history.staleRead({ revision: 2, key: undefined, found: found({ a: 2 }), what: 'stale read' });
    history.watched(2, changes({ a: '1' }), 'watch');
    history.watched(3, changes({ a: null }), 'watch');
    history.judge(3);
    expect(broken).toEqual([]);
  });

  it('is broken by a stale read, at once', () => {
    const { broken, history } = historyOf();
    history.wrote(5, changes({ a: '1' }), 1);
    history.read({ revision: 4, key: 'a', found: found({}), what: 'read' }, history.knownRevision);
    expect(broken).toEqual(['client-history']);
  });

  it('is broken by a write that is ordered before what was known when it began', () => {
    const { broken, history } = historyOf();
    history.read({ revision: 7, key: 'a', found: found({}), what: 'read' }, 1);
    history.wrote(6, changes({ a: '1' }), history.knownRevision);
    expect(broken).toEqual(['client-history']);
  });

  it('is broken by a comparison that held although the key stood elsewhere, or failed although it did not', () => {
    const comparison = { what: 'put a if 2', key: 'a', operand: 2, revision: 4, succeeded: true };
    const lost = historyOf();
    lost.history.watched(2, changes({ a: '1' }), 'watch');
    lost.history.watched(3, changes({ a: '2' }), 'watch');
    lost.history.watched(4, changes({ a: '3' }), 'watch');
    lost.history.compared(comparison, undefined);
    lost.history.judge(4);
    expect(lost.broken).toEqual(['client-history']);
    const failed = historyOf();
    failed.history.compared({ ...comparison, revision: 3, succeeded: false }, 2);
    expect(failed.broken).toEqual(['client-history']);
    const fine = historyOf();
    fine.history.watched(2, changes({ a: '1' }), 'watch');
    fine.history.watched(3, changes({ a: '2' }), 'watch');
    fine.history.compared({ ...comparison, revision: 3 }, undefined);
    fine.history.compared({ ...comparison, revision: 3, succeeded: false }, 3);
    fine.history.judge(3);
    expect(fine.broken).toEqual([]);
  });

  it('is broken by one revision for two writes', () => {
    const { broken, history } = historyOf();
    history.wrote(2, changes({ a: '1' }), 1);
    history.wrote(2, changes({ b: '2' }), 1);
    expect(broken).toEqual(['client-history']);
  });

  it.each([
    ['a lost update', { a: 2 }],
    ['an item that was never there', { a: 3, b: 3 }],
    ['a missing item', {}],
  ])('is broken by %s in a read', (_, items) => {
    const { broken, history } = historyOf();
    history.watched(2, changes({ a: '1' }), 'watch');
    history.watched(3, changes({ a: '2' }), 'watch');
    history.read({ revision: 3, key: undefined, found: found(items), what: 'read' }, 1);
    history.judge(3);
    expect(broken).toEqual(['client-history']);
  });

  it('is broken by a refused write that stands, one that stands twice, and an acknowledged one that does not', () => {
    const refused = historyOf();
    refused.history.refused(['1']);
    refused.history.watched(2, changes({ a: '1' }), 'watch');
    refused.history.judge(2);
    expect(refused.broken).toEqual(['client-history']);

    const twice = historyOf();
    twice.history.watched(2, changes({ a: '1' }), 'watch');
    twice.history.watched(3, changes({ a: '1' }), 'watch');
    twice.history.judge(3);
    expect(twice.broken).toEqual(['client-history']);

    const lost = historyOf();
    lost.history.wrote(2, changes({ a: '1' }), 1);
    lost.history.watched(2, changes({ b: '2' }), 'watch');
    lost.history.judge(2);
    expect(lost.broken).toEqual(['client-history']);
  });

  it('is broken by two watchers that saw different changes', () => {
    const { broken, history } = historyOf();
    history.watched(2, changes({ a: '1' }), 'one');
    history.watched(2, changes({ a: '2' }), 'another');
    expect(broken).toEqual(['watch-completeness']);
  });
});

function event(modRevision: number, key: string): WatchEvent {
  const item = {
    key: Buffer.from(key),
    value: Buffer.from(`${modRevision}`),
    createRevision: modRevision,
    modRevision,
    version: 1,
    lease: 0,
  };
  return { type: 'put', item };
}

const batch = (completeRevision: number, ...events: readonly WatchEvent[]): WatchStep => ({
  kind: 'batch',
  events,
  completeRevision,
});

/** A store whose one watch gives these steps and then stops. */
async function watchOf(...steps: readonly WatchStep[]): Promise<readonly InvariantName[]> {
  const { broken, report, history } = historyOf();
  const left = [...steps, { kind: 'end', reason: { kind: 'stopping' } } as const];
  const store = {
    watch: () => ({ next: async () => left.shift()!, cancel: () => {} }),
  } as unknown as Store;
  await new Watcher('the watch', history, report, () => false).follow(store);
  return broken;
}

describe('a watch of everything', () => {
  it('that shows each revision once, whole and in order is fine', async () => {
    expect(await watchOf(batch(2, event(2, 'a'), event(2, 'b')), batch(2), batch(3, event(3, 'a')))).toEqual(
      [],
    );
  });

  it.each([
    ['a missing revision', [batch(3, event(3, 'a'))]],
    ['a revision that comes twice', [batch(2, event(2, 'a')), batch(2, event(2, 'a'))]],
    ['a revision split over two batches', [batch(2, event(2, 'a')), batch(2, event(2, 'b'))]],
    ['revisions out of order', [batch(3, event(3, 'a'), event(2, 'a'))]],
    [
      'an end as corrupt where nothing was done to the disk',
      [{ kind: 'end', reason: { kind: 'corrupt' } } as const],
    ],
    ['a claim to be complete beyond what it showed', [batch(5)]],
    [
      'an end for compaction that took nothing',
      [batch(2, event(2, 'a')), { kind: 'end', reason: { kind: 'compacted', compactRevision: 1 } } as const],
    ],
  ])('is broken by %s', async (_, steps) => {
    expect(await watchOf(...steps)).toContain('watch-completeness');
  });
});

describe('the leases that clients were told they have', () => {
  function ledgerOf() {
    const broken: InvariantName[] = [];
    return { broken, ledger: new LeaseLedger((invariant) => broken.push(invariant)) };
  }

  it('are broken by one that is gone before its acknowledged time, counted from when it was asked for', () => {
    const { broken, ledger } = ledgerOf();
    ledger.granted(1, 14, 1_000);
    ledger.gone(1, 10_999, 'keep-alive');
    expect(broken).toEqual(['lease-lifetime']);
  });

  it('may be gone once that has passed by the fastest clock, and live longer with each keep-alive', () => {
    const { broken, ledger } = ledgerOf();
    ledger.granted(1, 14, 1_000);
    ledger.granted(2, 14, 1_000);
    ledger.keptAlive(2, 9_000);
    ledger.gone(1, 11_000, 'keep-alive');
    expect(broken).toEqual([]);
    ledger.gone(2, 18_999, 'look');
    expect(broken).toEqual(['lease-lifetime']);
  });

  it('promise nothing once a revocation was asked for', () => {
    const { broken, ledger } = ledgerOf();
    ledger.granted(1, 14, 1_000);
    ledger.revoking(1);
    ledger.gone(1, 1_100, 'keep-alive');
    expect(broken).toEqual([]);
  });
});
