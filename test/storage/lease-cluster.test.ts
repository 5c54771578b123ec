import { afterEach, describe, expect, it } from 'vitest';
import { type FaultyClock, type Random, seededRandom, withClockFaults } from '../../platform/index.js';
import type { CallContext, LeaseState, MemberStore, Outcome } from '../../storage/index.js';
import { during } from './support/during.js';
import { FaultyCluster, memberIds } from './support/faulty-cluster.js';
import { bytes } from './support/single-member-store.js';

const SECOND = 1000;
const context: CallContext = { caller: 'test', timeoutMilliseconds: 3 * SECOND };

function done<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

describe('a lease in a cluster', () => {
  let cluster: FaultyCluster;

  afterEach(() => during(cluster.clock, cluster.stop()));

  const now = (): number => cluster.clock.monotonicMilliseconds();

  async function leader(except?: number): Promise<number> {
    for (;;) {
      const found = memberIds.find(
        (id) => id !== except && cluster.member(id)?.raft.status().role === 'leader',
      );
      if (found !== undefined) return found;
      await cluster.clock.advance(10);
    }
  }

  const store = (id: number): MemberStore['store'] => cluster.member(id)!.store;

  async function leaseWithKey(at: number, ttlSeconds: number): Promise<void> {
    const call = async (): Promise<void> => {
      done(await store(at).leaseGrant({ id: 7, ttlSeconds }, context));
      const then = [{ type: 'put', key: bytes('k'), value: bytes('v'), lease: 7 }] as const;
      done(await store(at).txn({ compare: [], then, else: [] }, context));
    };
    await during(cluster.clock, call());
  }

  const timeToLive = (at: number): Promise<Outcome<LeaseState>> =>
    during(cluster.clock, store(at).leaseTimeToLive({ id: 7, keys: true }, context));

  async function isThere(at: number): Promise<boolean> {
    const outcome = await timeToLive(at);
    if (outcome.kind === 'refused' && outcome.refusal.reason === 'lease-not-found') return false;
    return done(outcome) !== undefined;
  }

  async function start(clockOf?: ConstructorParameters<typeof FaultyCluster>[1]): Promise<void> {
    cluster = new FaultyCluster(1, clockOf);
    await during(cluster.clock, cluster.start());
  }

  it('keeps through a change of leader the time that it had left, but for the part that is stated', async () => {
    await start();
    const old = await leader();
    await leaseWithKey(old, 60);
    const granted = now();
    await cluster.clock.advance(30 * SECOND);
    cluster.network.isolate(old, memberIds);
    const next = await leader(old);
    const { remainingTtlSeconds, keys } = done(await timeToLive(next));
    const left = 60 - (now() - granted) / SECOND;
    expect(keys).toHaveLength(1);
    expect(remainingTtlSeconds).toBeGreaterThanOrEqual(Math.floor(left));
    // A tenth of what was left, the second between two looks, and the election.
    expect(remainingTtlSeconds).toBeLessThanOrEqual(left + 3.5 + 1 + 1);
    await cluster.clock.advance(granted + 60 * SECOND - now() - 100);
    expect(await isThere(next)).toBe(true);
    await cluster.clock.advance(8 * SECOND);
    expect(await isThere(next)).toBe(false);
  });

  it('tells the same time on every member', async () => {
    await start();
    await leaseWithKey(await leader(), 600);
    await cluster.clock.advance(45_500);
    for (const id of memberIds) {
      expect(done(await timeToLive(id)).remainingTtlSeconds).toBeGreaterThanOrEqual(553);
      expect(done(await timeToLive(id)).remainingTtlSeconds).toBeLessThanOrEqual(554);
    }
  });

  it('loses no time while the cluster has no leader', async () => {
    await start();
    await leaseWithKey(await leader(), 60);
    for (const id of memberIds) cluster.network.isolate(id, memberIds);
    await cluster.clock.advance(300 * SECOND);
    cluster.network.cut.clear();
    await cluster.clock.advance(2 * SECOND);
    expect(done(await timeToLive(await leader())).remainingTtlSeconds).toBeGreaterThan(50);
  });

  it('is not ended by a clock that is set ahead, nor prolonged by one that is set back', async () => {
    const clocks = new Map<number, FaultyClock>();
    await start((id, trueTime) => {
      const clock = withClockFaults(trueTime);
      clocks.set(id, clock);
      return clock;
    });
    const first = await leader();
    await leaseWithKey(first, 60);
    const granted = now();
    clocks.get(first)!.setClockFault({ offsetMilliseconds: 3600 * SECOND });
    await cluster.clock.advance(20 * SECOND);
    expect(done(await timeToLive(first)).remainingTtlSeconds).toBeGreaterThanOrEqual(39);
    cluster.network.isolate(first, memberIds);
    const second = await leader(first);
    clocks.get(second)!.setClockFault({ offsetMilliseconds: -3600 * SECOND });
    await cluster.clock.advance(granted + 59 * SECOND - now());
    expect(await isThere(second)).toBe(true);
    await cluster.clock.advance(9 * SECOND);
    expect(await isThere(second)).toBe(false);
  });
});

const LIFE_MILLISECONDS = 12 * SECOND;

/** What a client knows of a lease of its own: it has been told that it lives at least until then. */
interface Held {
  readonly id: number;
  readonly ttlSeconds: number;
  livesUntilMilliseconds: number;
}

/** Grants, keeps alive and looks; throws when a lease is gone that may not be. Returns how often it was told that one lives. */
async function client(cluster: FaultyCluster, random: Random, isOver: () => boolean): Promise<number> {
  let acknowledged = 0;
  let held: Held | undefined;
  const now = (): number => cluster.clock.monotonicMilliseconds();
  while (!isOver()) {
    const began = now();
    const member = cluster.member(memberIds[random.integer(0, memberIds.length)]!);
    const call = { caller: 'client', timeoutMilliseconds: 800 };
    if (held === undefined) {
      const granted = await member?.store.leaseGrant({ ttlSeconds: random.integer(1, 5) }, call);
      if (granted?.kind === 'done') {
        const { id, ttlSeconds } = granted.value;
        held = { id, ttlSeconds, livesUntilMilliseconds: began + ttlSeconds * SECOND };
        acknowledged += 1;
      }
    } else {
      const keepsAlive = random.float() < 0.4;
      const { id } = held;
      const outcome = keepsAlive
        ? await member?.store.leaseKeepAlive(id, call)
        : await member?.store.leaseTimeToLive({ id, keys: false }, call);
      if (outcome?.kind === 'done' && keepsAlive) {
        held.livesUntilMilliseconds = Math.max(held.livesUntilMilliseconds, began + held.ttlSeconds * SECOND);
        acknowledged += 1;
      }
      if (outcome?.kind === 'refused' && outcome.refusal.reason === 'lease-not-found') {
        if (now() < held.livesUntilMilliseconds)
          throw new Error(`lease ${id} was gone at ${now()}, and lives until ${held.livesUntilMilliseconds}`);
        held = undefined;
      }
    }
    await cluster.wait(random.integer(0, 400));
  }
  return acknowledged;
}

describe('leases under crashes, partitions and lost disks', () => {
  it.each([1, 2, 3])('live as long as was acknowledged, and all end (seed %i)', async (seed) => {
    const cluster = new FaultyCluster(seed);
    const random = seededRandom(seed);
    let over = false;
    const life = async (): Promise<readonly number[]> => {
      await cluster.start();
      const clients = [1, 2, 3, 4].map((number) =>
        client(cluster, seededRandom(seed * 100 + number), () => over),
      );
      while (cluster.clock.monotonicMilliseconds() < LIFE_MILLISECONDS) {
        await cluster.wait(random.integer(200, 1500));
        await cluster.fault(random);
      }
      over = true;
      const acknowledged = await Promise.all(clients);
      await cluster.converged(10 * SECOND);
      await cluster.wait(15 * SECOND);
      for (const id of memberIds) expect(done(await cluster.member(id)!.store.leases(context))).toEqual([]);
      await cluster.converged(10 * SECOND);
      await cluster.stop();
      return acknowledged;
    };
    const acknowledged = await during(cluster.clock, life());
    expect(acknowledged.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(20);
    expect(cluster.counts.crashes + cluster.counts.isolations).toBeGreaterThan(0);
  });
});
