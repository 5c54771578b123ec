// Made by scripts/etcd-proto.mjs from rpc.proto: change that, not this.
import { type Codec, enter, leave, noBytes, readInt64, readUint64, skip, writeInt64 } from '../codec.js';
import { Permission, UserAddOptions } from './auth.js';
import { Event, KeyValue } from './kv.js';

export interface ResponseHeader {
  readonly clusterId: number;
  readonly memberId: number;
  /** Of the store, when the request was answered. Of a watch: complete up to here. */
  readonly revision: number;
  readonly raftTerm: number;
}

export const ResponseHeader: Codec<ResponseHeader> = {
  read(reader, end) {
    let clusterId: number = 0;
    let memberId: number = 0;
    let revision: number = 0;
    let raftTerm: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          clusterId = readUint64(reader);
          break;
        case 16:
          memberId = readUint64(reader);
          break;
        case 24:
          revision = readInt64(reader);
          break;
        case 32:
          raftTerm = readUint64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { clusterId, memberId, revision, raftTerm };
  },
  write(message, writer) {
    if (message.clusterId !== undefined && message.clusterId !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.clusterId);
    }
    if (message.memberId !== undefined && message.memberId !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.memberId);
    }
    if (message.revision !== undefined && message.revision !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.revision);
    }
    if (message.raftTerm !== undefined && message.raftTerm !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.raftTerm);
    }
  },
};

export const SortOrder = {
  NONE: 0,
  ASCEND: 1,
  DESCEND: 2,
} as const;

export const SortTarget = {
  KEY: 0,
  VERSION: 1,
  CREATE: 2,
  MOD: 3,
  VALUE: 4,
} as const;

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** At most so many keys; 0: all. */
  readonly limit: number;
  /** 0 or less: the latest. */
  readonly revision: number;
  readonly sortOrder: number;
  readonly sortTarget: number;
  /** What this member has applied, which may be old. */
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  /** Both ends of each bound belong to it; 0: no bound. */
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
}

export const RangeRequest: Codec<RangeRequest> = {
  read(reader, end) {
    let key: Uint8Array = noBytes;
    let rangeEnd: Uint8Array = noBytes;
    let limit: number = 0;
    let revision: number = 0;
    let sortOrder: number = 0;
    let sortTarget: number = 0;
    let serializable: boolean = false;
    let keysOnly: boolean = false;
    let countOnly: boolean = false;
    let minModRevision: number = 0;
    let maxModRevision: number = 0;
    let minCreateRevision: number = 0;
    let maxCreateRevision: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          key = reader.bytes();
          break;
        case 18:
          rangeEnd = reader.bytes();
          break;
        case 24:
          limit = readInt64(reader);
          break;
        case 32:
          revision = readInt64(reader);
          break;
        case 40:
          sortOrder = reader.int32();
          break;
        case 48:
          sortTarget = reader.int32();
          break;
        case 56:
          serializable = reader.bool();
          break;
        case 64:
          keysOnly = reader.bool();
          break;
        case 72:
          countOnly = reader.bool();
          break;
        case 80:
          minModRevision = readInt64(reader);
          break;
        case 88:
          maxModRevision = readInt64(reader);
          break;
        case 96:
          minCreateRevision = readInt64(reader);
          break;
        case 104:
          maxCreateRevision = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return {
      key,
      rangeEnd,
      limit,
      revision,
      sortOrder,
      sortTarget,
      serializable,
      keysOnly,
      countOnly,
      minModRevision,
      maxModRevision,
      minCreateRevision,
      maxCreateRevision,
    };
  },
  write(message, writer) {
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(10);
      writer.bytes(message.key);
    }
    if (message.rangeEnd !== undefined && message.rangeEnd.length > 0) {
      writer.uint32(18);
      writer.bytes(message.rangeEnd);
    }
    if (message.limit !== undefined && message.limit !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.limit);
    }
    if (message.revision !== undefined && message.revision !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.revision);
    }
    if (message.sortOrder !== undefined && message.sortOrder !== 0) {
      writer.uint32(40);
      writer.int32(message.sortOrder);
    }
    if (message.sortTarget !== undefined && message.sortTarget !== 0) {
      writer.uint32(48);
      writer.int32(message.sortTarget);
    }
    if (message.serializable === true) {
      writer.uint32(56);
      writer.bool(message.serializable);
    }
    if (message.keysOnly === true) {
      writer.uint32(64);
      writer.bool(message.keysOnly);
    }
    if (message.countOnly === true) {
      writer.uint32(72);
      writer.bool(message.countOnly);
    }
    if (message.minModRevision !== undefined && message.minModRevision !== 0) {
      writer.uint32(80);
      writeInt64(writer, message.minModRevision);
    }
    if (message.maxModRevision !== undefined && message.maxModRevision !== 0) {
      writer.uint32(88);
      writeInt64(writer, message.maxModRevision);
    }
    if (message.minCreateRevision !== undefined && message.minCreateRevision !== 0) {
      writer.uint32(96);
      writeInt64(writer, message.minCreateRevision);
    }
    if (message.maxCreateRevision !== undefined && message.maxCreateRevision !== 0) {
      writer.uint32(104);
      writeInt64(writer, message.maxCreateRevision);
    }
  },
};

export interface RangeResponse {
  readonly header: ResponseHeader | undefined;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  /** Keys in the range, whatever limit and bounds say. */
  readonly count: number;
}

export const RangeResponse: Codec<RangeResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const kvs: KeyValue[] = [];
    let more: boolean = false;
    let count: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          kvs.push(KeyValue.read(reader, enter(reader, end, depth), depth + 1));
          break;
        case 24:
          more = reader.bool();
          break;
        case 32:
          count = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, kvs, more, count };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.kvs !== undefined) {
      for (const item of message.kvs) {
        KeyValue.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
    if (message.more === true) {
      writer.uint32(24);
      writer.bool(message.more);
    }
    if (message.count !== undefined && message.count !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.count);
    }
  },
};

export interface RangeStreamResponse {
  /** Merging all of them gives the answer of Range. */
  readonly rangeResponse: RangeResponse | undefined;
}

export const RangeStreamResponse: Codec<RangeStreamResponse> = {
  read(reader, end, depth) {
    let rangeResponse: RangeResponse | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          rangeResponse = RangeResponse.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { rangeResponse };
  },
  write(message, writer) {
    if (message.rangeResponse !== undefined) {
      RangeResponse.write(message.rangeResponse, writer.uint32(10).fork());
      writer.ldelim();
    }
  },
};

export interface PutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly lease: number;
  readonly prevKv: boolean;
  /** Keep the value, or the lease, that the key has. */
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

export const PutRequest: Codec<PutRequest> = {
  read(reader, end) {
    let key: Uint8Array = noBytes;
    let value: Uint8Array = noBytes;
    let lease: number = 0;
    let prevKv: boolean = false;
    let ignoreValue: boolean = false;
    let ignoreLease: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          key = reader.bytes();
          break;
        case 18:
          value = reader.bytes();
          break;
        case 24:
          lease = readInt64(reader);
          break;
        case 32:
          prevKv = reader.bool();
          break;
        case 40:
          ignoreValue = reader.bool();
          break;
        case 48:
          ignoreLease = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { key, value, lease, prevKv, ignoreValue, ignoreLease };
  },
  write(message, writer) {
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(10);
      writer.bytes(message.key);
    }
    if (message.value !== undefined && message.value.length > 0) {
      writer.uint32(18);
      writer.bytes(message.value);
    }
    if (message.lease !== undefined && message.lease !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.lease);
    }
    if (message.prevKv === true) {
      writer.uint32(32);
      writer.bool(message.prevKv);
    }
    if (message.ignoreValue === true) {
      writer.uint32(40);
      writer.bool(message.ignoreValue);
    }
    if (message.ignoreLease === true) {
      writer.uint32(48);
      writer.bool(message.ignoreLease);
    }
  },
};

export interface PutResponse {
  readonly header: ResponseHeader | undefined;
  readonly prevKv: KeyValue | undefined;
}

export const PutResponse: Codec<PutResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let prevKv: KeyValue | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          prevKv = KeyValue.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, prevKv };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.prevKv !== undefined) {
      KeyValue.write(message.prevKv, writer.uint32(18).fork());
      writer.ldelim();
    }
  },
};

export interface DeleteRangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
}

export const DeleteRangeRequest: Codec<DeleteRangeRequest> = {
  read(reader, end) {
    let key: Uint8Array = noBytes;
    let rangeEnd: Uint8Array = noBytes;
    let prevKv: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          key = reader.bytes();
          break;
        case 18:
          rangeEnd = reader.bytes();
          break;
        case 24:
          prevKv = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { key, rangeEnd, prevKv };
  },
  write(message, writer) {
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(10);
      writer.bytes(message.key);
    }
    if (message.rangeEnd !== undefined && message.rangeEnd.length > 0) {
      writer.uint32(18);
      writer.bytes(message.rangeEnd);
    }
    if (message.prevKv === true) {
      writer.uint32(24);
      writer.bool(message.prevKv);
    }
  },
};

export interface DeleteRangeResponse {
  readonly header: ResponseHeader | undefined;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}

export const DeleteRangeResponse: Codec<DeleteRangeResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let deleted: number = 0;
    const prevKvs: KeyValue[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          deleted = readInt64(reader);
          break;
        case 26:
          prevKvs.push(KeyValue.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, deleted, prevKvs };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.deleted !== undefined && message.deleted !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.deleted);
    }
    if (message.prevKvs !== undefined) {
      for (const item of message.prevKvs) {
        KeyValue.write(item, writer.uint32(26).fork());
        writer.ldelim();
      }
    }
  },
};

export interface RequestOp {
  readonly requestRange: RangeRequest | undefined;
  readonly requestPut: PutRequest | undefined;
  readonly requestDeleteRange: DeleteRangeRequest | undefined;
  readonly requestTxn: TxnRequest | undefined;
}

export const RequestOp: Codec<RequestOp> = {
  read(reader, end, depth) {
    let requestRange: RangeRequest | undefined;
    let requestPut: PutRequest | undefined;
    let requestDeleteRange: DeleteRangeRequest | undefined;
    let requestTxn: TxnRequest | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          requestRange = RangeRequest.read(reader, enter(reader, end, depth), depth + 1);
          requestPut = undefined;
          requestDeleteRange = undefined;
          requestTxn = undefined;
          break;
        case 18:
          requestPut = PutRequest.read(reader, enter(reader, end, depth), depth + 1);
          requestRange = undefined;
          requestDeleteRange = undefined;
          requestTxn = undefined;
          break;
        case 26:
          requestDeleteRange = DeleteRangeRequest.read(reader, enter(reader, end, depth), depth + 1);
          requestRange = undefined;
          requestPut = undefined;
          requestTxn = undefined;
          break;
        case 34:
          requestTxn = TxnRequest.read(reader, enter(reader, end, depth), depth + 1);
          requestRange = undefined;
          requestPut = undefined;
          requestDeleteRange = undefined;
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { requestRange, requestPut, requestDeleteRange, requestTxn };
  },
  write(message, writer) {
    if (message.requestRange !== undefined) {
      RangeRequest.write(message.requestRange, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.requestPut !== undefined) {
      PutRequest.write(message.requestPut, writer.uint32(18).fork());
      writer.ldelim();
    }
    if (message.requestDeleteRange !== undefined) {
      DeleteRangeRequest.write(message.requestDeleteRange, writer.uint32(26).fork());
      writer.ldelim();
    }
    if (message.requestTxn !== undefined) {
      TxnRequest.write(message.requestTxn, writer.uint32(34).fork());
      writer.ldelim();
    }
  },
};

export interface ResponseOp {
  readonly responseRange: RangeResponse | undefined;
  readonly responsePut: PutResponse | undefined;
  readonly responseDeleteRange: DeleteRangeResponse | undefined;
  readonly responseTxn: TxnResponse | undefined;
}

export const ResponseOp: Codec<ResponseOp> = {
  read(reader, end, depth) {
    let responseRange: RangeResponse | undefined;
    let responsePut: PutResponse | undefined;
    let responseDeleteRange: DeleteRangeResponse | undefined;
    let responseTxn: TxnResponse | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          responseRange = RangeResponse.read(reader, enter(reader, end, depth), depth + 1);
          responsePut = undefined;
          responseDeleteRange = undefined;
          responseTxn = undefined;
          break;
        case 18:
          responsePut = PutResponse.read(reader, enter(reader, end, depth), depth + 1);
          responseRange = undefined;
          responseDeleteRange = undefined;
          responseTxn = undefined;
          break;
        case 26:
          responseDeleteRange = DeleteRangeResponse.read(reader, enter(reader, end, depth), depth + 1);
          responseRange = undefined;
          responsePut = undefined;
          responseTxn = undefined;
          break;
        case 34:
          responseTxn = TxnResponse.read(reader, enter(reader, end, depth), depth + 1);
          responseRange = undefined;
          responsePut = undefined;
          responseDeleteRange = undefined;
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { responseRange, responsePut, responseDeleteRange, responseTxn };
  },
  write(message, writer) {
    if (message.responseRange !== undefined) {
      RangeResponse.write(message.responseRange, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.responsePut !== undefined) {
      PutResponse.write(message.responsePut, writer.uint32(18).fork());
      writer.ldelim();
    }
    if (message.responseDeleteRange !== undefined) {
      DeleteRangeResponse.write(message.responseDeleteRange, writer.uint32(26).fork());
      writer.ldelim();
    }
    if (message.responseTxn !== undefined) {
      TxnResponse.write(message.responseTxn, writer.uint32(34).fork());
      writer.ldelim();
    }
  },
};

export const CompareResult = {
  EQUAL: 0,
  GREATER: 1,
  LESS: 2,
  NOT_EQUAL: 3,
} as const;

export const CompareTarget = {
  VERSION: 0,
  CREATE: 1,
  MOD: 2,
  VALUE: 3,
  LEASE: 4,
} as const;

export interface Compare {
  readonly result: number;
  readonly target: number;
  readonly key: Uint8Array;
  readonly version: number | undefined;
  readonly createRevision: number | undefined;
  readonly modRevision: number | undefined;
  readonly value: Uint8Array | undefined;
  readonly lease: number | undefined;
  /** Every key of the range must compare so. */
  readonly rangeEnd: Uint8Array;
}

export const Compare: Codec<Compare> = {
  read(reader, end) {
    let result: number = 0;
    let target: number = 0;
    let key: Uint8Array = noBytes;
    let version: number | undefined;
    let createRevision: number | undefined;
    let modRevision: number | undefined;
    let value: Uint8Array | undefined;
    let lease: number | undefined;
    let rangeEnd: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          result = reader.int32();
          break;
        case 16:
          target = reader.int32();
          break;
        case 26:
          key = reader.bytes();
          break;
        case 32:
          version = readInt64(reader);
          createRevision = undefined;
          modRevision = undefined;
          value = undefined;
          lease = undefined;
          break;
        case 40:
          createRevision = readInt64(reader);
          version = undefined;
          modRevision = undefined;
          value = undefined;
          lease = undefined;
          break;
        case 48:
          modRevision = readInt64(reader);
          version = undefined;
          createRevision = undefined;
          value = undefined;
          lease = undefined;
          break;
        case 58:
          value = reader.bytes();
          version = undefined;
          createRevision = undefined;
          modRevision = undefined;
          lease = undefined;
          break;
        case 64:
          lease = readInt64(reader);
          version = undefined;
          createRevision = undefined;
          modRevision = undefined;
          value = undefined;
          break;
        case 514:
          rangeEnd = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { result, target, key, version, createRevision, modRevision, value, lease, rangeEnd };
  },
  write(message, writer) {
    if (message.result !== undefined && message.result !== 0) {
      writer.uint32(8);
      writer.int32(message.result);
    }
    if (message.target !== undefined && message.target !== 0) {
      writer.uint32(16);
      writer.int32(message.target);
    }
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(26);
      writer.bytes(message.key);
    }
    if (message.version !== undefined) {
      writer.uint32(32);
      writeInt64(writer, message.version);
    }
    if (message.createRevision !== undefined) {
      writer.uint32(40);
      writeInt64(writer, message.createRevision);
    }
    if (message.modRevision !== undefined) {
      writer.uint32(48);
      writeInt64(writer, message.modRevision);
    }
    if (message.value !== undefined) {
      writer.uint32(58);
      writer.bytes(message.value);
    }
    if (message.lease !== undefined) {
      writer.uint32(64);
      writeInt64(writer, message.lease);
    }
    if (message.rangeEnd !== undefined && message.rangeEnd.length > 0) {
      writer.uint32(514);
      writer.bytes(message.rangeEnd);
    }
  },
};

export interface TxnRequest {
  /** All must hold for `success`, otherwise `failure`. */
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}

export const TxnRequest: Codec<TxnRequest> = {
  read(reader, end, depth) {
    const compare: Compare[] = [];
    const success: RequestOp[] = [];
    const failure: RequestOp[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          compare.push(Compare.read(reader, enter(reader, end, depth), depth + 1));
          break;
        case 18:
          success.push(RequestOp.read(reader, enter(reader, end, depth), depth + 1));
          break;
        case 26:
          failure.push(RequestOp.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { compare, success, failure };
  },
  write(message, writer) {
    if (message.compare !== undefined) {
      for (const item of message.compare) {
        Compare.write(item, writer.uint32(10).fork());
        writer.ldelim();
      }
    }
    if (message.success !== undefined) {
      for (const item of message.success) {
        RequestOp.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
    if (message.failure !== undefined) {
      for (const item of message.failure) {
        RequestOp.write(item, writer.uint32(26).fork());
        writer.ldelim();
      }
    }
  },
};

export interface TxnResponse {
  readonly header: ResponseHeader | undefined;
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}

export const TxnResponse: Codec<TxnResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let succeeded: boolean = false;
    const responses: ResponseOp[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          succeeded = reader.bool();
          break;
        case 26:
          responses.push(ResponseOp.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, succeeded, responses };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.succeeded === true) {
      writer.uint32(16);
      writer.bool(message.succeeded);
    }
    if (message.responses !== undefined) {
      for (const item of message.responses) {
        ResponseOp.write(item, writer.uint32(26).fork());
        writer.ldelim();
      }
    }
  },
};

export interface CompactionRequest {
  readonly revision: number;
  /** Answer once the space is really free. */
  readonly physical: boolean;
}

export const CompactionRequest: Codec<CompactionRequest> = {
  read(reader, end) {
    let revision: number = 0;
    let physical: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          revision = readInt64(reader);
          break;
        case 16:
          physical = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { revision, physical };
  },
  write(message, writer) {
    if (message.revision !== undefined && message.revision !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.revision);
    }
    if (message.physical === true) {
      writer.uint32(16);
      writer.bool(message.physical);
    }
  },
};

export interface CompactionResponse {
  readonly header: ResponseHeader | undefined;
}

export const CompactionResponse: Codec<CompactionResponse> = {
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

export interface WatchRequest {
  readonly createRequest: WatchCreateRequest | undefined;
  readonly cancelRequest: WatchCancelRequest | undefined;
  readonly progressRequest: WatchProgressRequest | undefined;
}

export const WatchRequest: Codec<WatchRequest> = {
  read(reader, end, depth) {
    let createRequest: WatchCreateRequest | undefined;
    let cancelRequest: WatchCancelRequest | undefined;
    let progressRequest: WatchProgressRequest | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          createRequest = WatchCreateRequest.read(reader, enter(reader, end, depth), depth + 1);
          cancelRequest = undefined;
          progressRequest = undefined;
          break;
        case 18:
          cancelRequest = WatchCancelRequest.read(reader, enter(reader, end, depth), depth + 1);
          createRequest = undefined;
          progressRequest = undefined;
          break;
        case 26:
          progressRequest = WatchProgressRequest.read(reader, enter(reader, end, depth), depth + 1);
          createRequest = undefined;
          cancelRequest = undefined;
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { createRequest, cancelRequest, progressRequest };
  },
  write(message, writer) {
    if (message.createRequest !== undefined) {
      WatchCreateRequest.write(message.createRequest, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.cancelRequest !== undefined) {
      WatchCancelRequest.write(message.cancelRequest, writer.uint32(18).fork());
      writer.ldelim();
    }
    if (message.progressRequest !== undefined) {
      WatchProgressRequest.write(message.progressRequest, writer.uint32(26).fork());
      writer.ldelim();
    }
  },
};

export const FilterType = {
  NOPUT: 0,
  NODELETE: 1,
} as const;

export interface WatchCreateRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** First revision of interest; 0: what comes from now on. */
  readonly startRevision: number;
  /** Send an empty response now and then while nothing happens. */
  readonly progressNotify: boolean;
  /** Kinds of events that are left out. */
  readonly filters: readonly number[];
  readonly prevKv: boolean;
  /** 0: the server chooses. */
  readonly watchId: number;
  /** Responses beyond the size of a request may come in pieces. */
  readonly fragment: boolean;
}

export const WatchCreateRequest: Codec<WatchCreateRequest> = {
  read(reader, end, depth) {
    let key: Uint8Array = noBytes;
    let rangeEnd: Uint8Array = noBytes;
    let startRevision: number = 0;
    let progressNotify: boolean = false;
    const filters: number[] = [];
    let prevKv: boolean = false;
    let watchId: number = 0;
    let fragment: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          key = reader.bytes();
          break;
        case 18:
          rangeEnd = reader.bytes();
          break;
        case 24:
          startRevision = readInt64(reader);
          break;
        case 32:
          progressNotify = reader.bool();
          break;
        case 40:
          filters.push(reader.int32());
          break;
        case 42:
          for (const inner = enter(reader, end, depth); reader.pos < inner; ) filters.push(reader.int32());
          break;
        case 48:
          prevKv = reader.bool();
          break;
        case 56:
          watchId = readInt64(reader);
          break;
        case 64:
          fragment = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { key, rangeEnd, startRevision, progressNotify, filters, prevKv, watchId, fragment };
  },
  write(message, writer) {
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(10);
      writer.bytes(message.key);
    }
    if (message.rangeEnd !== undefined && message.rangeEnd.length > 0) {
      writer.uint32(18);
      writer.bytes(message.rangeEnd);
    }
    if (message.startRevision !== undefined && message.startRevision !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.startRevision);
    }
    if (message.progressNotify === true) {
      writer.uint32(32);
      writer.bool(message.progressNotify);
    }
    if (message.filters !== undefined) {
      for (const item of message.filters) {
        writer.uint32(40);
        writer.int32(item);
      }
    }
    if (message.prevKv === true) {
      writer.uint32(48);
      writer.bool(message.prevKv);
    }
    if (message.watchId !== undefined && message.watchId !== 0) {
      writer.uint32(56);
      writeInt64(writer, message.watchId);
    }
    if (message.fragment === true) {
      writer.uint32(64);
      writer.bool(message.fragment);
    }
  },
};

export interface WatchCancelRequest {
  readonly watchId: number;
}

export const WatchCancelRequest: Codec<WatchCancelRequest> = {
  read(reader, end) {
    let watchId: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          watchId = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { watchId };
  },
  write(message, writer) {
    if (message.watchId !== undefined && message.watchId !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.watchId);
    }
  },
};

/** Say up to where all watchers of the stream are complete. */
export interface WatchProgressRequest {}

export const WatchProgressRequest: Codec<WatchProgressRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface WatchResponse {
  readonly header: ResponseHeader | undefined;
  /** -1: of all watchers of the stream. */
  readonly watchId: number;
  readonly created: boolean;
  /** Nothing more comes from this watcher. */
  readonly canceled: boolean;
  /** The start was compacted away: nothing before this revision can be watched. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** Further pieces of this response follow. */
  readonly fragment: boolean;
  readonly events: readonly Event[];
}

export const WatchResponse: Codec<WatchResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let watchId: number = 0;
    let created: boolean = false;
    let canceled: boolean = false;
    let compactRevision: number = 0;
    let cancelReason: string = '';
    let fragment: boolean = false;
    const events: Event[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          watchId = readInt64(reader);
          break;
        case 24:
          created = reader.bool();
          break;
        case 32:
          canceled = reader.bool();
          break;
        case 40:
          compactRevision = readInt64(reader);
          break;
        case 50:
          cancelReason = reader.string();
          break;
        case 56:
          fragment = reader.bool();
          break;
        case 90:
          events.push(Event.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, watchId, created, canceled, compactRevision, cancelReason, fragment, events };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.watchId !== undefined && message.watchId !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.watchId);
    }
    if (message.created === true) {
      writer.uint32(24);
      writer.bool(message.created);
    }
    if (message.canceled === true) {
      writer.uint32(32);
      writer.bool(message.canceled);
    }
    if (message.compactRevision !== undefined && message.compactRevision !== 0) {
      writer.uint32(40);
      writeInt64(writer, message.compactRevision);
    }
    if (message.cancelReason !== undefined && message.cancelReason !== '') {
      writer.uint32(50);
      writer.string(message.cancelReason);
    }
    if (message.fragment === true) {
      writer.uint32(56);
      writer.bool(message.fragment);
    }
    if (message.events !== undefined) {
      for (const item of message.events) {
        Event.write(item, writer.uint32(90).fork());
        writer.ldelim();
      }
    }
  },
};

export interface LeaseGrantRequest {
  /** Seconds. */
  readonly TTL: number;
  /** 0: the server chooses. */
  readonly ID: number;
}

export const LeaseGrantRequest: Codec<LeaseGrantRequest> = {
  read(reader, end) {
    let TTL: number = 0;
    let ID: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          TTL = readInt64(reader);
          break;
        case 16:
          ID = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { TTL, ID };
  },
  write(message, writer) {
    if (message.TTL !== undefined && message.TTL !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.TTL);
    }
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.ID);
    }
  },
};

export interface LeaseGrantResponse {
  readonly header: ResponseHeader | undefined;
  readonly ID: number;
  readonly TTL: number;
  readonly error: string;
}

export const LeaseGrantResponse: Codec<LeaseGrantResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let ID: number = 0;
    let TTL: number = 0;
    let error: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          ID = readInt64(reader);
          break;
        case 24:
          TTL = readInt64(reader);
          break;
        case 34:
          error = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, ID, TTL, error };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.ID);
    }
    if (message.TTL !== undefined && message.TTL !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.TTL);
    }
    if (message.error !== undefined && message.error !== '') {
      writer.uint32(34);
      writer.string(message.error);
    }
  },
};

export interface LeaseRevokeRequest {
  readonly ID: number;
}

export const LeaseRevokeRequest: Codec<LeaseRevokeRequest> = {
  read(reader, end) {
    let ID: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
  },
};

export interface LeaseRevokeResponse {
  readonly header: ResponseHeader | undefined;
}

export const LeaseRevokeResponse: Codec<LeaseRevokeResponse> = {
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

export interface LeaseKeepAliveRequest {
  readonly ID: number;
}

export const LeaseKeepAliveRequest: Codec<LeaseKeepAliveRequest> = {
  read(reader, end) {
    let ID: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
  },
};

export interface LeaseKeepAliveResponse {
  readonly header: ResponseHeader | undefined;
  readonly ID: number;
  /** 0: there is no such lease (any more). */
  readonly TTL: number;
}

export const LeaseKeepAliveResponse: Codec<LeaseKeepAliveResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let ID: number = 0;
    let TTL: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          ID = readInt64(reader);
          break;
        case 24:
          TTL = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, ID, TTL };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.ID);
    }
    if (message.TTL !== undefined && message.TTL !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.TTL);
    }
  },
};

export interface LeaseTimeToLiveRequest {
  readonly ID: number;
  readonly keys: boolean;
}

export const LeaseTimeToLiveRequest: Codec<LeaseTimeToLiveRequest> = {
  read(reader, end) {
    let ID: number = 0;
    let keys: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readInt64(reader);
          break;
        case 16:
          keys = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID, keys };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
    if (message.keys === true) {
      writer.uint32(16);
      writer.bool(message.keys);
    }
  },
};

export interface LeaseTimeToLiveResponse {
  readonly header: ResponseHeader | undefined;
  readonly ID: number;
  /** What is left, in whole seconds; -1: there is no such lease. */
  readonly TTL: number;
  readonly grantedTTL: number;
  readonly keys: readonly Uint8Array[];
}

export const LeaseTimeToLiveResponse: Codec<LeaseTimeToLiveResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let ID: number = 0;
    let TTL: number = 0;
    let grantedTTL: number = 0;
    const keys: Uint8Array[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          ID = readInt64(reader);
          break;
        case 24:
          TTL = readInt64(reader);
          break;
        case 32:
          grantedTTL = readInt64(reader);
          break;
        case 42:
          keys.push(reader.bytes());
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, ID, TTL, grantedTTL, keys };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.ID);
    }
    if (message.TTL !== undefined && message.TTL !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.TTL);
    }
    if (message.grantedTTL !== undefined && message.grantedTTL !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.grantedTTL);
    }
    if (message.keys !== undefined) {
      for (const item of message.keys) {
        writer.uint32(42);
        writer.bytes(item);
      }
    }
  },
};

export interface LeaseLeasesRequest {}

export const LeaseLeasesRequest: Codec<LeaseLeasesRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface LeaseStatus {
  readonly ID: number;
}

export const LeaseStatus: Codec<LeaseStatus> = {
  read(reader, end) {
    let ID: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
  },
};

export interface LeaseLeasesResponse {
  readonly header: ResponseHeader | undefined;
  readonly leases: readonly LeaseStatus[];
}

export const LeaseLeasesResponse: Codec<LeaseLeasesResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const leases: LeaseStatus[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          leases.push(LeaseStatus.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, leases };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.leases !== undefined) {
      for (const item of message.leases) {
        LeaseStatus.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};

export interface Member {
  readonly ID: number;
  /** Empty: it has not started yet. */
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly isLearner: boolean;
}

export const Member: Codec<Member> = {
  read(reader, end) {
    let ID: number = 0;
    let name: string = '';
    const peerURLs: string[] = [];
    const clientURLs: string[] = [];
    let isLearner: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readUint64(reader);
          break;
        case 18:
          name = reader.string();
          break;
        case 26:
          peerURLs.push(reader.string());
          break;
        case 34:
          clientURLs.push(reader.string());
          break;
        case 40:
          isLearner = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID, name, peerURLs, clientURLs, isLearner };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(18);
      writer.string(message.name);
    }
    if (message.peerURLs !== undefined) {
      for (const item of message.peerURLs) {
        writer.uint32(26);
        writer.string(item);
      }
    }
    if (message.clientURLs !== undefined) {
      for (const item of message.clientURLs) {
        writer.uint32(34);
        writer.string(item);
      }
    }
    if (message.isLearner === true) {
      writer.uint32(40);
      writer.bool(message.isLearner);
    }
  },
};

export interface MemberAddRequest {
  readonly peerURLs: readonly string[];
  readonly isLearner: boolean;
}

export const MemberAddRequest: Codec<MemberAddRequest> = {
  read(reader, end) {
    const peerURLs: string[] = [];
    let isLearner: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          peerURLs.push(reader.string());
          break;
        case 16:
          isLearner = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { peerURLs, isLearner };
  },
  write(message, writer) {
    if (message.peerURLs !== undefined) {
      for (const item of message.peerURLs) {
        writer.uint32(10);
        writer.string(item);
      }
    }
    if (message.isLearner === true) {
      writer.uint32(16);
      writer.bool(message.isLearner);
    }
  },
};

export interface MemberAddResponse {
  readonly header: ResponseHeader | undefined;
  readonly member: Member | undefined;
  readonly members: readonly Member[];
}

export const MemberAddResponse: Codec<MemberAddResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let member: Member | undefined;
    const members: Member[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          member = Member.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 26:
          members.push(Member.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, member, members };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.member !== undefined) {
      Member.write(message.member, writer.uint32(18).fork());
      writer.ldelim();
    }
    if (message.members !== undefined) {
      for (const item of message.members) {
        Member.write(item, writer.uint32(26).fork());
        writer.ldelim();
      }
    }
  },
};

export interface MemberRemoveRequest {
  readonly ID: number;
}

export const MemberRemoveRequest: Codec<MemberRemoveRequest> = {
  read(reader, end) {
    let ID: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readUint64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
  },
};

export interface MemberRemoveResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}

export const MemberRemoveResponse: Codec<MemberRemoveResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const members: Member[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          members.push(Member.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, members };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.members !== undefined) {
      for (const item of message.members) {
        Member.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};

export interface MemberUpdateRequest {
  readonly ID: number;
  readonly peerURLs: readonly string[];
}

export const MemberUpdateRequest: Codec<MemberUpdateRequest> = {
  read(reader, end) {
    let ID: number = 0;
    const peerURLs: string[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readUint64(reader);
          break;
        case 18:
          peerURLs.push(reader.string());
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID, peerURLs };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
    if (message.peerURLs !== undefined) {
      for (const item of message.peerURLs) {
        writer.uint32(18);
        writer.string(item);
      }
    }
  },
};

export interface MemberUpdateResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}

export const MemberUpdateResponse: Codec<MemberUpdateResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const members: Member[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          members.push(Member.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, members };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.members !== undefined) {
      for (const item of message.members) {
        Member.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};

export interface MemberListRequest {
  readonly linearizable: boolean;
}

export const MemberListRequest: Codec<MemberListRequest> = {
  read(reader, end) {
    let linearizable: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          linearizable = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { linearizable };
  },
  write(message, writer) {
    if (message.linearizable === true) {
      writer.uint32(8);
      writer.bool(message.linearizable);
    }
  },
};

export interface MemberListResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}

export const MemberListResponse: Codec<MemberListResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const members: Member[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          members.push(Member.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, members };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.members !== undefined) {
      for (const item of message.members) {
        Member.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};

export interface MemberPromoteRequest {
  readonly ID: number;
}

export const MemberPromoteRequest: Codec<MemberPromoteRequest> = {
  read(reader, end) {
    let ID: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          ID = readUint64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { ID };
  },
  write(message, writer) {
    if (message.ID !== undefined && message.ID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.ID);
    }
  },
};

export interface MemberPromoteResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}

export const MemberPromoteResponse: Codec<MemberPromoteResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const members: Member[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          members.push(Member.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, members };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.members !== undefined) {
      for (const item of message.members) {
        Member.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};

export const AlarmType = {
  NONE: 0,
  NOSPACE: 1,
  CORRUPT: 2,
} as const;

export const AlarmAction = {
  GET: 0,
  ACTIVATE: 1,
  DEACTIVATE: 2,
} as const;

export interface AlarmRequest {
  readonly action: number;
  /** 0: of all members. */
  readonly memberID: number;
  /** NONE: of every kind. */
  readonly alarm: number;
}

export const AlarmRequest: Codec<AlarmRequest> = {
  read(reader, end) {
    let action: number = 0;
    let memberID: number = 0;
    let alarm: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          action = reader.int32();
          break;
        case 16:
          memberID = readUint64(reader);
          break;
        case 24:
          alarm = reader.int32();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { action, memberID, alarm };
  },
  write(message, writer) {
    if (message.action !== undefined && message.action !== 0) {
      writer.uint32(8);
      writer.int32(message.action);
    }
    if (message.memberID !== undefined && message.memberID !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.memberID);
    }
    if (message.alarm !== undefined && message.alarm !== 0) {
      writer.uint32(24);
      writer.int32(message.alarm);
    }
  },
};

export interface AlarmMember {
  readonly memberID: number;
  readonly alarm: number;
}

export const AlarmMember: Codec<AlarmMember> = {
  read(reader, end) {
    let memberID: number = 0;
    let alarm: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          memberID = readUint64(reader);
          break;
        case 16:
          alarm = reader.int32();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { memberID, alarm };
  },
  write(message, writer) {
    if (message.memberID !== undefined && message.memberID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.memberID);
    }
    if (message.alarm !== undefined && message.alarm !== 0) {
      writer.uint32(16);
      writer.int32(message.alarm);
    }
  },
};

export interface AlarmResponse {
  readonly header: ResponseHeader | undefined;
  readonly alarms: readonly AlarmMember[];
}

export const AlarmResponse: Codec<AlarmResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const alarms: AlarmMember[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          alarms.push(AlarmMember.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, alarms };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.alarms !== undefined) {
      for (const item of message.alarms) {
        AlarmMember.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};

export interface StatusRequest {}

export const StatusRequest: Codec<StatusRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface StatusResponse {
  readonly header: ResponseHeader | undefined;
  readonly version: string;
  readonly dbSize: number;
  /** The leader's member id as this member knows it; 0: none. */
  readonly leader: number;
  readonly raftIndex: number;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
  readonly errors: readonly string[];
  readonly dbSizeInUse: number;
  readonly isLearner: boolean;
  readonly storageVersion: string;
  readonly dbSizeQuota: number;
  readonly downgradeInfo: DowngradeInfo | undefined;
}

export const StatusResponse: Codec<StatusResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let version: string = '';
    let dbSize: number = 0;
    let leader: number = 0;
    let raftIndex: number = 0;
    let raftTerm: number = 0;
    let raftAppliedIndex: number = 0;
    const errors: string[] = [];
    let dbSizeInUse: number = 0;
    let isLearner: boolean = false;
    let storageVersion: string = '';
    let dbSizeQuota: number = 0;
    let downgradeInfo: DowngradeInfo | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          version = reader.string();
          break;
        case 24:
          dbSize = readInt64(reader);
          break;
        case 32:
          leader = readUint64(reader);
          break;
        case 40:
          raftIndex = readUint64(reader);
          break;
        case 48:
          raftTerm = readUint64(reader);
          break;
        case 56:
          raftAppliedIndex = readUint64(reader);
          break;
        case 66:
          errors.push(reader.string());
          break;
        case 72:
          dbSizeInUse = readInt64(reader);
          break;
        case 80:
          isLearner = reader.bool();
          break;
        case 90:
          storageVersion = reader.string();
          break;
        case 96:
          dbSizeQuota = readInt64(reader);
          break;
        case 106:
          downgradeInfo = DowngradeInfo.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return {
      header,
      version,
      dbSize,
      leader,
      raftIndex,
      raftTerm,
      raftAppliedIndex,
      errors,
      dbSizeInUse,
      isLearner,
      storageVersion,
      dbSizeQuota,
      downgradeInfo,
    };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.version !== undefined && message.version !== '') {
      writer.uint32(18);
      writer.string(message.version);
    }
    if (message.dbSize !== undefined && message.dbSize !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.dbSize);
    }
    if (message.leader !== undefined && message.leader !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.leader);
    }
    if (message.raftIndex !== undefined && message.raftIndex !== 0) {
      writer.uint32(40);
      writeInt64(writer, message.raftIndex);
    }
    if (message.raftTerm !== undefined && message.raftTerm !== 0) {
      writer.uint32(48);
      writeInt64(writer, message.raftTerm);
    }
    if (message.raftAppliedIndex !== undefined && message.raftAppliedIndex !== 0) {
      writer.uint32(56);
      writeInt64(writer, message.raftAppliedIndex);
    }
    if (message.errors !== undefined) {
      for (const item of message.errors) {
        writer.uint32(66);
        writer.string(item);
      }
    }
    if (message.dbSizeInUse !== undefined && message.dbSizeInUse !== 0) {
      writer.uint32(72);
      writeInt64(writer, message.dbSizeInUse);
    }
    if (message.isLearner === true) {
      writer.uint32(80);
      writer.bool(message.isLearner);
    }
    if (message.storageVersion !== undefined && message.storageVersion !== '') {
      writer.uint32(90);
      writer.string(message.storageVersion);
    }
    if (message.dbSizeQuota !== undefined && message.dbSizeQuota !== 0) {
      writer.uint32(96);
      writeInt64(writer, message.dbSizeQuota);
    }
    if (message.downgradeInfo !== undefined) {
      DowngradeInfo.write(message.downgradeInfo, writer.uint32(106).fork());
      writer.ldelim();
    }
  },
};

export interface DowngradeInfo {
  readonly enabled: boolean;
  readonly targetVersion: string;
}

export const DowngradeInfo: Codec<DowngradeInfo> = {
  read(reader, end) {
    let enabled: boolean = false;
    let targetVersion: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          enabled = reader.bool();
          break;
        case 18:
          targetVersion = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { enabled, targetVersion };
  },
  write(message, writer) {
    if (message.enabled === true) {
      writer.uint32(8);
      writer.bool(message.enabled);
    }
    if (message.targetVersion !== undefined && message.targetVersion !== '') {
      writer.uint32(18);
      writer.string(message.targetVersion);
    }
  },
};

export interface DefragmentRequest {}

export const DefragmentRequest: Codec<DefragmentRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface DefragmentResponse {
  readonly header: ResponseHeader | undefined;
}

export const DefragmentResponse: Codec<DefragmentResponse> = {
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

export interface HashRequest {}

export const HashRequest: Codec<HashRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface HashResponse {
  readonly header: ResponseHeader | undefined;
  readonly hash: number;
}

export const HashResponse: Codec<HashResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let hash: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          hash = reader.uint32();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, hash };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.hash !== undefined && message.hash !== 0) {
      writer.uint32(16);
      writer.uint32(message.hash);
    }
  },
};

export interface HashKVRequest {
  /** 0: the latest. */
  readonly revision: number;
}

export const HashKVRequest: Codec<HashKVRequest> = {
  read(reader, end) {
    let revision: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          revision = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { revision };
  },
  write(message, writer) {
    if (message.revision !== undefined && message.revision !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.revision);
    }
  },
};

export interface HashKVResponse {
  readonly header: ResponseHeader | undefined;
  readonly hash: number;
  readonly compactRevision: number;
  readonly hashRevision: number;
}

export const HashKVResponse: Codec<HashKVResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let hash: number = 0;
    let compactRevision: number = 0;
    let hashRevision: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          hash = reader.uint32();
          break;
        case 24:
          compactRevision = readInt64(reader);
          break;
        case 32:
          hashRevision = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, hash, compactRevision, hashRevision };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.hash !== undefined && message.hash !== 0) {
      writer.uint32(16);
      writer.uint32(message.hash);
    }
    if (message.compactRevision !== undefined && message.compactRevision !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.compactRevision);
    }
    if (message.hashRevision !== undefined && message.hashRevision !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.hashRevision);
    }
  },
};

export interface SnapshotRequest {}

export const SnapshotRequest: Codec<SnapshotRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface SnapshotResponse {
  readonly header: ResponseHeader | undefined;
  readonly remainingBytes: number;
  readonly blob: Uint8Array;
  readonly version: string;
}

export const SnapshotResponse: Codec<SnapshotResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let remainingBytes: number = 0;
    let blob: Uint8Array = noBytes;
    let version: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          remainingBytes = readUint64(reader);
          break;
        case 26:
          blob = reader.bytes();
          break;
        case 34:
          version = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, remainingBytes, blob, version };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.remainingBytes !== undefined && message.remainingBytes !== 0) {
      writer.uint32(16);
      writeInt64(writer, message.remainingBytes);
    }
    if (message.blob !== undefined && message.blob.length > 0) {
      writer.uint32(26);
      writer.bytes(message.blob);
    }
    if (message.version !== undefined && message.version !== '') {
      writer.uint32(34);
      writer.string(message.version);
    }
  },
};

export interface MoveLeaderRequest {
  readonly targetID: number;
}

export const MoveLeaderRequest: Codec<MoveLeaderRequest> = {
  read(reader, end) {
    let targetID: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          targetID = readUint64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { targetID };
  },
  write(message, writer) {
    if (message.targetID !== undefined && message.targetID !== 0) {
      writer.uint32(8);
      writeInt64(writer, message.targetID);
    }
  },
};

export interface MoveLeaderResponse {
  readonly header: ResponseHeader | undefined;
}

export const MoveLeaderResponse: Codec<MoveLeaderResponse> = {
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

export const DowngradeAction = {
  VALIDATE: 0,
  ENABLE: 1,
  CANCEL: 2,
} as const;

export interface DowngradeRequest {
  readonly action: number;
  readonly version: string;
}

export const DowngradeRequest: Codec<DowngradeRequest> = {
  read(reader, end) {
    let action: number = 0;
    let version: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          action = reader.int32();
          break;
        case 18:
          version = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { action, version };
  },
  write(message, writer) {
    if (message.action !== undefined && message.action !== 0) {
      writer.uint32(8);
      writer.int32(message.action);
    }
    if (message.version !== undefined && message.version !== '') {
      writer.uint32(18);
      writer.string(message.version);
    }
  },
};

export interface DowngradeResponse {
  readonly header: ResponseHeader | undefined;
  readonly version: string;
}

export const DowngradeResponse: Codec<DowngradeResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let version: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          version = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, version };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.version !== undefined && message.version !== '') {
      writer.uint32(18);
      writer.string(message.version);
    }
  },
};

export interface AuthEnableRequest {}

export const AuthEnableRequest: Codec<AuthEnableRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface AuthEnableResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthEnableResponse: Codec<AuthEnableResponse> = {
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

export interface AuthDisableRequest {}

export const AuthDisableRequest: Codec<AuthDisableRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface AuthDisableResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthDisableResponse: Codec<AuthDisableResponse> = {
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

export interface AuthStatusRequest {}

export const AuthStatusRequest: Codec<AuthStatusRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface AuthStatusResponse {
  readonly header: ResponseHeader | undefined;
  readonly enabled: boolean;
  /** Of users and roles. */
  readonly authRevision: number;
}

export const AuthStatusResponse: Codec<AuthStatusResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let enabled: boolean = false;
    let authRevision: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 16:
          enabled = reader.bool();
          break;
        case 24:
          authRevision = readUint64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, enabled, authRevision };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.enabled === true) {
      writer.uint32(16);
      writer.bool(message.enabled);
    }
    if (message.authRevision !== undefined && message.authRevision !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.authRevision);
    }
  },
};

export interface AuthenticateRequest {
  readonly name: string;
  readonly password: string;
}

export const AuthenticateRequest: Codec<AuthenticateRequest> = {
  read(reader, end) {
    let name: string = '';
    let password: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        case 18:
          password = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, password };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
    if (message.password !== undefined && message.password !== '') {
      writer.uint32(18);
      writer.string(message.password);
    }
  },
};

export interface AuthenticateResponse {
  readonly header: ResponseHeader | undefined;
  readonly token: string;
}

export const AuthenticateResponse: Codec<AuthenticateResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let token: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          token = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, token };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.token !== undefined && message.token !== '') {
      writer.uint32(18);
      writer.string(message.token);
    }
  },
};

export interface AuthUserAddRequest {
  readonly name: string;
  readonly password: string;
  readonly options: UserAddOptions | undefined;
  readonly hashedPassword: string;
}

export const AuthUserAddRequest: Codec<AuthUserAddRequest> = {
  read(reader, end, depth) {
    let name: string = '';
    let password: string = '';
    let options: UserAddOptions | undefined;
    let hashedPassword: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        case 18:
          password = reader.string();
          break;
        case 26:
          options = UserAddOptions.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 34:
          hashedPassword = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, password, options, hashedPassword };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
    if (message.password !== undefined && message.password !== '') {
      writer.uint32(18);
      writer.string(message.password);
    }
    if (message.options !== undefined) {
      UserAddOptions.write(message.options, writer.uint32(26).fork());
      writer.ldelim();
    }
    if (message.hashedPassword !== undefined && message.hashedPassword !== '') {
      writer.uint32(34);
      writer.string(message.hashedPassword);
    }
  },
};

export interface AuthUserAddResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthUserAddResponse: Codec<AuthUserAddResponse> = {
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

export interface AuthUserGetRequest {
  readonly name: string;
}

export const AuthUserGetRequest: Codec<AuthUserGetRequest> = {
  read(reader, end) {
    let name: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
  },
};

export interface AuthUserGetResponse {
  readonly header: ResponseHeader | undefined;
  readonly roles: readonly string[];
}

export const AuthUserGetResponse: Codec<AuthUserGetResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const roles: string[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          roles.push(reader.string());
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, roles };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.roles !== undefined) {
      for (const item of message.roles) {
        writer.uint32(18);
        writer.string(item);
      }
    }
  },
};

export interface AuthUserListRequest {}

export const AuthUserListRequest: Codec<AuthUserListRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface AuthUserListResponse {
  readonly header: ResponseHeader | undefined;
  readonly users: readonly string[];
}

export const AuthUserListResponse: Codec<AuthUserListResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const users: string[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          users.push(reader.string());
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, users };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.users !== undefined) {
      for (const item of message.users) {
        writer.uint32(18);
        writer.string(item);
      }
    }
  },
};

export interface AuthUserDeleteRequest {
  readonly name: string;
}

export const AuthUserDeleteRequest: Codec<AuthUserDeleteRequest> = {
  read(reader, end) {
    let name: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
  },
};

export interface AuthUserDeleteResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthUserDeleteResponse: Codec<AuthUserDeleteResponse> = {
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

export interface AuthUserChangePasswordRequest {
  readonly name: string;
  readonly password: string;
  readonly hashedPassword: string;
}

export const AuthUserChangePasswordRequest: Codec<AuthUserChangePasswordRequest> = {
  read(reader, end) {
    let name: string = '';
    let password: string = '';
    let hashedPassword: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        case 18:
          password = reader.string();
          break;
        case 26:
          hashedPassword = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, password, hashedPassword };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
    if (message.password !== undefined && message.password !== '') {
      writer.uint32(18);
      writer.string(message.password);
    }
    if (message.hashedPassword !== undefined && message.hashedPassword !== '') {
      writer.uint32(26);
      writer.string(message.hashedPassword);
    }
  },
};

export interface AuthUserChangePasswordResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthUserChangePasswordResponse: Codec<AuthUserChangePasswordResponse> = {
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

export interface AuthUserGrantRoleRequest {
  readonly user: string;
  readonly role: string;
}

export const AuthUserGrantRoleRequest: Codec<AuthUserGrantRoleRequest> = {
  read(reader, end) {
    let user: string = '';
    let role: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          user = reader.string();
          break;
        case 18:
          role = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { user, role };
  },
  write(message, writer) {
    if (message.user !== undefined && message.user !== '') {
      writer.uint32(10);
      writer.string(message.user);
    }
    if (message.role !== undefined && message.role !== '') {
      writer.uint32(18);
      writer.string(message.role);
    }
  },
};

export interface AuthUserGrantRoleResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthUserGrantRoleResponse: Codec<AuthUserGrantRoleResponse> = {
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

export interface AuthUserRevokeRoleRequest {
  readonly name: string;
  readonly role: string;
}

export const AuthUserRevokeRoleRequest: Codec<AuthUserRevokeRoleRequest> = {
  read(reader, end) {
    let name: string = '';
    let role: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        case 18:
          role = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, role };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
    if (message.role !== undefined && message.role !== '') {
      writer.uint32(18);
      writer.string(message.role);
    }
  },
};

export interface AuthUserRevokeRoleResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthUserRevokeRoleResponse: Codec<AuthUserRevokeRoleResponse> = {
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

export interface AuthRoleAddRequest {
  readonly name: string;
}

export const AuthRoleAddRequest: Codec<AuthRoleAddRequest> = {
  read(reader, end) {
    let name: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
  },
};

export interface AuthRoleAddResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthRoleAddResponse: Codec<AuthRoleAddResponse> = {
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

export interface AuthRoleGetRequest {
  readonly role: string;
}

export const AuthRoleGetRequest: Codec<AuthRoleGetRequest> = {
  read(reader, end) {
    let role: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          role = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { role };
  },
  write(message, writer) {
    if (message.role !== undefined && message.role !== '') {
      writer.uint32(10);
      writer.string(message.role);
    }
  },
};

export interface AuthRoleGetResponse {
  readonly header: ResponseHeader | undefined;
  readonly perm: readonly Permission[];
}

export const AuthRoleGetResponse: Codec<AuthRoleGetResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const perm: Permission[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          perm.push(Permission.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, perm };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.perm !== undefined) {
      for (const item of message.perm) {
        Permission.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};

export interface AuthRoleListRequest {}

export const AuthRoleListRequest: Codec<AuthRoleListRequest> = {
  read(reader, end) {
    while (reader.pos < end) {
      skip(reader, reader.uint32());
    }
    leave(reader, end);
    return {};
  },
  write() {},
};

export interface AuthRoleListResponse {
  readonly header: ResponseHeader | undefined;
  readonly roles: readonly string[];
}

export const AuthRoleListResponse: Codec<AuthRoleListResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    const roles: string[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          roles.push(reader.string());
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, roles };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.roles !== undefined) {
      for (const item of message.roles) {
        writer.uint32(18);
        writer.string(item);
      }
    }
  },
};

export interface AuthRoleDeleteRequest {
  readonly role: string;
}

export const AuthRoleDeleteRequest: Codec<AuthRoleDeleteRequest> = {
  read(reader, end) {
    let role: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          role = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { role };
  },
  write(message, writer) {
    if (message.role !== undefined && message.role !== '') {
      writer.uint32(10);
      writer.string(message.role);
    }
  },
};

export interface AuthRoleDeleteResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthRoleDeleteResponse: Codec<AuthRoleDeleteResponse> = {
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

export interface AuthRoleGrantPermissionRequest {
  readonly name: string;
  readonly perm: Permission | undefined;
}

export const AuthRoleGrantPermissionRequest: Codec<AuthRoleGrantPermissionRequest> = {
  read(reader, end, depth) {
    let name: string = '';
    let perm: Permission | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.string();
          break;
        case 18:
          perm = Permission.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, perm };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name !== '') {
      writer.uint32(10);
      writer.string(message.name);
    }
    if (message.perm !== undefined) {
      Permission.write(message.perm, writer.uint32(18).fork());
      writer.ldelim();
    }
  },
};

export interface AuthRoleGrantPermissionResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthRoleGrantPermissionResponse: Codec<AuthRoleGrantPermissionResponse> = {
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

export interface AuthRoleRevokePermissionRequest {
  readonly role: string;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

export const AuthRoleRevokePermissionRequest: Codec<AuthRoleRevokePermissionRequest> = {
  read(reader, end) {
    let role: string = '';
    let key: Uint8Array = noBytes;
    let rangeEnd: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          role = reader.string();
          break;
        case 18:
          key = reader.bytes();
          break;
        case 26:
          rangeEnd = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { role, key, rangeEnd };
  },
  write(message, writer) {
    if (message.role !== undefined && message.role !== '') {
      writer.uint32(10);
      writer.string(message.role);
    }
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(18);
      writer.bytes(message.key);
    }
    if (message.rangeEnd !== undefined && message.rangeEnd.length > 0) {
      writer.uint32(26);
      writer.bytes(message.rangeEnd);
    }
  },
};

export interface AuthRoleRevokePermissionResponse {
  readonly header: ResponseHeader | undefined;
}

export const AuthRoleRevokePermissionResponse: Codec<AuthRoleRevokePermissionResponse> = {
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

export const KVService = {
  name: 'etcdserverpb.KV',
  methods: {
    Range: {
      path: '/etcdserverpb.KV/Range',
      request: RangeRequest as typeof RangeRequest,
      response: RangeResponse as typeof RangeResponse,
      requestStream: false,
      responseStream: false,
    },
    RangeStream: {
      path: '/etcdserverpb.KV/RangeStream',
      request: RangeRequest as typeof RangeRequest,
      response: RangeStreamResponse as typeof RangeStreamResponse,
      requestStream: false,
      responseStream: true,
    },
    Put: {
      path: '/etcdserverpb.KV/Put',
      request: PutRequest as typeof PutRequest,
      response: PutResponse as typeof PutResponse,
      requestStream: false,
      responseStream: false,
    },
    DeleteRange: {
      path: '/etcdserverpb.KV/DeleteRange',
      request: DeleteRangeRequest as typeof DeleteRangeRequest,
      response: DeleteRangeResponse as typeof DeleteRangeResponse,
      requestStream: false,
      responseStream: false,
    },
    Txn: {
      path: '/etcdserverpb.KV/Txn',
      request: TxnRequest as typeof TxnRequest,
      response: TxnResponse as typeof TxnResponse,
      requestStream: false,
      responseStream: false,
    },
    Compact: {
      path: '/etcdserverpb.KV/Compact',
      request: CompactionRequest as typeof CompactionRequest,
      response: CompactionResponse as typeof CompactionResponse,
      requestStream: false,
      responseStream: false,
    },
  },
} as const;

export const WatchService = {
  name: 'etcdserverpb.Watch',
  methods: {
    Watch: {
      path: '/etcdserverpb.Watch/Watch',
      request: WatchRequest as typeof WatchRequest,
      response: WatchResponse as typeof WatchResponse,
      requestStream: true,
      responseStream: true,
    },
  },
} as const;

export const LeaseService = {
  name: 'etcdserverpb.Lease',
  methods: {
    LeaseGrant: {
      path: '/etcdserverpb.Lease/LeaseGrant',
      request: LeaseGrantRequest as typeof LeaseGrantRequest,
      response: LeaseGrantResponse as typeof LeaseGrantResponse,
      requestStream: false,
      responseStream: false,
    },
    LeaseRevoke: {
      path: '/etcdserverpb.Lease/LeaseRevoke',
      request: LeaseRevokeRequest as typeof LeaseRevokeRequest,
      response: LeaseRevokeResponse as typeof LeaseRevokeResponse,
      requestStream: false,
      responseStream: false,
    },
    LeaseKeepAlive: {
      path: '/etcdserverpb.Lease/LeaseKeepAlive',
      request: LeaseKeepAliveRequest as typeof LeaseKeepAliveRequest,
      response: LeaseKeepAliveResponse as typeof LeaseKeepAliveResponse,
      requestStream: true,
      responseStream: true,
    },
    LeaseTimeToLive: {
      path: '/etcdserverpb.Lease/LeaseTimeToLive',
      request: LeaseTimeToLiveRequest as typeof LeaseTimeToLiveRequest,
      response: LeaseTimeToLiveResponse as typeof LeaseTimeToLiveResponse,
      requestStream: false,
      responseStream: false,
    },
    LeaseLeases: {
      path: '/etcdserverpb.Lease/LeaseLeases',
      request: LeaseLeasesRequest as typeof LeaseLeasesRequest,
      response: LeaseLeasesResponse as typeof LeaseLeasesResponse,
      requestStream: false,
      responseStream: false,
    },
  },
} as const;

export const ClusterService = {
  name: 'etcdserverpb.Cluster',
  methods: {
    MemberAdd: {
      path: '/etcdserverpb.Cluster/MemberAdd',
      request: MemberAddRequest as typeof MemberAddRequest,
      response: MemberAddResponse as typeof MemberAddResponse,
      requestStream: false,
      responseStream: false,
    },
    MemberRemove: {
      path: '/etcdserverpb.Cluster/MemberRemove',
      request: MemberRemoveRequest as typeof MemberRemoveRequest,
      response: MemberRemoveResponse as typeof MemberRemoveResponse,
      requestStream: false,
      responseStream: false,
    },
    MemberUpdate: {
      path: '/etcdserverpb.Cluster/MemberUpdate',
      request: MemberUpdateRequest as typeof MemberUpdateRequest,
      response: MemberUpdateResponse as typeof MemberUpdateResponse,
      requestStream: false,
      responseStream: false,
    },
    MemberList: {
      path: '/etcdserverpb.Cluster/MemberList',
      request: MemberListRequest as typeof MemberListRequest,
      response: MemberListResponse as typeof MemberListResponse,
      requestStream: false,
      responseStream: false,
    },
    MemberPromote: {
      path: '/etcdserverpb.Cluster/MemberPromote',
      request: MemberPromoteRequest as typeof MemberPromoteRequest,
      response: MemberPromoteResponse as typeof MemberPromoteResponse,
      requestStream: false,
      responseStream: false,
    },
  },
} as const;

export const MaintenanceService = {
  name: 'etcdserverpb.Maintenance',
  methods: {
    Alarm: {
      path: '/etcdserverpb.Maintenance/Alarm',
      request: AlarmRequest as typeof AlarmRequest,
      response: AlarmResponse as typeof AlarmResponse,
      requestStream: false,
      responseStream: false,
    },
    Status: {
      path: '/etcdserverpb.Maintenance/Status',
      request: StatusRequest as typeof StatusRequest,
      response: StatusResponse as typeof StatusResponse,
      requestStream: false,
      responseStream: false,
    },
    Defragment: {
      path: '/etcdserverpb.Maintenance/Defragment',
      request: DefragmentRequest as typeof DefragmentRequest,
      response: DefragmentResponse as typeof DefragmentResponse,
      requestStream: false,
      responseStream: false,
    },
    Hash: {
      path: '/etcdserverpb.Maintenance/Hash',
      request: HashRequest as typeof HashRequest,
      response: HashResponse as typeof HashResponse,
      requestStream: false,
      responseStream: false,
    },
    HashKV: {
      path: '/etcdserverpb.Maintenance/HashKV',
      request: HashKVRequest as typeof HashKVRequest,
      response: HashKVResponse as typeof HashKVResponse,
      requestStream: false,
      responseStream: false,
    },
    Snapshot: {
      path: '/etcdserverpb.Maintenance/Snapshot',
      request: SnapshotRequest as typeof SnapshotRequest,
      response: SnapshotResponse as typeof SnapshotResponse,
      requestStream: false,
      responseStream: true,
    },
    MoveLeader: {
      path: '/etcdserverpb.Maintenance/MoveLeader',
      request: MoveLeaderRequest as typeof MoveLeaderRequest,
      response: MoveLeaderResponse as typeof MoveLeaderResponse,
      requestStream: false,
      responseStream: false,
    },
    Downgrade: {
      path: '/etcdserverpb.Maintenance/Downgrade',
      request: DowngradeRequest as typeof DowngradeRequest,
      response: DowngradeResponse as typeof DowngradeResponse,
      requestStream: false,
      responseStream: false,
    },
  },
} as const;

export const AuthService = {
  name: 'etcdserverpb.Auth',
  methods: {
    AuthEnable: {
      path: '/etcdserverpb.Auth/AuthEnable',
      request: AuthEnableRequest as typeof AuthEnableRequest,
      response: AuthEnableResponse as typeof AuthEnableResponse,
      requestStream: false,
      responseStream: false,
    },
    AuthDisable: {
      path: '/etcdserverpb.Auth/AuthDisable',
      request: AuthDisableRequest as typeof AuthDisableRequest,
      response: AuthDisableResponse as typeof AuthDisableResponse,
      requestStream: false,
      responseStream: false,
    },
    AuthStatus: {
      path: '/etcdserverpb.Auth/AuthStatus',
      request: AuthStatusRequest as typeof AuthStatusRequest,
      response: AuthStatusResponse as typeof AuthStatusResponse,
      requestStream: false,
      responseStream: false,
    },
    Authenticate: {
      path: '/etcdserverpb.Auth/Authenticate',
      request: AuthenticateRequest as typeof AuthenticateRequest,
      response: AuthenticateResponse as typeof AuthenticateResponse,
      requestStream: false,
      responseStream: false,
    },
    UserAdd: {
      path: '/etcdserverpb.Auth/UserAdd',
      request: AuthUserAddRequest as typeof AuthUserAddRequest,
      response: AuthUserAddResponse as typeof AuthUserAddResponse,
      requestStream: false,
      responseStream: false,
    },
    UserGet: {
      path: '/etcdserverpb.Auth/UserGet',
      request: AuthUserGetRequest as typeof AuthUserGetRequest,
      response: AuthUserGetResponse as typeof AuthUserGetResponse,
      requestStream: false,
      responseStream: false,
    },
    UserList: {
      path: '/etcdserverpb.Auth/UserList',
      request: AuthUserListRequest as typeof AuthUserListRequest,
      response: AuthUserListResponse as typeof AuthUserListResponse,
      requestStream: false,
      responseStream: false,
    },
    UserDelete: {
      path: '/etcdserverpb.Auth/UserDelete',
      request: AuthUserDeleteRequest as typeof AuthUserDeleteRequest,
      response: AuthUserDeleteResponse as typeof AuthUserDeleteResponse,
      requestStream: false,
      responseStream: false,
    },
    UserChangePassword: {
      path: '/etcdserverpb.Auth/UserChangePassword',
      request: AuthUserChangePasswordRequest as typeof AuthUserChangePasswordRequest,
      response: AuthUserChangePasswordResponse as typeof AuthUserChangePasswordResponse,
      requestStream: false,
      responseStream: false,
    },
    UserGrantRole: {
      path: '/etcdserverpb.Auth/UserGrantRole',
      request: AuthUserGrantRoleRequest as typeof AuthUserGrantRoleRequest,
      response: AuthUserGrantRoleResponse as typeof AuthUserGrantRoleResponse,
      requestStream: false,
      responseStream: false,
    },
    UserRevokeRole: {
      path: '/etcdserverpb.Auth/UserRevokeRole',
      request: AuthUserRevokeRoleRequest as typeof AuthUserRevokeRoleRequest,
      response: AuthUserRevokeRoleResponse as typeof AuthUserRevokeRoleResponse,
      requestStream: false,
      responseStream: false,
    },
    RoleAdd: {
      path: '/etcdserverpb.Auth/RoleAdd',
      request: AuthRoleAddRequest as typeof AuthRoleAddRequest,
      response: AuthRoleAddResponse as typeof AuthRoleAddResponse,
      requestStream: false,
      responseStream: false,
    },
    RoleGet: {
      path: '/etcdserverpb.Auth/RoleGet',
      request: AuthRoleGetRequest as typeof AuthRoleGetRequest,
      response: AuthRoleGetResponse as typeof AuthRoleGetResponse,
      requestStream: false,
      responseStream: false,
    },
    RoleList: {
      path: '/etcdserverpb.Auth/RoleList',
      request: AuthRoleListRequest as typeof AuthRoleListRequest,
      response: AuthRoleListResponse as typeof AuthRoleListResponse,
      requestStream: false,
      responseStream: false,
    },
    RoleDelete: {
      path: '/etcdserverpb.Auth/RoleDelete',
      request: AuthRoleDeleteRequest as typeof AuthRoleDeleteRequest,
      response: AuthRoleDeleteResponse as typeof AuthRoleDeleteResponse,
      requestStream: false,
      responseStream: false,
    },
    RoleGrantPermission: {
      path: '/etcdserverpb.Auth/RoleGrantPermission',
      request: AuthRoleGrantPermissionRequest as typeof AuthRoleGrantPermissionRequest,
      response: AuthRoleGrantPermissionResponse as typeof AuthRoleGrantPermissionResponse,
      requestStream: false,
      responseStream: false,
    },
    RoleRevokePermission: {
      path: '/etcdserverpb.Auth/RoleRevokePermission',
      request: AuthRoleRevokePermissionRequest as typeof AuthRoleRevokePermissionRequest,
      response: AuthRoleRevokePermissionResponse as typeof AuthRoleRevokePermissionResponse,
      requestStream: false,
      responseStream: false,
    },
  },
} as const;
