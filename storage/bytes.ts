/**
 * Bytes and the strings that stand for them. Database keys are handled as latin-1 strings inside this folder:
 * they compare like unsigned bytes, and a Map can hold them.
 */

export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

const TWO_TO_32 = 0x1_0000_0000;
const scratch = Buffer.alloc(8);

/** A non-negative safe integer as eight bytes, big-endian: text order is number order. */
export function textOfInteger(value: number): string {
  scratch.writeUInt32BE(Math.floor(value / TWO_TO_32), 0);
  scratch.writeUInt32BE(value % TWO_TO_32, 4);
  return scratch.toString('latin1', 0, 8);
}

export function integerOfText(text: string, offset: number): number {
  let value = 0;
  for (let index = 0; index < 8; index += 1) value = value * 256 + text.charCodeAt(offset + index);
  return value;
}

export function equalBytes(first: Uint8Array, second: Uint8Array): boolean {
  return Buffer.compare(first, second) === 0;
}
