/** Unpacks Snappy's raw format: LevelDB packs the blocks of its tables with it. */

function tooShort(): never {
  throw new RangeError('a packed block ends too early');
}

const byteAt = (packed: Uint8Array, at: number): number => packed[at] ?? tooShort();

/** `next`: where the bytes behind the number begin. */
export function readVarint(
  bytes: Uint8Array,
  from: number,
): { readonly value: number; readonly next: number } {
  let value = 0;
  let factor = 1;
  for (let at = from; at < from + 10; at += 1) {
    const byte = byteAt(bytes, at);
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: at + 1 };
    factor *= 128;
  }
  throw new RangeError('a number is too long');
}

function littleEndian(packed: Uint8Array, from: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index -= 1) value = value * 256 + byteAt(packed, from + index);
  return value;
}

/** Throws `RangeError` when it is not what the format allows. */
export function unpackSnappy(packed: Uint8Array): Uint8Array {
  const { value: length, next } = readVarint(packed, 0);
  const unpacked = new Uint8Array(length);
  let from = next;
  let to = 0;
  while (from < packed.length) {
    const tag = byteAt(packed, from);
    const kind = tag & 3;
    from += 1;
    if (kind === 0) {
      const short = tag >>> 2;
      const extra = short < 60 ? 0 : short - 59;
      const count = (extra === 0 ? short : littleEndian(packed, from, extra)) + 1;
      from += extra;
      if (from + count > packed.length || to + count > length) tooShort();
      unpacked.set(packed.subarray(from, from + count), to);
      from += count;
      to += count;
      continue;
    }
    const offsetBytes = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    const count = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset = littleEndian(packed, from, offsetBytes) + (kind === 1 ? (tag >>> 5) * 256 : 0);
    from += offsetBytes;
    if (offset === 0 || offset > to || to + count > length) tooShort();
    // Byte by byte: a copy may overlap what it makes.
    for (let index = 0; index < count; index += 1) unpacked[to + index] = unpacked[to + index - offset]!;
    to += count;
  }
  if (to !== length) tooShort();
  return unpacked;
}
