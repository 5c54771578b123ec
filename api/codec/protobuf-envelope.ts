/**
 * What stands around a protobuf object on the wire: four magic bytes, then a message that names the type and
 * holds the object's own bytes. Watch frames carry a length instead.
 */
import protobuf from 'protobufjs/minimal.js';
import { asBuffer, ProtobufDecodeError, readMembers } from './protobuf-reader.js';

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The message of the type. */
  readonly raw: Uint8Array;
  readonly contentEncoding: string;
  readonly contentType: string;
}

export function hasProtobufMagic(bytes: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}

/** Throws `ProtobufDecodeError` when the bytes are no envelope. */
export function decodeProtobufEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (!hasProtobufMagic(bytes)) {
    throw new ProtobufDecodeError(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  const envelope = { apiVersion: '', kind: '', raw: new Uint8Array(), contentEncoding: '', contentType: '' };
  readMembers(bytes.subarray(magic.length), (number, reader) => {
    switch (number) {
      case 1:
        readMembers(reader.bytes(), (typeNumber, typeReader) => {
          if (typeNumber === 1) envelope.apiVersion = typeReader.string();
          else if (typeNumber === 2) envelope.kind = typeReader.string();
          else typeReader.skip();
        });
        break;
      case 2:
        envelope.raw = Uint8Array.from(reader.bytes());
        break;
      case 3:
        envelope.contentEncoding = reader.string();
        break;
      case 4:
        envelope.contentType = reader.string();
        break;
      default:
        reader.skip();
    }
  });
  if (envelope.contentEncoding !== '') {
    throw new ProtobufDecodeError(`unsupported content encoding ${JSON.stringify(envelope.contentEncoding)}`);
  }
  return envelope;
}

/** The whole body of a request or answer with the object's message `raw`. */
export function encodeProtobufEnvelope(apiVersion: string, kind: string, raw: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32((1 << 3) | 2).fork();
  writer.uint32((1 << 3) | 2).string(apiVersion);
  writer.uint32((2 << 3) | 2).string(kind);
  writer.ldelim();
  writer.uint32((2 << 3) | 2).bytes(raw);
  writer.uint32((3 << 3) | 2).string('');
  writer.uint32((4 << 3) | 2).string('');
  return Buffer.concat([magic, writer.finish()]);
}

/**
 * One event of a watch: a big-endian length and a bare WatchEvent. `object` is an enveloped object as
 * `encodeProtobufEnvelope` makes it, so it is encoded once for all watchers.
 */
export function encodeProtobufWatchFrame(type: string, object: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32((1 << 3) | 2).string(type);
  writer.uint32((2 << 3) | 2).fork();
  writer.uint32((1 << 3) | 2).bytes(object);
  writer.ldelim();
  const message = asBuffer(writer.finish());
  const frame = Buffer.allocUnsafe(4 + message.length);
  frame.writeUInt32BE(message.length, 0);
  message.copy(frame, 4);
  return frame;
}
