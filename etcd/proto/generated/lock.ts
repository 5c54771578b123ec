// Made by scripts/etcd-proto.mjs from lock.proto: change that, not this.
import { type Codec, enter, leave, noBytes, readInt64, skip, writeInt64 } from '../codec.js';
import { ResponseHeader } from './rpc.js';

export interface LockRequest {
  readonly name: Uint8Array;
  readonly lease: number;
}

export const LockRequest: Codec<LockRequest> = {
  read(reader, end) {
    let name: Uint8Array = noBytes;
    let lease: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.bytes();
          break;
        case 16:
          lease = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, lease };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name.length > 0) {
      writer.uint32(10);
      writer.bytes(message.name);
    }
    if (message.lease !== undefined && message.lease !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.lease);
    }
  },
};

export interface LockResponse {
  readonly header: ResponseHeader | undefined;
  /** Exists as long as the caller owns the lock. */
  readonly key: Uint8Array;
}

export const LockResponse: Codec<LockResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let key: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          key = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, key };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(18);
      writer.bytes(message.key);
    }
  },
};

export interface UnlockRequest {
  readonly key: Uint8Array;
}

export const UnlockRequest: Codec<UnlockRequest> = {
  read(reader, end) {
    let key: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          key = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { key };
  },
  write(message, writer) {
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(10);
      writer.bytes(message.key);
    }
  },
};

export interface UnlockResponse {
  readonly header: ResponseHeader | undefined;
}

export const UnlockResponse: Codec<UnlockResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
  },
};

export const LockService = {
  name: 'v3lockpb.Lock',
  methods: {
    Lock: {
      path: '/v3lockpb.Lock/Lock',
      request: LockRequest as typeof LockRequest,
      response: LockResponse as typeof LockResponse,
      requestStream: false,
      responseStream: false,
    },
    Unlock: {
      path: '/v3lockpb.Lock/Unlock',
      request: UnlockRequest as typeof UnlockRequest,
      response: UnlockResponse as typeof UnlockResponse,
      requestStream: false,
      responseStream: false,
    },
  },
} as const;
