/** Snapshot files in memory, for tests that read, cut and break them. */
import { snapshotBytes } from '../../../storage/index.js';
import { bytes, context, type TestStore } from './single-member-store.js';

/** Pieces of the given length, as a disk or a network would deliver them. */
export async function* piecesOf(file: Uint8Array, pieceBytes = 64 * 1024): AsyncIterable<Uint8Array> {
  for (let at = 0; at < file.length; at += pieceBytes) yield file.subarray(at, at + pieceBytes);
}

export async function saveSnapshot(member: Pick<TestStore, 'admin'>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of snapshotBytes(member.admin.snapshot())) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function put(
  member: Pick<TestStore, 'store'>,
  key: string,
  value: string | Uint8Array,
  lease = 0,
) {
  const stored = typeof value === 'string' ? bytes(value) : value;
  const outcome = await member.store.txn(
    { compare: [], then: [{ type: 'put', key: bytes(key), value: stored, lease }], else: [] },
    context,
  );
  if (outcome.kind !== 'done') throw new Error(`not written: ${JSON.stringify(outcome)}`);
  return outcome.value.revision;
}

/** Live keys, deleted ones, history, a lease with a key, and values that span chunks. */
export async function fillWithEverything(member: Pick<TestStore, 'store'>): Promise<void> {
  await member.store.leaseGrant({ id: 7, ttlSeconds: 600 }, context);
  for (let index = 0; index < 40; index += 1) await put(member, `key-${index % 15}`, `value ${index}`);
  await put(member, 'leased', 'x', 7);
  await put(member, 'large', new Uint8Array(700_000).fill(3));
  await member.store.txn({ compare: [], then: [{ type: 'delete', key: bytes('key-3') }], else: [] }, context);
  await member.store.compact(5, context);
}
