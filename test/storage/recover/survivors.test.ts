import { describe, expect, it } from 'vitest';
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import { type Random, seededRandom, silentLogger, systemClock } from '../../../platform/index.js';
import {
  buildRecoveredFolder,
  type Candidate,
  chooseCandidate,
  countQuorum,
  examineMemberFolder,
  REVISION_RAISE,
} from '../../../storage/index.js';
import { copyDisk } from '../support/copy-disk.js';
import { FaultyCluster, memberIds } from '../support/faulty-cluster.js';
import { bytes, context, openTestStore, text } from '../support/single-member-store.js';

const LIFE_MILLISECONDS = 2_500;
const tools = { clock: systemClock(), logger: silentLogger };

interface Acknowledged {
  readonly revision: number;
  readonly value: string;
}

/** Writes until the power goes out; resolves with the newest acknowledged write of each key. */
async function write(
  cluster: FaultyCluster,
  random: Random,
  isOver: () => boolean,
  newest: Map<string, Acknowledged>,
): Promise<void> {
  for (let number = 1; !isOver(); number += 1) {
    const key = `k${random.integer(0, 12)}`;
    const value = `${number} ${random.integer(0, 1_000_000)}`;
    const outcome = await cluster
      .member(memberIds[random.integer(0, memberIds.length)]!)
      ?.store.txn(
        { compare: [], then: [{ type: 'put', key: bytes(key), value: bytes(value) }], else: [] },
        { caller: 'writer', timeoutMilliseconds: 1_000 },
      );
    if (outcome?.kind === 'done') {
      const { revision } = outcome.value;
      if (revision > (newest.get(key)?.revision ?? 0)) newest.set(key, { revision, value });
    }
    await cluster.wait(random.integer(0, 6));
  }
}

/** A life under faults that ends in the middle of everything. */
async function liveAndDie(
  seed: number,
): Promise<{ disks: ReadonlyMap<number, SimulatedDisk>; newest: ReadonlyMap<string, Acknowledged> }> {
  const cluster = new FaultyCluster(seed);
  const random = seededRandom(seed);
  const newest = new Map<string, Acknowledged>();
  let over = false;
  let done = false;
  const life = (async () => {
    await cluster.start();
    const writers = [1, 2, 3].map((writer) =>
      write(cluster, seededRandom(seed * 100 + writer), () => over, newest),
    );
    while (cluster.clock.monotonicMilliseconds() < LIFE_MILLISECONDS) {
      await cluster.wait(random.integer(50, 300));
      await cluster.fault(random);
    }
    await cluster.wait(random.integer(0, 500));
    over = true;
    const disks = await cluster.powerLoss();
    await Promise.all(writers);
    return disks;
  })().finally(() => {
    done = true;
  });
  life.catch(() => undefined);
  while (!done) await cluster.clock.advance(5);
  return { disks: await life, newest };
}

async function examined(disk: SimulatedDisk): Promise<{ copy: SimulatedDisk; candidate: Candidate }> {
  const copy = await copyDisk(disk);
  const examination = await examineMemberFolder(copy, tools);
  if (examination.kind === 'damaged') throw new Error(examination.reason);
  return { copy, candidate: examination.candidate };
}

/** What a cluster recovered from these folders holds: the value of each key, at the revision it had before. */
async function recovered(
  disks: readonly SimulatedDisk[],
): Promise<{ held: ReadonlyMap<string, Acknowledged>; chosen: Candidate; intactMajority: boolean }> {
  const folders = await Promise.all(disks.map(examined));
  const candidates = folders.map(({ candidate }) => candidate);
  const chosen = chooseCandidate(candidates);
  const folder = folders.find(({ candidate }) => candidate === chosen)!;
  const target = simulatedDisk({ random: seededRandom(1) });
  await buildRecoveredFolder({
    ...folder,
    target,
    clusterId: 'c2',
    member: { id: 9, name: 'm1', peerAddress: '127.0.0.1:0' },
    highestRevision: 0,
  });
  const store = await openTestStore({ disk: target, reopen: true });
  const outcome = await store.store.range(
    { key: bytes('k'), end: bytes('l'), consistency: 'linearizable' },
    context,
  );
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  await store.close();
  const held = new Map<string, Acknowledged>(
    outcome.value.items.map(({ key, value, modRevision }) => [
      text(key),
      {
        revision: modRevision > REVISION_RAISE ? modRevision - REVISION_RAISE : modRevision,
        value: text(value),
      },
    ]),
  );
  const sameEnd = candidates.filter(
    ({ end }) => end.index === chosen?.end.index && end.term === chosen.end.term,
  );
  expect(new Set(sameEnd.map(({ endStateHash }) => endStateHash)).size).toBe(1);
  const { majority } = countQuorum(folder.candidate.end.configuration, candidates);
  return { held, chosen: folder.candidate, intactMajority: majority };
}

/** Seeds to replay or to add, as `KUORUM_SEEDS=FIRST:COUNT`. */
function seeds(): readonly number[] {
  const [first = 1, count = 5] = (process.env['KUORUM_SEEDS'] ?? '').split(':').filter(Boolean).map(Number);
  return Array.from({ length: count }, (_, n) => first + n);
}

describe('a cluster recovered from what is left of three members', () => {
  it.each(seeds())(
    'holds everything that the folders it is given hold of what was acknowledged (seed %i)',
    async (seed) => {
      const { disks, newest } = await liveAndDie(seed);
      expect(newest.size, `seed ${seed}`).toBeGreaterThan(5);
      const lost = (held: ReadonlyMap<string, Acknowledged>, through: number): readonly string[] =>
        [...newest].flatMap(([key, { revision, value }]) => {
          const found = held.get(key);
          if (revision > through || (found?.revision ?? 0) > revision) return [];
          return found?.revision === revision && found.value === value ? [] : [`${key} of ${revision}`];
        });
      for (const id of memberIds) {
        const alone = await recovered([disks.get(id)!]);
        // A member alone knows of these that they were committed: they are there.
        expect(lost(alone.held, alone.chosen.committedRevision), `seed ${seed}, m${id}`).toEqual([]);
        const pair = await recovered(
          memberIds.filter((other) => other !== id).map((other) => disks.get(other)!),
        );
        // A majority of intact folders has everything that was ever acknowledged.
        const through = pair.intactMajority ? Number.MAX_SAFE_INTEGER : pair.chosen.committedRevision;
        expect(lost(pair.held, through), `seed ${seed}, all but m${id}`).toEqual([]);
      }
    },
    120_000,
  );
});
