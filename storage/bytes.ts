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

/** The smallest text greater than every text that begins with `prefix`; undefined: there is none. */
export function afterPrefix(prefix: string): string | undefined {
  for (let length = prefix.length; length > 0; length -= 1) {
    const code = prefix.charCodeAt(length - 1);
    if (code < 0xff) return prefix.slice(0, length - 1) + String.fromCharCode(code + 1);
  }
  return undefined;
}

export function equalBytes(first: Uint8Array, second: Uint8Array): boolean {
  return Buffer.compare(first, second) === 0;
}

/** A copy on a buffer of its own, so that keeping it keeps nothing else alive. */
export function tightCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}
