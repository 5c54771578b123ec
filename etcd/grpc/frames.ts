/**
 * Messages out of a stream of bytes: each has a prefix of five bytes (compressed or not, and its length). They come
 * in pieces and several at once.
 *
 * Faults assumed: a length beyond what we take, which is refused before anything is held for it; compression, which
 * was not agreed on.
 */
import { GrpcError, StatusCode } from './status.js';

const prefixBytes = 5;

export class FrameReader {
  readonly #maxMessageBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** Nothing can be taken out before there are so many. */
  #needed = prefixBytes;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Something was begun and is not complete. */
  get unfinished(): boolean {
    return this.#bytes > 0;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next whole message; a view of what was pushed, or of a copy. Throws a GrpcError. */
  next(): Uint8Array | undefined {
    if (this.#bytes < this.#needed) return undefined;
    const bytes = this.#joined();
    const length = this.#lengthOf(bytes);
    const end = prefixBytes + length;
    if (bytes.length < end) {
      this.#needed = end;
      return undefined;
    }
    this.#needed = prefixBytes;
    this.#bytes -= end;
    this.#chunks = this.#bytes === 0 ? [] : [bytes.subarray(end)];
    return bytes.subarray(prefixBytes, end);
  }

  #joined(): Uint8Array {
    const [first, second] = this.#chunks;
    if (first !== undefined && second === undefined) return first;
    const joined = Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [joined];
    return joined;
  }

  #lengthOf(bytes: Uint8Array): number {
    const [compressed = 0, b3 = 0, b2 = 0, b1 = 0, b0 = 0] = bytes;
    if (compressed !== 0) {
      throw new GrpcError(StatusCode.INTERNAL, 'grpc: compressed flag set with identity or empty encoding');
    }
    const length = b3 * 0x100_0000 + b2 * 0x1_0000 + b1 * 0x100 + b0;
    if (length > this.#maxMessageBytes) {
      throw new GrpcError(
        StatusCode.RESOURCE_EXHAUSTED,
        `grpc: received message larger than max (${length} vs. ${this.#maxMessageBytes})`,
      );
    }
    return length;
  }
}
