/**
 * Random transactions, reads and compactions, with stops and crashes between them, against a model that is too
 * plain to be wrong. KUORUM_SEED replays a run, KUORUM_RUNS makes more.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SimulatedDisk, simulatedDisk } from '../../chaos/index.js';
import { seededRandom } from '../../platform/index.js';
import type { Watch, WatchEvent } from '../../storage/index.js';
import { firstSteps, GRANTED_LEASE, type Step, step } from './support/arbitrary-requests.js';
import { KeySpaceModel } from './support/key-space-model.js';
import { modelled, plain, told } from './support/plain-answers.js';
import { context, openTestStore, type TestStore } from './support/single-member-store.js';

const seed = Number(process.env['KUORUM_SEED'] ?? 20_261_126);
const numRuns = Number(process.env['KUORUM_RUNS'] ?? 150);

const everything = { key: new Uint8Array(0), end: new Uint8Array(0) };

/** Events until the watcher is complete up to `revision`. */
async function collect(watch: Watch, revision: number): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for (;;) {
    const next = await watch.next();
    if (next.kind === 'end') throw new Error(`the watch ended: ${next.reason.kind}`);
    events.push(...next.events);
    if (next.completeRevision >= revision) return events;
  }
}

class Comparison {
  readonly #disk: SimulatedDisk;
  readonly #model = new KeySpaceModel();
  #member: TestStore | undefined;
  #live: Watch | undefined;
  /** The live watcher has been compared with the model up to here. */
  #seen = 1;

  constructor(diskSeed: number) {
    this.#disk = simulatedDisk({ random: seededRandom(diskSeed) });
  }

  async open(reopen: boolean): Promise<void> {
    this.#member = await openTestStore({ disk: this.#disk, reopen });
    this.#live = this.#store.watch({ ...everything, startRevision: this.#seen + 1, previousValues: true });
    if (reopen) return;
    this.#model.grantLease(GRANTED_LEASE);
    await this.#store.leaseGrant({ id: GRANTED_LEASE, ttlSeconds: 1000 }, context);
  }

  get #store(): TestStore['store'] {
    if (this.#member === undefined) throw new Error('not open');
    return this.#member.store;
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case 'txn': {
        const outcome = await this.#store.txn(next.request, context);
        expect(told(outcome)).toEqual(modelled(() => this.#model.txn(next.request)));
        return;
      }
      case 'range': {
        const outcome = await this.#store.range({ ...next.selection, consistency: 'linearizable' }, context);
        expect(told(outcome)).toEqual(modelled(() => this.#model.range(next.selection)));
        return;
      }
      case 'compact': {
        await this.#compareLive();
        const outcome = await this.#store.compact(next.revision, context);
        const { revision } = next;
        const expected = modelled(() => {
          this.#model.compact(revision);
          return { compactRevision: revision };
        });
        expect(told(outcome)).toEqual(expected);
        return;
      }
      case 'restart':
        await this.#compareLive();
        await this.#restart(next.crash);
    }
  }

  async #restart(crash: boolean): Promise<void> {
    if (crash) this.#disk.crash();
    await this.close();
    await this.open(true);
  }

  #eventsAfter(revision: number): readonly unknown[] {
    const later = this.#model.events.filter((event) => event.revision > revision);
    return later.map(({ revision: _revision, ...event }) => plain(event));
  }

  async #compareLive(): Promise<void> {
    const { revision } = this.#model;
    if (revision <= this.#seen || this.#live === undefined) return;
    expect(plain(await collect(this.#live, revision))).toEqual(this.#eventsAfter(this.#seen));
    this.#seen = revision;
  }

  /** Live events, all that history still has, and the key space at every revision that can be read. */
  async compareEverything(): Promise<void> {
    await this.#compareLive();
    const { revision, compactRevision } = this.#model;
    const expected = this.#eventsAfter(compactRevision);
    if (expected.length > 0) {
      const from = this.#store.watch({
        ...everything,
        startRevision: compactRevision + 1,
        previousValues: true,
      });
      expect(plain(await collect(from, revision))).toEqual(expected);
      from.cancel();
    }
    for (let at = Math.max(1, compactRevision); at <= revision; at += 1)
      await this.take({ kind: 'range', selection: { ...everything, revision: at, count: true } });
  }

  async close(): Promise<void> {
    await this.#member?.close();
  }
}

describe('the key space', () => {
  it(`answers as etcd promises, whatever is asked of it (KUORUM_SEED=${seed})`, {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
        fc.nat(),
        async (steps, diskSeed) => {
          const comparison = new Comparison(diskSeed);
          await comparison.open(false);
          try {
            for (const next of [...firstSteps, ...steps]) await comparison.take(next);
            await comparison.compareEverything();
          } finally {
            await comparison.close();
          }
        },
      ),
      { seed, numRuns },
    );
  });
});
