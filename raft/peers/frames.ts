/**
 * Frames on a connection: four bytes of length, most significant first, and that many bytes of a protobuf
 * message. Whatever pieces the connection hands over, frames come out whole and in order.
 */
import protobuf from 'protobufjs/light.js';

const LENGTH_BYTES = 4;
/** The longest frame taken from a peer; what a member sends stays far below. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024;

export class MalformedFrameError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MalformedFrameError';
  }
}

/** One buffer to be written as it is. It is the encoder's own: append requests make frames of half a megabyte. */
export function encodeFrame(type: protobuf.Type, message: Readonly<Record<string, unknown>>): Buffer {
  // The length is not known before the message is encoded: its place is kept free.
  const writer = protobuf.Writer.create().fixed32(0);
  const { buffer, byteOffset, length } = type.encode(message, writer).finish();
  const frame = Buffer.from(buffer, byteOffset, length);
  frame.writeUInt32BE(length - LENGTH_BYTES);
  return frame;
}

export class FrameReader {
  #maxFrameBytes: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Nothing can be read from less than this. */
  #wantedBytes = LENGTH_BYTES;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** For the frames to come. */
  setMaxFrameBytes(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** What is in the frames that this piece completes: views of the pieces. Throws when one is too long. */
  read(piece: Buffer): readonly Buffer[] {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    // A long frame is put together once, when its last piece is here.
    if (this.#heldBytes < this.#wantedBytes) return [];
    const bytes = this.#held.length === 1 ? piece : Buffer.concat(this.#held);
    const frames: Buffer[] = [];
    let at = 0;
    this.#wantedBytes = LENGTH_BYTES;
    while (bytes.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + this.#lengthAt(bytes, at);
      if (bytes.length < end) {
        this.#wantedBytes = end - at;
        break;
      }
      frames.push(bytes.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    this.#heldBytes = bytes.length - at;
    this.#held = this.#heldBytes === 0 ? [] : [bytes.subarray(at)];
    return frames;
  }

  #lengthAt(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at);
    if (length > this.#maxFrameBytes) {
      throw new MalformedFrameError(`a frame of ${length} bytes; the most is ${this.#maxFrameBytes}`);
    }
    return length;
  }
}
