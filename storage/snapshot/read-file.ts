/**
 * Reads a snapshot file once, from its first byte to its last, and believes nothing of it: every chunk is held against
 * its digest, every record against its own, all of them against the state hash, and the whole file against the
 * SHA-256 at its end. Memory is a chunk and a record, however long the file is.
 */
import { equalBytes, textOf } from '../bytes.js';
import { DIGEST_BYTES, digest, startSha256 } from '../checksum.js';
import { checkRecord } from '../mvcc/check-record.js';
import { META_KEY } from '../mvcc/key-space.js';
import { type LogicalRecord, RecordSum } from '../mvcc/record-sum.js';
import { decodeMeta, type MetaRecord, recordSalt } from '../mvcc/records.js';
import { STATE_FORMAT_VERSION } from '../mvcc/state.js';
import { DamagedRecordError } from '../tuple.js';
import { decodeChunks, MAX_CHUNK_BYTES } from './chunks.js';
import {
  LENGTH_BYTES,
  MAGIC,
  MAX_HEADER_BYTES,
  PREAMBLE_BYTES,
  paddingBytes,
  SHA256_BYTES,
  SNAPSHOT_FORMAT_VERSION,
  SnapshotFileError,
  type SnapshotHeader,
  TRAILER_BYTES,
} from './file-format.js';

/** What a file that is whole and undamaged holds. */
export interface SnapshotContents {
  readonly header: SnapshotHeader;
  readonly formatVersion: number;
  /** Live keys. */
  readonly keys: number;
  readonly leases: number;
  /** With history, results of proposals and what else a state has. */
  readonly records: number;
  readonly chunks: number;
  readonly bytes: number;
  /** 64 hex digits: what the file ends with. */
  readonly sha256: string;
}

/** … and what a new state is made from. */
export interface CheckedSnapshot extends SnapshotContents {
  readonly meta: MetaRecord;
}

class FileReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #hash = startSha256();
  #rest: Buffer = Buffer.alloc(0);
  /** Of the next byte that is taken. */
  offset = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** false: the file ends before so many. */
  async #fill(count: number): Promise<boolean> {
    const gathered = [this.#rest];
    let length = this.#rest.length;
    let whole = true;
    while (length < count) {
      const next = await this.#pieces.next();
      if (next.done === true) {
        whole = false;
        break;
      }
      gathered.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength));
      length += next.value.byteLength;
    }
    if (gathered.length > 1) this.#rest = Buffer.concat(gathered);
    return whole;
  }

  /** Exactly so many bytes; `where` is for people. */
  async take(count: number, where: string): Promise<Buffer> {
    const bytes = await this.#takeUnhashed(count, where);
    this.#hash.add(bytes);
    return bytes;
  }

  async #takeUnhashed(count: number, where: string): Promise<Buffer> {
    if (!(await this.#fill(count))) {
      const end = this.offset + this.#rest.length;
      throw new SnapshotFileError('cut-short', `it is cut short: it ends at byte ${end}, within ${where}`);
    }
    const bytes = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    this.offset += count;
    return bytes;
  }

  /** The hash that ends the file. Throws when it is another, or when the file goes on. */
  async takeHash(): Promise<Buffer> {
    const stored = await this.#takeUnhashed(SHA256_BYTES, 'its hash');
    const computed = this.#hash.end();
    if (await this.#fill(1)) throw damaged(this.offset, 'it goes on after its end');
    if (!equalBytes(stored, computed)) {
      throw damaged(this.offset - SHA256_BYTES, 'the SHA-256 over everything does not match');
    }
    return stored;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}

function damaged(offset: number, what: string, cause?: unknown): SnapshotFileError {
  return new SnapshotFileError('damaged', `it is damaged at byte ${offset}: ${what}`, { cause });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';

function isHeader(value: unknown): value is SnapshotHeader {
  if (typeof value !== 'object' || value === null) return false;
  const header = value as Readonly<Record<string, unknown>>;
  return (
    isText(header.clusterId) &&
    isText(header.memberName) &&
    isText(header.stateHash) &&
    isCount(header.revision) &&
    isCount(header.compactRevision) &&
    isCount(header.appliedIndex) &&
    isCount(header.appliedTerm) &&
    typeof header.savedMilliseconds === 'number' &&
    Array.isArray(header.members)
  );
}

async function readHeader(reader: FileReader): Promise<SnapshotHeader> {
  const magic = await reader.take(MAGIC.length, 'its first words');
  if (!equalBytes(magic, MAGIC)) {
    throw new SnapshotFileError('not-a-snapshot', 'it is no snapshot of Kuorum: it begins otherwise');
  }
  const preamble = await reader.take(PREAMBLE_BYTES - MAGIC.length, 'its header');
  const version = preamble.readUInt32BE(0);
  if (version > SNAPSHOT_FORMAT_VERSION) throw newerFormat(version, SNAPSHOT_FORMAT_VERSION);
  const length = preamble.readUInt32BE(LENGTH_BYTES);
  if (version === 0 || length > MAX_HEADER_BYTES) throw damaged(MAGIC.length, 'the header');
  const json = await reader.take(length, 'its header');
  const stored = preamble.subarray(2 * LENGTH_BYTES);
  if (!equalBytes(stored, digest(preamble.subarray(0, 2 * LENGTH_BYTES), json))) {
    throw damaged(MAGIC.length, 'the header does not match its digest');
  }
  const header: unknown = JSON.parse(json.toString('utf8'));
  if (!isHeader(header)) throw damaged(PREAMBLE_BYTES, 'the header does not say what a header says');
  return header;
}

function newerFormat(version: number, known: number): SnapshotFileError {
  return new SnapshotFileError(
    'newer-format',
    `it has format ${version}, this version reads up to ${known}: use the newer version`,
  );
}

/** The chunks of the file, and where the newest of them stands. */
class ChunkReader {
  readonly #reader: FileReader;
  count = 0;
  /** Of the newest chunk's first byte. */
  offset = 0;

  constructor(reader: FileReader) {
    this.#reader = reader;
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    for (;;) {
      const where = `chunk ${this.count + 1}`;
      this.offset = this.#reader.offset;
      const length = (await this.#reader.take(LENGTH_BYTES, where)).readUInt32BE(0);
      if (length === 0) return;
      if (length < DIGEST_BYTES || length > MAX_CHUNK_BYTES)
        throw damaged(this.offset, `the length of ${where}`);
      const chunk = await this.#reader.take(length, where);
      this.count += 1;
      yield chunk;
    }
  }
}

/** After the 0 that ends the chunks. */
async function checkTrailer(reader: FileReader, chunks: number): Promise<void> {
  const before = reader.offset - LENGTH_BYTES;
  const { offset } = reader;
  const counts = await reader.take(TRAILER_BYTES - LENGTH_BYTES, 'its trailer');
  if (counts.readBigUInt64BE(0) !== BigInt(chunks) || counts.readBigUInt64BE(8) !== BigInt(before)) {
    throw damaged(offset, 'its trailer counts other chunks than there are');
  }
  const padding = await reader.take(paddingBytes(before), 'its trailer');
  if (padding.some((byte) => byte !== 0)) throw damaged(offset, 'its padding');
}

function checkMeta(header: SnapshotHeader, meta: MetaRecord, sum: RecordSum): void {
  const same =
    meta.revision === header.revision &&
    meta.compactRevision === header.compactRevision &&
    meta.appliedIndex === header.appliedIndex &&
    meta.appliedTerm === header.appliedTerm;
  if (!same) throw new DamagedRecordError('the header and the state do not say the same');
  // Both: the meta record says what the sum of the records is, the header what all of it together is.
  if (!sum.matches(meta) || sum.stateHash(meta) !== header.stateHash)
    throw new DamagedRecordError('the state does not match its state hash');
}

/**
 * `visit` gets every logical record before the end is known to be good: nobody relies on any of them until this
 * resolves. Throws `SnapshotFileError`, and what `pieces` and `visit` throw.
 */
export async function readSnapshotFile(
  pieces: AsyncIterable<Uint8Array>,
  visit: (record: LogicalRecord, header: SnapshotHeader) => Promise<void> | undefined = () => undefined,
): Promise<CheckedSnapshot> {
  const reader = new FileReader(pieces);
  try {
    const header = await readHeader(reader);
    const chunkReader = new ChunkReader(reader);
    const { meta, ...counts } = await readRecords(chunkReader, header, visit);
    await checkTrailer(reader, chunkReader.count);
    const sha256 = (await reader.takeHash()).toString('hex');
    const { offset: bytes } = reader;
    const { count: chunks } = chunkReader;
    return { header, formatVersion: SNAPSHOT_FORMAT_VERSION, ...counts, chunks, bytes, sha256, meta };
  } finally {
    await reader.close();
  }
}

interface ReadRecords {
  readonly meta: MetaRecord;
  readonly keys: number;
  readonly leases: number;
  readonly records: number;
}

async function readRecords(
  chunkReader: ChunkReader,
  header: SnapshotHeader,
  visit: (record: LogicalRecord, header: SnapshotHeader) => Promise<void> | undefined,
): Promise<ReadRecords> {
  const salt = recordSalt(header.clusterId);
  const sum = new RecordSum(salt);
  const counts = { key: 0, lease: 0, auth: 0, other: 0 };
  let meta: MetaRecord | undefined;
  try {
    for await (const { key, value } of decodeChunks(chunkReader.chunks())) {
      const name = textOf(key);
      if (name === META_KEY) meta = openMeta(value);
      const record = sum.add(name, value);
      counts[record.kind] += 1;
      if (record.kind === 'other') checkRecord(salt, name, value);
      else await visit(record, header);
    }
    if (meta === undefined) throw new DamagedRecordError('there is no meta record');
    checkMeta(header, meta, sum);
  } catch (error) {
    if (error instanceof DamagedRecordError) throw damaged(chunkReader.offset, error.message, error);
    throw error;
  }
  return {
    meta,
    keys: counts.key,
    leases: counts.lease,
    records: counts.key + counts.lease + counts.auth + counts.other,
  };
}

function openMeta(value: Uint8Array): MetaRecord {
  const meta = decodeMeta(META_KEY, value);
  if (meta.formatVersion > STATE_FORMAT_VERSION) throw newerFormat(meta.formatVersion, STATE_FORMAT_VERSION);
  return meta;
}
