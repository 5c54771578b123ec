/**
 * The log's witness: two small files, written in turn, that remember what the log has promised. LevelDB drops
 * a damaged record of its own log without a word, so loss has to be found by comparing with something else.
 *
 * A witness is written in parallel with its batch, so a crash can leave it one batch ahead of the log although
 * nothing was lost. That must not look like damage: after a power failure a majority would refuse to serve.
 * Hence a witness carries the operations of its batch, and the log is completed from them at start. A batch
 * too large for that is written before its witness: then a log behind its witness has certainly lost it.
 */

import type { BatchOperation, Disk } from '../../platform/index.js';
import type { LogIndex, MemberId, Term } from '../../raft/index.js';
import { equalBytes } from '../bytes.js';
import { DIGEST_BYTES, digest } from '../checksum.js';
import {
  bytesAt,
  DamagedRecordError,
  numberAt,
  packBehind,
  type Tuple,
  tupleAt,
  unpackTuple,
} from '../tuple.js';

/** Larger batches do not travel inside their witness. */
export const MAX_WITNESSED_BATCH_BYTES = 60 * 1024;

/** Files have a length that is a multiple of this, and never become shorter: few writes change a file's length. */
const SLOT_UNIT_BYTES = 4096;
const HEADER_BYTES = DIGEST_BYTES + 4;
const SLOTS = ['witness-a', 'witness-b'] as const;

export interface Witness {
  /** One more for each batch since birth. */
  readonly counter: number;
  readonly lastIndex: LogIndex;
  /** The checksum of the last entry. */
  readonly chain: Uint8Array;
  readonly term: Term;
  readonly votedFor: MemberId | undefined;
  /** The batch itself; undefined when it was written before its witness. */
  readonly operations: readonly BatchOperation[] | undefined;
}

function encode(witness: Witness): Uint8Array {
  const operations =
    witness.operations?.map(
      (operation): Tuple => (operation.type === 'put' ? [operation.key, operation.value] : [operation.key]),
    ) ?? null;
  const { counter, lastIndex, chain, term, votedFor } = witness;
  const tuple = [counter, lastIndex, chain, term, votedFor ?? null, operations];
  const { bytes, packedLength } = packBehind(HEADER_BYTES, tuple, SLOT_UNIT_BYTES);
  bytes.set(digest(bytes.subarray(HEADER_BYTES, HEADER_BYTES + packedLength)));
  new DataView(bytes.buffer).setUint32(DIGEST_BYTES, packedLength);
  return bytes;
}

function decodeOperation(value: unknown): BatchOperation {
  if (!Array.isArray(value)) throw new DamagedRecordError('witnessed operation');
  const tuple = value as Tuple;
  return tuple.length === 1
    ? { type: 'delete', key: bytesAt(tuple, 0) }
    : { type: 'put', key: bytesAt(tuple, 0), value: bytesAt(tuple, 1) };
}

/** undefined when the file is torn or damaged. */
function decode(file: Uint8Array): Witness | undefined {
  if (file.length < HEADER_BYTES) return undefined;
  const length = Buffer.from(file.buffer, file.byteOffset, file.byteLength).readUInt32BE(DIGEST_BYTES);
  const body = file.subarray(HEADER_BYTES, HEADER_BYTES + length);
  if (body.length !== length || !equalBytes(file.subarray(0, DIGEST_BYTES), digest(body))) return undefined;
  const tuple = unpackTuple(body);
  return {
    counter: numberAt(tuple, 0),
    lastIndex: numberAt(tuple, 1),
    chain: bytesAt(tuple, 2),
    term: numberAt(tuple, 3),
    votedFor: tuple[4] === null ? undefined : numberAt(tuple, 4),
    operations: tuple[5] === null ? undefined : tupleAt(tuple, 5).map(decodeOperation),
  };
}

/** Durable when resolved. */
export function writeWitness(disk: Disk, witness: Witness): Promise<void> {
  return disk.writeFile(SLOTS[witness.counter % 2 === 0 ? 0 : 1], encode(witness), { keepLength: true });
}

/** The newest readable witness; undefined when there is none. */
export async function readWitness(disk: Disk): Promise<Witness | undefined> {
  let newest: Witness | undefined;
  for (const slot of SLOTS) {
    const file = await disk.readFile(slot);
    const witness = file === undefined ? undefined : decode(file);
    if (witness !== undefined && (newest === undefined || witness.counter > newest.counter)) newest = witness;
  }
  return newest;
}
