/**
 * What raft needs from the network: a lossy, unordered-on-reconnect message channel to each peer and a
 * separate stream for snapshots, so that heartbeats never queue behind one. Implemented by raft/peers over
 * mutual TLS and by the simulated network. Delivery is best effort: raft copes with loss, delay, duplication
 * and reordering.
 */
import type { Message } from './core/messages.js';
import type { MemberId, SnapshotMetadata } from './core/types.js';

export interface TransportHandlers {
  onMessage(from: MemberId, message: Message): void;
  /** The peer's connection closed and a new one was refused: its process is gone. */
  onPeerGone(peer: MemberId): void;
  /** Resolves when the snapshot is installed; throws when it was refused or broke. */
  onSnapshot(from: MemberId, metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

export interface Transport {
  start(handlers: TransportHandlers): Promise<void>;
  /** Never blocks and never throws; drops when the peer's queue (bounded in bytes) is full. */
  send(to: MemberId, message: Message): void;
  /** Resolves when the peer has installed it. */
  sendSnapshot(to: MemberId, metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Where to find the peers, by id; called again whenever an address changes. */
  setPeers(peers: ReadonlyMap<MemberId, { readonly name: string; readonly address: string }>): void;
  /**
   * When something (a message or the transport's own small ping, sent about each second) last arrived from
   * the peer, on the injected clock's monotonic scale; undefined: never.
   */
  lastHeardMilliseconds(peer: MemberId): number | undefined;
  stop(): Promise<void>;
}
