/** DIR as a stopped cluster of three left it, with real databases, and members that are not equally far. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClusterFile, clusterFileFormat, writeClusterFile } from '../../../cluster/cluster-file.js';
import { memberFolder } from '../../../cluster/folder-layout.js';
import { levelDbDisk, silentLogger, systemClock, systemRandom } from '../../../platform/index.js';
import { formatMemberFolder, type MemberStore, openMemberStore } from '../../../storage/index.js';
import { createSingleMemberRaft, nowhereTransport } from '../../storage/support/fake-raft.js';

export const clusterId = 'c1';
const names = ['m1', 'm2', 'm3'];

const context = { caller: 'test', timeoutMilliseconds: 5000 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

export const clusterFile: ClusterFile = {
  format: clusterFileFormat,
  version: '0.1.0',
  name: 'kuorum',
  clusterId,
  phase: 'formed',
  faults: true,
  supervisorPid: null,
  frontDoorPort: 16_443,
  members: names.map((name, index) => ({
    name,
    id: index + 1,
    pid: null,
    apiPort: 20_000 + index,
    clientPort: null,
    peerPort: 21_000 + index,
    role: 'voter',
    priority: 0,
    joining: false,
  })),
  former: [],
};

/** A member by itself: what it writes is in its log and its state, as if it had been told to. */
export async function openAlone(folder: string): Promise<MemberStore> {
  return openMemberStore({
    disk: levelDbDisk(folder),
    transport: nowhereTransport,
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
    createRaftNode: createSingleMemberRaft,
    automaticCompaction: false,
  });
}

export async function putAlone(member: MemberStore, key: string, value: string): Promise<number> {
  const outcome = await member.store.txn(
    { compare: [], then: [{ type: 'put', key: bytes(key), value: bytes(value) }], else: [] },
    context,
  );
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.value.revision;
}

export async function readAlone(
  folder: string,
): Promise<{ readonly keys: Record<string, string>; revision: number }> {
  const member = await openAlone(folder);
  const outcome = await member.store.range(
    { key: bytes(''), end: new Uint8Array(0), consistency: 'linearizable' },
    context,
  );
  await member.close();
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  const keys = Object.fromEntries(outcome.value.items.map((item) => [text(item.key), text(item.value)]));
  return { keys, revision: outcome.value.revision };
}

/** Formats a member of the cluster in `folder` and writes as many keys as it is said to have. */
export async function makeMember(
  folder: string,
  name: string,
  keys: number,
  cluster = clusterId,
): Promise<void> {
  const disk = levelDbDisk(folder);
  await formatMemberFolder(
    disk,
    { clusterId: cluster, memberId: names.indexOf(name) + 1, name },
    {
      voters: [1, 2, 3],
      votersOutgoing: [],
      learners: [],
      members: names.map((each, index) => ({ id: index + 1, name: each, peerAddress: '127.0.0.1:0' })),
    },
  );
  await disk.close?.();
  const member = await openAlone(folder);
  for (let number = 1; number <= keys; number += 1)
    await putAlone(member, `/key/${number}`, `value ${number}`);
  await member.close();
}

/** `keys`: how many each member that is left has. */
export async function lostCluster(
  dataDir: string,
  keys: Readonly<Partial<Record<'m1' | 'm2' | 'm3', number>>>,
): Promise<void> {
  await writeClusterFile(dataDir, clusterFile);
  for (const [name, count] of Object.entries(keys))
    await makeMember(memberFolder(dataDir, name), name, count);
}

/** Every file below `folder` with what is in it. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    content[path.slice(folder.length)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return content;
}
