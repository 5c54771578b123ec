import { describe, expect, it } from 'vitest';
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import { seededRandom } from '../../../platform/index.js';
import {
  buildRestoredFolders,
  type CheckedSnapshot,
  REVISION_RAISE,
  readMemberIdentity,
  readSnapshotFile,
  type Store,
} from '../../../storage/index.js';
import { bytes, context, openTestStore, text } from '../support/single-member-store.js';
import { fillWithEverything, piecesOf, put, saveSnapshot } from '../support/snapshot-files.js';

const ALL = { key: bytes(''), end: new Uint8Array(0) };

async function saved(): Promise<{ file: Buffer; snapshot: CheckedSnapshot; items: unknown }> {
  const member = await openTestStore();
  await fillWithEverything(member);
  const file = await saveSnapshot(member);
  const items = await itemsOf(member.store);
  await member.close();
  return { file, items, snapshot: await readSnapshotFile(piecesOf(file)) };
}

async function itemsOf(store: Store): Promise<unknown> {
  const outcome = await store.range({ ...ALL, consistency: 'linearizable' }, context);
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.value.items.map(({ key, value, ...rest }) => ({
    key: text(key),
    value: Buffer.from(value).toString('latin1'),
    ...rest,
  }));
}

const disks = (count: number): readonly SimulatedDisk[] =>
  Array.from({ length: count }, (_, index) => simulatedDisk({ random: seededRandom(index + 1) }));

const membersOn = (targets: readonly SimulatedDisk[]) =>
  targets.map((target, index) => ({ target, id: index + 1, name: `m${index + 1}` }));

describe('the folders made from a snapshot', () => {
  it('hold every key as it was, with its revisions and its lease, and nothing of the past', async () => {
    const { file, snapshot, items } = await saved();
    const [disk] = disks(1) as [SimulatedDisk];
    const revision = await buildRestoredFolders({
      snapshot,
      pieces: () => piecesOf(file),
      clusterId: 'another',
      members: membersOn([disk]),
    });
    expect(revision).toBe(snapshot.header.revision + REVISION_RAISE);
    const member = await openTestStore({ disk, reopen: true });
    expect(await itemsOf(member.store)).toEqual(items);
    expect(await member.store.status()).toMatchObject({ revision, compactRevision: revision });
    const lease = await member.store.leaseTimeToLive({ id: 7, keys: true }, context);
    if (lease.kind !== 'done') throw new Error(JSON.stringify(lease));
    expect(lease.value.grantedTtlSeconds).toBe(600);
    expect(lease.value.keys?.map(text)).toEqual(['leased']);
    for (const startRevision of [1, snapshot.header.revision, revision]) {
      const watch = member.store.watch({ ...ALL, startRevision });
      expect(await watch.next()).toEqual({
        kind: 'end',
        reason: { kind: 'compacted', compactRevision: revision },
      });
    }
    expect(await put(member, 'new', '1')).toBe(revision + 1);
    await member.close();
  });

  it('are the same state under each of several members, which all vote', async () => {
    const { file, snapshot } = await saved();
    const targets = disks(3);
    await buildRestoredFolders({
      snapshot,
      pieces: () => piecesOf(file),
      clusterId: 'another',
      members: membersOn(targets),
    });
    const hashes = new Set<string>();
    for (const [index, disk] of targets.entries()) {
      expect(await readMemberIdentity(disk)).toMatchObject({
        clusterId: 'another',
        memberId: index + 1,
        name: `m${index + 1}`,
      });
      const member = await openTestStore({ disk, reopen: true });
      const { members } = await member.admin.membership();
      expect(members.map(({ name, role }) => `${name} ${role}`)).toEqual([
        'm1 voter',
        'm2 voter',
        'm3 voter',
      ]);
      hashes.add((await readSnapshotFile(piecesOf(await saveSnapshot(member)))).meta.hash.toString());
      await member.close();
    }
    expect(hashes.size).toBe(1);
  });

  it('can be saved and restored again and again', async () => {
    const { items, ...first } = await saved();
    let { file, snapshot } = first;
    for (let round = 1; round <= 3; round += 1) {
      const [disk] = disks(1) as [SimulatedDisk];
      const revision = await buildRestoredFolders({
        snapshot,
        pieces: () => piecesOf(file),
        clusterId: `cluster ${round}`,
        members: membersOn([disk]),
      });
      const member = await openTestStore({ disk, reopen: true });
      expect(await itemsOf(member.store)).toEqual(items);
      file = await saveSnapshot(member);
      await member.close();
      snapshot = await readSnapshotFile(piecesOf(file));
      expect(snapshot.header).toMatchObject({ revision, clusterId: `cluster ${round}` });
    }
  });

  it('are not made from a file that is another one than was looked at', async () => {
    const { snapshot } = await saved();
    const other = await saved();
    const [disk] = disks(1) as [SimulatedDisk];
    await expect(
      buildRestoredFolders({
        snapshot,
        pieces: () => piecesOf(other.file),
        clusterId: 'another',
        members: membersOn([disk]),
      }),
    ).rejects.toThrow('it was changed while it was read');
    await expect(readMemberIdentity(disk)).rejects.toThrow('the data folder holds no member');
  });
});
