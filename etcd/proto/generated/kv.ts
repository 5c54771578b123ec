// Made by scripts/etcd-proto.mjs from kv.proto: change that, not this.
import { type Codec, enter, leave, noBytes, readInt64, skip, writeInt64 } from '../codec.js';

export interface KeyValue {
  readonly key: Uint8Array;
  /** The revision that made the key after it did not exist. */
  readonly createRevision: number;
  readonly modRevision: number;
  /** 1 at creation, one more at each put. */
  readonly version: number;
  readonly value: Uint8Array;
  /** 0: none. */
  readonly lease: number;
}

export const KeyValue: Codec<KeyValue> = {
  read(reader, end) {
    let key: Uint8Array = noBytes;
    let createRevision: number = 0;
    let modRevision: number = 0;
    let version: number = 0;
    let value: Uint8Array = noBytes;
    let lease: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          key = reader.bytes();
          break;
        case 16:
          createRevision = readInt64(reader);
          break;
        case 24:
          modRevision = readInt64(reader);
          break;
        case 32:
          version = readInt64(reader);
          break;
        case 42:
          value = reader.bytes();
          break;
        case 48:
          lease = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { key, createRevision, modRevision, version, value, lease };
  },
  write(message, writer) {
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(10);
      writer.bytes(message.key);
    }
    if (message.createRevision !== undefined && message.createRevision !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.createRevision);
    }
    if (message.modRevision !== undefined && message.modRevision !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.modRevision);
    }
    if (message.version !== undefined && message.version !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.version);
    }
    if (message.value !== undefined && message.value.length > 0) {
      writer.uint32(42);
      writer.bytes(message.value);
    }
    if (message.lease !== undefined && message.lease !== 0) {
      writer.uint32(48);
      writeInt64(writer, message.lease);
    }
  },
};

export const EventType = {
  PUT: 0,
  DELETE: 1,
} as const;

export interface Event {
  readonly type: number;
  /** For a delete: the key, and the delete's revision as mod_revision. */
  readonly kv: KeyValue | undefined;
  /** When it was asked for and history still has it. */
  readonly prevKv: KeyValue | undefined;
}

export const Event: Codec<Event> = {
  read(reader, end, depth) {
    let type: number = 0;
    let kv: KeyValue | undefined;
    let prevKv: KeyValue | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          type = reader.int32();
          break;
        case 18:
          kv = KeyValue.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 26:
          prevKv = KeyValue.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { type, kv, prevKv };
  },
  write(message, writer) {
    if (message.type !== undefined && message.type !== 0) {
      writer.uint32(8);
      writer.int32(message.type);
    }
    if (message.kv !== undefined) {
      KeyValue.write(message.kv, writer.uint32(18).fork());
      writer.ldelim();
    }
    if (message.prevKv !== undefined) {
      KeyValue.write(message.prevKv, writer.uint32(26).fork());
      writer.ldelim();
    }
  },
};
