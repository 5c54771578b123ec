/**
 * One of LevelDB's tables against the checksums of its blocks, which LevelDB writes and then does not look at. What
 * leads to the values (index and filter) is always looked at: a key that cannot be found any more would be missing
 * without a word, while a damaged value is noticed by whoever reads it.
 */
import type { FileHandle } from 'node:fs/promises';
import { maskedCrc } from './record-file.js';
import { readVarint, unpackSnappy } from './snappy.js';

const FOOTER_BYTES = 48;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
const TRAILER_BYTES = 5;
const PACKED = 1;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

function readHandle(bytes: Uint8Array, from: number): { readonly handle: Handle; readonly next: number } {
  const offset = readVarint(bytes, from);
  const size = readVarint(bytes, offset.next);
  return { handle: { offset: offset.value, size: size.value }, next: size.next };
}

/** The values of a block's entries. */
function valuesOf(block: Buffer): readonly Uint8Array[] {
  if (block.length < 4) throw new RangeError('a block is too short');
  const end = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  const values: Uint8Array[] = [];
  for (let at = 0; at < end; ) {
    const shared = readVarint(block, at);
    const unshared = readVarint(block, shared.next);
    const length = readVarint(block, unshared.next);
    const from = length.next + unshared.value;
    if (from + length.value > end) throw new RangeError('an entry is too long');
    values.push(block.subarray(from, from + length.value));
    at = from + length.value;
  }
  return values;
}

type ReadBytes = (from: number, length: number) => Promise<Buffer>;

/** Throws `RangeError` when its checksum does not fit. */
async function checkedBlock(read: ReadBytes, { offset, size }: Handle): Promise<Buffer> {
  const stored = await read(offset, size + TRAILER_BYTES);
  if (maskedCrc(stored, 0, size + 1) !== stored.readUInt32LE(size + 1)) {
    throw new RangeError(`the block at ${offset} does not match its checksum`);
  }
  const content = stored.subarray(0, size);
  return stored[size] === PACKED ? Buffer.from(unpackSnappy(content)) : content;
}

/**
 * `everything`: also the blocks with the values, which means reading the whole file. Throws `RangeError` with what is
 * wrong.
 */
export async function checkTable(file: FileHandle, bytes: number, everything: boolean): Promise<void> {
  const whole = everything ? await readBytes(file, 0, bytes) : undefined;
  const read: ReadBytes = async (from, length) => {
    if (from + length > bytes) throw new RangeError(`the block at ${from} reaches past the end`);
    return whole === undefined ? readBytes(file, from, length) : whole.subarray(from, from + length);
  };
  if (bytes < FOOTER_BYTES) throw new RangeError('it is too short');
  const footer = await read(bytes - FOOTER_BYTES, FOOTER_BYTES);
  if (!footer.subarray(FOOTER_BYTES - MAGIC.length).equals(MAGIC)) throw new RangeError('it has another end');
  const { handle: directory, next } = readHandle(footer, 0);
  const { handle: index } = readHandle(footer, next);
  for (const value of valuesOf(await checkedBlock(read, directory))) {
    await checkedBlock(read, readHandle(value, 0).handle);
  }
  const blocks = valuesOf(await checkedBlock(read, index));
  if (whole === undefined) return;
  for (const value of blocks) await checkedBlock(read, readHandle(value, 0).handle);
}

async function readBytes(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, from + filled);
    if (bytesRead === 0) throw new RangeError('it is cut short');
    filled += bytesRead;
  }
  return buffer;
}
