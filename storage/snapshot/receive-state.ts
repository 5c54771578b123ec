/** Builds a state database from a snapshot's chunks, and checks that it is what its sender had. */

import type { BatchOperation, DiskDatabase } from '../../platform/index.js';
import type { SnapshotMetadata } from '../../raft/index.js';
import { bytesOf, equalBytes, textOf } from '../bytes.js';
import { keyOfHead, META_KEY } from '../mvcc/key-space.js';
import { decodeLease, decodeMeta, decodeVersion, type MetaRecord, recordSalt } from '../mvcc/records.js';
import { StateHash } from '../mvcc/state-hash.js';
import { DamagedRecordError } from '../tuple.js';
import { decodeChunks } from './chunks.js';

const BATCH_BYTES = 1024 * 1024;

/** Throws `DamagedRecordError` when the stream is not a whole, undamaged state at `metadata`. */
export async function receiveState(
  database: DiskDatabase,
  metadata: SnapshotMetadata,
  clusterId: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const salt = recordSalt(clusterId);
  const hash = new StateHash();
  let meta: MetaRecord | undefined;
  let batch: BatchOperation[] = [];
  let bytes = 0;
  for await (const { key, value } of decodeChunks(chunks)) {
    const name = textOf(key);
    if (name === META_KEY) {
      meta = decodeMeta(META_KEY, value);
    } else if (name.startsWith('k')) {
      // Also proves the sender's salt, that is its cluster, to be ours.
      decodeVersion(salt, bytesOf(keyOfHead(name)), value);
      hash.add(value);
    } else if (name.startsWith('l')) {
      decodeLease(salt, value);
      hash.add(value);
    }
    batch.push({ type: 'put', key, value });
    bytes += key.length + value.length;
    if (bytes < BATCH_BYTES) continue;
    await database.batch(batch, { sync: false });
    batch = [];
    bytes = 0;
  }
  if (meta === undefined) throw new DamagedRecordError('snapshot without a meta record');
  if (meta.appliedIndex !== metadata.index || meta.appliedTerm !== metadata.term) {
    throw new DamagedRecordError(`snapshot of index ${meta.appliedIndex}, not of ${metadata.index}`);
  }
  if (!equalBytes(meta.hash, hash.bytes()))
    throw new DamagedRecordError('snapshot does not match its state hash');
  await database.batch(batch, { sync: true });
}
