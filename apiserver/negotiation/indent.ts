/** Compact JSON to the indented form that people read, without parsing it: numbers and keys stay as they are. */

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const space = 0x20;
const newline = 0x0a;

/** Bytes that grow as they are written. */
function createOutput(capacity: number) {
  let bytes = Buffer.allocUnsafe(capacity);
  let length = 0;
  const reserve = (more: number): void => {
    if (length + more <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, length + more));
    larger.set(bytes.subarray(0, length));
    bytes = larger;
  };
  return {
    byte(value: number): void {
      if (length === bytes.length) reserve(1);
      bytes[length] = value;
      length += 1;
    },
    newLine(depth: number): void {
      reserve(1 + 2 * depth);
      bytes[length] = newline;
      bytes.fill(space, length + 1, length + 1 + 2 * depth);
      length += 1 + 2 * depth;
    },
    result: (): Uint8Array => bytes.subarray(0, length),
  };
}

/** @param bytes valid JSON without whitespace between its tokens */
export function indentJson(bytes: Uint8Array): Uint8Array {
  const output = createOutput(bytes.length * 2 + 16);
  let depth = 0;
  let inString = false;
  for (let position = 0; position < bytes.length; position += 1) {
    const byte = bytes[position]!;
    if (inString) {
      output.byte(byte);
      if (byte === backslash) {
        position += 1;
        output.byte(bytes[position]!);
      } else if (byte === quote) inString = false;
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      output.byte(byte);
      // An empty object or list stays on its line.
      if (bytes[position + 1] === byte + 2) {
        position += 1;
        output.byte(byte + 2);
        continue;
      }
      depth += 1;
      output.newLine(depth);
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      output.newLine(depth);
      output.byte(byte);
    } else {
      output.byte(byte);
      if (byte === quote) inString = true;
      else if (byte === comma) output.newLine(depth);
      else if (byte === colon) output.byte(space);
    }
  }
  return output.result();
}
