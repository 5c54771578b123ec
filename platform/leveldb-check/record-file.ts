/**
 * The format of LevelDB's own logs and manifests: blocks of 32 KiB, in them records, a large one in fragments, each
 * with a checksum. LevelDB skips what is damaged up to the next block and reads on; here it is said where that is.
 */
import { crc32c } from './crc32c.js';

const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;

const FULL = 1;
const FIRST = 2;
const MIDDLE = 3;
const LAST = 4;

/** LevelDB stores no sum as it is, so that a sum over sums is no trivial one. */
export function maskedCrc(bytes: Uint8Array, from: number, to: number): number {
  const sum = crc32c(bytes, from, to);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

export interface ReadRecords {
  readonly records: readonly Uint8Array[];
  /** Everything up to here is whole records. */
  readonly wholeBytes: number;
  /**
   * What comes then. `torn`: a record that the file ends within, as a crash leaves it. `damaged`: something that was
   * never written so; `skipped` tells whether LevelDB would find records behind it and go on with them.
   */
  readonly rest: { readonly kind: 'none' | 'torn' } | { readonly kind: 'damaged'; readonly skipped: boolean };
}

type Fragment =
  | { readonly kind: 'fragment'; readonly type: number; readonly from: number; readonly to: number }
  | { readonly kind: 'end' | 'torn' | 'damaged' };

function fragmentAt(file: Buffer, at: number): Fragment {
  if (at >= file.length) return { kind: 'end' };
  if (at + HEADER_BYTES > file.length) return { kind: 'torn' };
  const from = at + HEADER_BYTES;
  const to = from + file.readUInt16LE(at + 4);
  const blockEnd = at - (at % BLOCK_BYTES) + BLOCK_BYTES;
  if (to > blockEnd) return { kind: 'damaged' };
  if (to > file.length) return { kind: 'torn' };
  if (maskedCrc(file, at + 6, to) !== file.readUInt32LE(at)) return { kind: 'damaged' };
  return { kind: 'fragment', type: file[at + 6]!, from, to };
}

/** Where the next fragment begins: none begins where its header would not fit into the block. */
function skipTrailer(at: number): number {
  const left = BLOCK_BYTES - (at % BLOCK_BYTES);
  return left < HEADER_BYTES ? at + left : at;
}

/** Is there anything that LevelDB would take for a record, in a block behind this place? */
function readableBehind(file: Buffer, damagedAt: number): boolean {
  for (let at = damagedAt - (damagedAt % BLOCK_BYTES) + BLOCK_BYTES; at < file.length; at += BLOCK_BYTES) {
    if (fragmentAt(file, at).kind === 'fragment') return true;
  }
  return false;
}

export function readRecordFile(file: Buffer): ReadRecords {
  const records: Uint8Array[] = [];
  let wholeBytes = 0;
  let fragments: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    at = skipTrailer(at);
    const found = fragmentAt(file, at);
    if (found.kind !== 'fragment') {
      if (found.kind === 'damaged') {
        return { records, wholeBytes, rest: { kind: 'damaged', skipped: readableBehind(file, at) } };
      }
      const torn = found.kind === 'torn' || fragments.length > 0;
      return { records, wholeBytes, rest: { kind: torn ? 'torn' : 'none' } };
    }
    const { type, from, to } = found;
    const begins = type === FULL || type === FIRST;
    const known = begins || type === MIDDLE || type === LAST;
    if (!known || begins !== (fragments.length === 0)) {
      return { records, wholeBytes, rest: { kind: 'damaged', skipped: true } };
    }
    fragments.push(file.subarray(from, to));
    at = to;
    if (type === FULL || type === LAST) {
      records.push(fragments.length === 1 ? fragments[0]! : Buffer.concat(fragments));
      fragments = [];
      wholeBytes = at;
    }
  }
}
