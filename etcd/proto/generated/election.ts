// Made by scripts/etcd-proto.mjs from election.proto: change that, not this.
import { type Codec, enter, leave, noBytes, readInt64, skip, writeInt64 } from '../codec.js';
import { KeyValue } from './kv.js';
import { ResponseHeader } from './rpc.js';

export interface CampaignRequest {
  readonly name: Uint8Array;
  readonly lease: number;
  /** What the leader proclaims at first. */
  readonly value: Uint8Array;
}

export const CampaignRequest: Codec<CampaignRequest> = {
  read(reader, end) {
    let name: Uint8Array = noBytes;
    let lease: number = 0;
    let value: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.bytes();
          break;
        case 16:
          lease = readInt64(reader);
          break;
        case 26:
          value = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, lease, value };
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
    if (message.value !== undefined && message.value.length > 0) {
      writer.uint32(26);
      writer.bytes(message.value);
    }
  },
};

export interface CampaignResponse {
  readonly header: ResponseHeader | undefined;
  readonly leader: LeaderKey | undefined;
}

export const CampaignResponse: Codec<CampaignResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let leader: LeaderKey | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          leader = LeaderKey.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, leader };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.leader !== undefined) {
      LeaderKey.write(message.leader, writer.uint32(18).fork());
      writer.ldelim();
    }
  },
};

/** Proof of leadership: valid while `key` exists with create revision `rev`. */
export interface LeaderKey {
  readonly name: Uint8Array;
  readonly key: Uint8Array;
  readonly rev: number;
  readonly lease: number;
}

export const LeaderKey: Codec<LeaderKey> = {
  read(reader, end) {
    let name: Uint8Array = noBytes;
    let key: Uint8Array = noBytes;
    let rev: number = 0;
    let lease: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.bytes();
          break;
        case 18:
          key = reader.bytes();
          break;
        case 24:
          rev = readInt64(reader);
          break;
        case 32:
          lease = readInt64(reader);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, key, rev, lease };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name.length > 0) {
      writer.uint32(10);
      writer.bytes(message.name);
    }
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(18);
      writer.bytes(message.key);
    }
    if (message.rev !== undefined && message.rev !== 0) {
      writer.uint32(24);
      writeInt64(writer, message.rev);
    }
    if (message.lease !== undefined && message.lease !== 0) {
      writer.uint32(32);
      writeInt64(writer, message.lease);
    }
  },
};

export interface LeaderRequest {
  readonly name: Uint8Array;
}

export const LeaderRequest: Codec<LeaderRequest> = {
  read(reader, end) {
    let name: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name.length > 0) {
      writer.uint32(10);
      writer.bytes(message.name);
    }
  },
};

export interface LeaderResponse {
  readonly header: ResponseHeader | undefined;
  readonly kv: KeyValue | undefined;
}

export const LeaderResponse: Codec<LeaderResponse> = {
  read(reader, end, depth) {
    let header: ResponseHeader | undefined;
    let kv: KeyValue | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          header = ResponseHeader.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          kv = KeyValue.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { header, kv };
  },
  write(message, writer) {
    if (message.header !== undefined) {
      ResponseHeader.write(message.header, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.kv !== undefined) {
      KeyValue.write(message.kv, writer.uint32(18).fork());
      writer.ldelim();
    }
  },
};

export interface ResignRequest {
  readonly leader: LeaderKey | undefined;
}

export const ResignRequest: Codec<ResignRequest> = {
  read(reader, end, depth) {
    let leader: LeaderKey | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          leader = LeaderKey.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { leader };
  },
  write(message, writer) {
    if (message.leader !== undefined) {
      LeaderKey.write(message.leader, writer.uint32(10).fork());
      writer.ldelim();
    }
  },
};

export interface ResignResponse {
  readonly header: ResponseHeader | undefined;
}

export const ResignResponse: Codec<ResignResponse> = {
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

export interface ProclaimRequest {
  readonly leader: LeaderKey | undefined;
  readonly value: Uint8Array;
}

export const ProclaimRequest: Codec<ProclaimRequest> = {
  read(reader, end, depth) {
    let leader: LeaderKey | undefined;
    let value: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          leader = LeaderKey.read(reader, enter(reader, end, depth), depth + 1);
          break;
        case 18:
          value = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { leader, value };
  },
  write(message, writer) {
    if (message.leader !== undefined) {
      LeaderKey.write(message.leader, writer.uint32(10).fork());
      writer.ldelim();
    }
    if (message.value !== undefined && message.value.length > 0) {
      writer.uint32(18);
      writer.bytes(message.value);
    }
  },
};

export interface ProclaimResponse {
  readonly header: ResponseHeader | undefined;
}

export const ProclaimResponse: Codec<ProclaimResponse> = {
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

export const ElectionService = {
  name: 'v3electionpb.Election',
  methods: {
    Campaign: {
      path: '/v3electionpb.Election/Campaign',
      request: CampaignRequest as typeof CampaignRequest,
      response: CampaignResponse as typeof CampaignResponse,
      requestStream: false,
      responseStream: false,
    },
    Proclaim: {
      path: '/v3electionpb.Election/Proclaim',
      request: ProclaimRequest as typeof ProclaimRequest,
      response: ProclaimResponse as typeof ProclaimResponse,
      requestStream: false,
      responseStream: false,
    },
    Leader: {
      path: '/v3electionpb.Election/Leader',
      request: LeaderRequest as typeof LeaderRequest,
      response: LeaderResponse as typeof LeaderResponse,
      requestStream: false,
      responseStream: false,
    },
    Observe: {
      path: '/v3electionpb.Election/Observe',
      request: LeaderRequest as typeof LeaderRequest,
      response: LeaderResponse as typeof LeaderResponse,
      requestStream: false,
      responseStream: true,
    },
    Resign: {
      path: '/v3electionpb.Election/Resign',
      request: ResignRequest as typeof ResignRequest,
      response: ResignResponse as typeof ResignResponse,
      requestStream: false,
      responseStream: false,
    },
  },
} as const;
