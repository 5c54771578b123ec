/**
 * A member alone in its cluster, with the house's own Raft on real LevelDB files, and what it must answer: for tests
 * that damage its closed folder behind its back and then ask whether anything it says is wrong.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  levelDbDisk,
  seededRandom,
  silentLogger,
  systemClock,
  systemRandom,
} from '../../../../platform/index.js';
import {
  type CallContext,
  formatMemberFolder,
  type KeyValue,
  type MemberStore,
  type MemberStoreOptions,
  type Outcome,
  openMemberStore,
  type RangeResult,
} from '../../../../storage/index.js';
import { nowhereTransport } from '../../support/fake-raft.js';
import { bytes, singleConfiguration, testClusterId, text } from '../../support/single-member-store.js';

export const patient = { caller: 'test', timeoutMilliseconds: 20_000 };
/** For a member that may never answer: one that has lost a part of its log has no leader, and never will. */
export const hasty = { caller: 'test', timeoutMilliseconds: 1_000 };

export async function temporaryFolder(): Promise<{
  readonly path: string;
  readonly remove: () => Promise<void>;
}> {
  const path = await mkdtemp(join(tmpdir(), 'kuorum-real-files-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export async function openRealMember(
  folder: string,
  options: Partial<MemberStoreOptions> = {},
): Promise<MemberStore> {
  return openMemberStore({
    disk: levelDbDisk(folder),
    transport: nowhereTransport,
    clock: systemClock(),
    // A seed would give a member the sessions of its earlier lives, which a blank state does not know to avoid.
    random: systemRandom(),
    logger: silentLogger,
    electionTimeoutMilliseconds: 100,
    heartbeatMilliseconds: 20,
    tickMilliseconds: 5,
    automaticCompaction: false,
    scrub: false,
    ...options,
  });
}

export async function formatRealMember(
  folder: string,
  identity: { readonly clusterId?: string; readonly memberId?: number } = {},
): Promise<void> {
  const disk = levelDbDisk(folder);
  await formatMemberFolder(
    disk,
    { clusterId: testClusterId, memberId: 1, name: 'm1', ...identity },
    singleConfiguration,
  );
  await disk.close?.();
}

function must<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

export async function put(member: MemberStore, key: string, value: string): Promise<void> {
  const operation = { type: 'put', key: bytes(key), value: bytes(value) } as const;
  must(await member.store.txn({ compare: [], then: [operation], else: [] }, patient));
}

async function remove(member: MemberStore, key: string): Promise<void> {
  must(
    await member.store.txn({ compare: [], then: [{ type: 'delete', key: bytes(key) }], else: [] }, patient),
  );
}

/** The key space as of some revisions, as a member that nobody has damaged told it. */
export interface Truth {
  readonly newestRevision: number;
  readonly atRevision: ReadonlyMap<number, ReadonlyMap<string, string>>;
}

const everything = { key: bytes(''), end: bytes('') };

const readable = ({ value, createRevision, modRevision, version }: KeyValue): string =>
  JSON.stringify([text(value), createRevision, modRevision, version]);

function contents(result: RangeResult): ReadonlyMap<string, string> {
  return new Map(result.items.map((item) => [text(item.key), readable(item)]));
}

/**
 * Some of the keys in tables, some in LevelDB's own log; some overwritten, some deleted. What is put is not
 * compressible, so that there are many blocks.
 */
export async function fill(member: MemberStore, seed: number): Promise<Truth> {
  const random = seededRandom(seed);
  const value = (): string => Buffer.from(random.bytes(150)).toString('base64');
  const name = (index: number): string =>
    `/registry/configmaps/default/name-${String(index).padStart(4, '0')}`;
  const keys = Array.from({ length: 120 }, (_, index) => name(index));
  for (const key of keys) await put(member, key, value());
  for (const key of keys.filter((_, index) => index % 3 === 0)) await put(member, key, value());
  for (const key of keys.filter((_, index) => index % 10 === 0)) await remove(member, key);
  must(await member.admin.defragment(patient));
  for (const key of keys.filter((_, index) => index % 4 === 0)) await put(member, key, value());
  for (let index = 200; index < 240; index += 1) await put(member, name(index), value());
  return truthOf(member);
}

export async function truthOf(member: MemberStore): Promise<Truth> {
  const latest = must(await member.store.range({ ...everything, consistency: 'linearizable' }, patient));
  const atRevision = new Map([[latest.revision, contents(latest)]]);
  for (let revision = 20; revision < latest.revision; revision += 37) {
    const then = must(
      await member.store.range({ ...everything, revision, consistency: 'linearizable' }, patient),
    );
    atRevision.set(revision, contents(then));
  }
  return { newestRevision: latest.revision, atRevision };
}

export function copyFolder(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true });
}

/** What a member said that is not so; empty: all it answered was right. */
export interface Verdict {
  readonly wrong: readonly string[];
  readonly right: number;
  readonly refused: readonly string[];
}

function difference(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): string | undefined {
  for (const [key, value] of expected) {
    if (found.get(key) === undefined) return `${key} is missing`;
    if (found.get(key) !== value) return `${key} is ${found.get(key)}, not ${value}`;
  }
  for (const key of found.keys()) if (!expected.has(key)) return `${key} is there and should not be`;
  return undefined;
}

/** Each key by itself, now and then, and all of them together, at every revision that the truth tells of. */
export async function judge(
  member: MemberStore,
  truth: Truth,
  consistency: 'local' | 'linearizable',
  context: CallContext = hasty,
): Promise<Verdict> {
  const wrong: string[] = [];
  let right = 0;
  const refused: string[] = [];
  const look = async (
    what: string,
    selection: { readonly key: Uint8Array; readonly end?: Uint8Array; readonly revision: number },
    expected: ReadonlyMap<string, string>,
  ): Promise<void> => {
    const outcome = await member.store.range({ ...selection, consistency }, context);
    if (outcome.kind !== 'done') {
      refused.push(`${what} at ${selection.revision}: ${JSON.stringify(outcome)}`);
      return;
    }
    const { items, revision } = outcome.value;
    const differs =
      revision === truth.newestRevision
        ? difference(expected, contents({ ...outcome.value, items }))
        : `the newest revision is ${revision}, not ${truth.newestRevision}`;
    if (differs === undefined) right += 1;
    else wrong.push(`${what} at ${selection.revision}: ${differs}`);
  };
  for (const [revision, expected] of truth.atRevision) {
    const newest = revision === truth.newestRevision;
    const asked = newest ? 0 : revision;
    for (const [key, value] of newest ? expected : [...expected].slice(0, 10)) {
      await look(key, { key: bytes(key), revision: asked }, new Map([[key, value]]));
    }
    await look('everything', { ...everything, revision: asked }, expected);
  }
  return { wrong, right, refused };
}
