import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../platform/index.js';
import { FaultyCluster, memberIds } from './support/faulty-cluster.js';
import { bytes, text } from './support/single-member-store.js';

const LIFE_MILLISECONDS = 4_000;
const RANGE = { key: bytes('k'), end: bytes('l') };

interface Write {
  readonly key: string;
  readonly value: string;
}

/** What clients were told, and what it contradicts. */
class History {
  readonly #cluster: FaultyCluster;
  readonly #random: Random;
  readonly acknowledged = new Map<number, Write>();
  readonly refused = new Set<string>();
  readonly seen = new Map<number, Map<number, string>>();
  readonly problems: string[] = [];
  over = false;
  /** Watchers end when they are complete up to here. */
  lastRevision: number | undefined;
  #values = 0;
  #highestAcknowledged = 0;

  constructor(cluster: FaultyCluster, random: Random) {
    this.#cluster = cluster;
    this.#random = random;
  }

  #anyMember(): { readonly id: number; readonly member: ReturnType<FaultyCluster['member']> } {
    const id = memberIds[this.#random.integer(0, memberIds.length)]!;
    return { id, member: this.#cluster.member(id) };
  }

  async write(writer: number): Promise<void> {
    while (!this.over) {
      const { member } = this.#anyMember();
      this.#values += 1;
      const key = `k${writer}-${this.#random.integer(0, 4)}`;
      const value = `${this.#values} ${'.'.repeat(this.#random.integer(0, 400))}`;
      const outcome = await member?.store.txn(
        { compare: [], then: [{ type: 'put', key: bytes(key), value: bytes(value) }], else: [] },
        { caller: 'writer', timeoutMilliseconds: 1_000 },
      );
      if (outcome?.kind === 'done') this.#acknowledge(outcome.value.revision, { key, value });
      else if (outcome?.kind === 'refused') this.refused.add(value);
      await this.#cluster.wait(this.#random.integer(0, outcome?.kind === 'done' ? 3 : 8));
    }
  }

  #acknowledge(revision: number, write: Write): void {
    if (this.acknowledged.has(revision)) this.problems.push(`revision ${revision} was given twice`);
    this.acknowledged.set(revision, write);
    this.#highestAcknowledged = Math.max(this.#highestAcknowledged, revision);
  }

  async read(): Promise<void> {
    while (!this.over) {
      const { id, member } = this.#anyMember();
      const before = this.#highestAcknowledged;
      const outcome = await member?.store.range(
        { ...RANGE, consistency: 'linearizable' },
        { caller: 'reader', timeoutMilliseconds: 500 },
      );
      if (outcome?.kind === 'done') {
        const { revision, items } = outcome.value;
        if (revision < before) this.problems.push(`m${id} read ${revision} after ${before}`);
        const found = new Map(items.map((item) => [text(item.key), item.modRevision]));
        for (const [acknowledged, { key }] of this.acknowledged) {
          if (acknowledged <= before && (found.get(key) ?? 0) < acknowledged)
            this.problems.push(`m${id} read ${key} without ${acknowledged}`);
        }
        for (const modRevision of found.values())
          if (modRevision > revision) this.problems.push(`m${id} read an item newer than its list`);
      }
      await this.#cluster.wait(this.#random.integer(1, 10));
    }
  }

  /** From the first revision to the last, beginning again where it stands whenever the watch ends. */
  async watch(id: number): Promise<void> {
    const mine = new Map<number, string>();
    this.seen.set(id, mine);
    let complete = 1;
    while (this.lastRevision === undefined || complete < this.lastRevision) {
      const watch = this.#cluster.member(id)?.store.watch({ ...RANGE, startRevision: complete + 1 });
      for (;;) {
        const step = await watch?.next();
        if (step === undefined || step.kind === 'end') break;
        for (const { item } of step.events) {
          if (item.modRevision <= complete)
            this.problems.push(`the watch of m${id} went back to ${item.modRevision} from ${complete}`);
          complete = item.modRevision;
          mine.set(complete, text(item.value));
        }
        if (step.completeRevision < complete)
          this.problems.push(
            `the watch of m${id} is complete up to ${step.completeRevision}, not ${complete}`,
          );
        complete = step.completeRevision;
        if (this.lastRevision !== undefined && complete >= this.lastRevision) watch?.cancel();
      }
      await this.#cluster.wait(2);
    }
  }

  /** After all watchers have ended. */
  judge(): readonly string[] {
    for (const [id, mine] of this.seen) {
      for (const [revision, { key, value }] of this.acknowledged)
        if (mine.get(revision) !== value) this.problems.push(`m${id} lacks ${key} of ${revision}`);
      const values = new Set(mine.values());
      if (values.size !== mine.size) this.problems.push(`m${id} saw a write applied twice`);
      for (const value of this.refused)
        if (values.has(value)) this.problems.push(`m${id} saw the refused write ${value}`);
    }
    return this.problems;
  }
}

async function live(cluster: FaultyCluster, history: History, random: Random): Promise<void> {
  await cluster.start();
  const clients = [1, 2, 3, 4].map((writer) => history.write(writer));
  clients.push(history.read(), history.read());
  const watchers = memberIds.map((id) => history.watch(id));
  const { clock } = cluster;
  while (clock.monotonicMilliseconds() < LIFE_MILLISECONDS) {
    await cluster.wait(random.integer(50, 300));
    await cluster.fault(random);
  }
  await cluster.wait(300);
  history.over = true;
  await Promise.all(clients);
  await cluster.converged(20_000);
  history.lastRevision = (await cluster.member(1)!.store.status()).revision;
  await Promise.all(watchers);
  await cluster.stop();
}

/** Seeds to replay or to add, as `KUORUM_SEEDS=FIRST:COUNT`. */
function seeds(): readonly number[] {
  const [first = 1, count = 5] = (process.env['KUORUM_SEEDS'] ?? '').split(':').filter(Boolean).map(Number);
  return Array.from({ length: count }, (_, n) => first + n);
}

describe('three members under crashes, partitions and disks that lose what they promised', () => {
  it.each(seeds())(
    'keep what they acknowledged, read what is true, and show every watcher each revision once (seed %i)',
    async (seed) => {
      const cluster = new FaultyCluster(seed);
      const random = seededRandom(seed);
      const history = new History(cluster, random);
      let over = false;
      const life = live(cluster, history, random).finally(() => {
        over = true;
      });
      // Awaited below, once time has stopped.
      life.catch(() => undefined);
      while (!over && cluster.clock.monotonicMilliseconds() < 20 * LIFE_MILLISECONDS)
        await cluster.clock.advance(5);
      expect(over, `seed ${seed} ends`).toBe(true);
      await life;
      expect(history.judge(), `seed ${seed}`).toEqual([]);
      expect(history.acknowledged.size, `seed ${seed}`).toBeGreaterThan(100);
      expect(cluster.counts.crashes, `seed ${seed}`).toBeGreaterThan(0);
    },
    120_000,
  );
});
