/** The two methods that members offer each other, with our own serializers. */
import type { MethodDefinition } from '@grpc/grpc-js';
import { emptyType, snapshotPartType } from './schema.js';

/** Frames stay bytes here, so that a malformed one ends its stream with an error of ours. */
export const messagesMethod: MethodDefinition<Buffer, Buffer> = {
  path: '/kuorum.raft.Peer/Messages',
  requestStream: true,
  responseStream: true,
  requestSerialize: (frame) => frame,
  requestDeserialize: (frame) => frame,
  responseSerialize: (frame) => frame,
  responseDeserialize: (frame) => frame,
};

export interface SnapshotPart {
  readonly header?: Uint8Array;
  readonly data?: Uint8Array;
  readonly checksum?: Uint8Array;
  readonly end?: boolean;
}

export const snapshotMethod: MethodDefinition<SnapshotPart, object> = {
  path: '/kuorum.raft.Peer/Snapshot',
  requestStream: true,
  responseStream: false,
  requestSerialize: (part) => Buffer.from(snapshotPartType.encode({ ...part }).finish()),
  requestDeserialize: (bytes) => snapshotPartType.toObject(snapshotPartType.decode(bytes)),
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize: (bytes) => emptyType.toObject(emptyType.decode(bytes)),
};

export const CLUSTER_ID_KEY = 'kuorum-cluster-id';
export const MEMBER_ID_KEY = 'kuorum-member-id';

export const channelOptions = {
  'grpc.max_receive_message_length': 32 * 1024 * 1024,
  'grpc.max_send_message_length': 32 * 1024 * 1024,
  // Each connection attempt is ours to pace, so channels share nothing and do not retry.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  // Counting each message for a debugging service that nobody serves.
  'grpc.enable_channelz': 0,
} as const;
