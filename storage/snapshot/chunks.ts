/**
 * A state as a stream of chunks of at most 256 KiB. Each chunk begins with its own digest, chained to the one
 * before; inside runs a stream of length-prefixed records, ended by a trailer that counts them. A stream that
 * is cut, reordered or changed anywhere is refused.
 */
import { equalBytes } from '../bytes.js';
import { DIGEST_BYTES, digest } from '../checksum.js';
import { DamagedRecordError } from '../tuple.js';

export const MAX_CHUNK_BYTES = 256 * 1024;
const MAX_PAYLOAD_BYTES = MAX_CHUNK_BYTES - DIGEST_BYTES;
const LENGTH_BYTES = 4;
/** A key length no key has: the trailer follows. */
const TRAILER = 0xffff_ffff;

export interface SnapshotRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

function frame(record: SnapshotRecord): Buffer {
  const { key, value } = record;
  const framed = Buffer.allocUnsafe(2 * LENGTH_BYTES + key.length + value.length);
  framed.writeUInt32BE(key.length, 0);
  framed.writeUInt32BE(value.length, LENGTH_BYTES);
  framed.set(key, 2 * LENGTH_BYTES);
  framed.set(value, 2 * LENGTH_BYTES + key.length);
  return framed;
}

function trailer(records: number): Buffer {
  const framed = Buffer.alloc(2 * LENGTH_BYTES);
  framed.writeUInt32BE(TRAILER, 0);
  framed.writeUInt32BE(records, LENGTH_BYTES);
  return framed;
}

class ChunkWriter {
  #gathered: Buffer[] = [];
  #bytes = 0;
  #previous: Uint8Array = new Uint8Array(DIGEST_BYTES);

  /** Takes bytes in and gives full chunks out. */
  *add(bytes: Buffer): Iterable<Uint8Array> {
    let offset = 0;
    while (offset < bytes.length) {
      const part = bytes.subarray(offset, offset + MAX_PAYLOAD_BYTES - this.#bytes);
      this.#gathered.push(part);
      this.#bytes += part.length;
      offset += part.length;
      if (this.#bytes === MAX_PAYLOAD_BYTES) yield this.take();
    }
  }

  take(): Uint8Array {
    const payload = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#bytes = 0;
    this.#previous = digest(this.#previous, payload);
    return Buffer.concat([this.#previous, payload]);
  }
}

export async function* encodeChunks(
  pages: AsyncIterable<readonly SnapshotRecord[]>,
): AsyncIterable<Uint8Array> {
  const writer = new ChunkWriter();
  let records = 0;
  for await (const page of pages) {
    for (const record of page) {
      records += 1;
      yield* writer.add(frame(record));
    }
  }
  yield* writer.add(trailer(records));
  yield writer.take();
}

/** Records in order. Throws `DamagedRecordError` when the stream is not whole and unchanged. */
export async function* decodeChunks(chunks: AsyncIterable<Uint8Array>): AsyncIterable<SnapshotRecord> {
  let previous: Uint8Array = new Uint8Array(DIGEST_BYTES);
  let rest = Buffer.alloc(0);
  let records = 0;
  let ended = false;
  for await (const chunk of chunks) {
    const payload = chunk.subarray(DIGEST_BYTES);
    previous = digest(previous, payload);
    if (!equalBytes(previous, chunk.subarray(0, DIGEST_BYTES)))
      throw new DamagedRecordError('snapshot chunk');
    rest = rest.length === 0 ? Buffer.from(payload) : Buffer.concat([rest, payload]);
    let offset = 0;
    while (rest.length - offset >= 2 * LENGTH_BYTES) {
      const keyLength = rest.readUInt32BE(offset);
      const valueLength = rest.readUInt32BE(offset + LENGTH_BYTES);
      if (keyLength === TRAILER) {
        if (valueLength !== records) throw new DamagedRecordError('snapshot trailer');
        ended = true;
        offset += 2 * LENGTH_BYTES;
        continue;
      }
      if (ended) throw new DamagedRecordError('snapshot goes on after its trailer');
      const end = offset + 2 * LENGTH_BYTES + keyLength + valueLength;
      if (rest.length < end) break;
      const keyAt = offset + 2 * LENGTH_BYTES;
      yield { key: rest.subarray(keyAt, keyAt + keyLength), value: rest.subarray(keyAt + keyLength, end) };
      records += 1;
      offset = end;
    }
    rest = rest.subarray(offset);
  }
  if (!ended || rest.length > 0) throw new DamagedRecordError('snapshot is cut short');
}
