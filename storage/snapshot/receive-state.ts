/** Builds a state database from a snapshot's chunks, and checks that it is what its sender had. */

import type { BatchOperation, DiskDatabase } from '../../platform/index.js';
import type { SnapshotMetadata } from '../../raft/index.js';
import { bytesOf, textOf } from '../bytes.js';
import { checkRecord } from '../mvcc/check-record.js';
import { META_KEY, ORIGIN_KEY } from '../mvcc/key-space.js';
import { RecordSum } from '../mvcc/record-sum.js';
import { decodeMeta, encodeOrigin, type MetaRecord, recordSalt } from '../mvcc/records.js';
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
  const sum = new RecordSum(salt);
  let meta: MetaRecord | undefined;
  let batch: BatchOperation[] = [];
  let bytes = 0;
  for await (const { key, value } of decodeChunks(chunks)) {
    const name = textOf(key);
    if (name === META_KEY) meta = decodeMeta(META_KEY, value);
    // What the sum does not cover is checked too: a damaged history would spread with the snapshot.
    else if (sum.add(name, value).kind === 'other') checkRecord(salt, name, value);
    batch.push({ type: 'put', key, value });
    bytes += key.length + value.length;
    if (bytes < BATCH_BYTES) continue;
    // A later sync does not save an earlier batch across a log-file switch (platform/disk.ts).
    await database.batch(batch, { sync: true });
    batch = [];
    bytes = 0;
  }
  if (meta === undefined) throw new DamagedRecordError('snapshot without a meta record');
  if (meta.appliedIndex !== metadata.index || meta.appliedTerm !== metadata.term) {
    throw new DamagedRecordError(`snapshot of index ${meta.appliedIndex}, not of ${metadata.index}`);
  }
  if (!sum.matches(meta)) throw new DamagedRecordError('snapshot does not match its state hash');
  batch.push({
    type: 'put',
    key: bytesOf(ORIGIN_KEY),
    value: encodeOrigin(ORIGIN_KEY, metadata.index),
  });
  await database.batch(batch, { sync: true });
}
