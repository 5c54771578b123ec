/**
 * Transport between members: gRPC bidirectional streams under mutual TLS. Each member opens a stream to each
 * peer and sends on that; what it receives comes on the peers' streams. Only a certificate of the peer
 * authority whose common name is in the membership, with the right cluster id, is let in.
 */
import {
  ChannelCredentials,
  Client,
  status as grpcStatus,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { Clock, Logger, Random, Timer } from '../../platform/index.js';
import type { Message } from '../core/messages.js';
import type { MemberId, SnapshotMetadata } from '../core/types.js';
import type { Transport, TransportHandlers } from '../transport.js';
import { decodeFrame } from './codec.js';
import type { SnapshotPart } from './methods.js';
import { CLUSTER_ID_KEY, channelOptions, MEMBER_ID_KEY, messagesMethod, snapshotMethod } from './methods.js';
import { PeerLink } from './peer-link.js';
import { receiveSnapshot } from './snapshot-stream.js';

export interface GrpcTransportOptions {
  readonly localId: MemberId;
  readonly localName: string;
  readonly clusterId: string;
  /** Where to listen; port 0 takes a free one. */
  readonly host: string;
  readonly port: number;
  /** PEM. The certificate's common name is this member's name; `authority` is the only one trusted. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly authority: string };
  /** Is this common name one of the membership's? Asked for each new connection. */
  isMemberName(name: string): boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** What waits for one peer before messages are dropped. Default 16 MiB. */
  readonly maxQueueBytes?: number;
}

export interface GrpcTransport extends Transport {
  /** The port it listens on. */
  readonly port: number;
}

const DEFAULT_QUEUE_BYTES = 16 * 1024 * 1024;
const PING_MILLISECONDS = 1_000;

/**
 * Listens when resolved; what arrives before `start(handlers)` is refused. Rejects when the port is taken or
 * a key does not fit its certificate.
 */
export async function createGrpcTransport(options: GrpcTransportOptions): Promise<GrpcTransport> {
  const transport = new PeerTransport(options);
  await transport.listen();
  return transport;
}

/** Who calls, once proven; or why the call is refused. */
type Caller =
  | { readonly kind: 'peer'; readonly id: MemberId }
  | { readonly kind: 'refused'; readonly reason: string };

type IncomingCall = ServerDuplexStream<Buffer, Buffer> | ServerReadableStream<SnapshotPart, object>;

class PeerTransport implements GrpcTransport {
  readonly #options: GrpcTransportOptions;
  readonly #server = new Server(channelOptions);
  #handlers: TransportHandlers | undefined;
  #stopped = false;
  #port = 0;
  #pingTimer: Timer | undefined;
  #peers: ReadonlyMap<MemberId, { readonly name: string; readonly address: string }> = new Map();
  readonly #links = new Map<MemberId, PeerLink>();
  readonly #lastHeard = new Map<MemberId, number>();
  /** The newest incoming stream of each peer: an older one that closes says nothing about the peer. */
  readonly #incoming = new Map<MemberId, ServerDuplexStream<Buffer, Buffer>>();

  constructor(options: GrpcTransportOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const { tls, host, port } = this.#options;
    this.#server.addService(
      { messages: messagesMethod, snapshot: snapshotMethod },
      {
        messages: (call: ServerDuplexStream<Buffer, Buffer>) => this.#onStream(call),
        snapshot: (call: ServerReadableStream<SnapshotPart, object>, callback: sendUnaryData<object>) => {
          void this.#onSnapshotCall(call, callback);
        },
      },
    );
    const credentials = ServerCredentials.createSsl(
      Buffer.from(tls.authority),
      [{ cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }],
      true,
    );
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
  }

  start(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
    for (const link of this.#links.values()) link.connect();
    this.#schedulePing();
    return Promise.resolve();
  }

  send(to: MemberId, message: Message): void {
    this.#links.get(to)?.send(message);
  }

  async sendSnapshot(
    to: MemberId,
    metadata: SnapshotMetadata,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const link = this.#links.get(to);
    if (link === undefined || this.#stopped) throw new Error(`no address for member ${to}`);
    await link.sendSnapshot(metadata, chunks);
  }

  setPeers(peers: ReadonlyMap<MemberId, { readonly name: string; readonly address: string }>): void {
    this.#peers = new Map([...peers].filter(([id]) => id !== this.#options.localId));
    for (const [id, link] of this.#links) {
      const peer = this.#peers.get(id);
      if (peer?.address === link.address && peer.name === link.name) continue;
      link.close();
      this.#links.delete(id);
    }
    if (this.#stopped) return;
    for (const [id, { name, address }] of this.#peers) {
      if (this.#links.has(id)) continue;
      const link = this.#makeLink(id, name, address);
      this.#links.set(id, link);
      if (this.#handlers !== undefined) link.connect();
    }
  }

  lastHeardMilliseconds(peer: MemberId): number | undefined {
    return this.#lastHeard.get(peer);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#handlers = undefined;
    this.#pingTimer?.cancel();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    // A server that is shut down leaves its streams open: in a process of its own they would end with it.
    for (const call of this.#incoming.values()) call.end();
    this.#incoming.clear();
    this.#server.forceShutdown();
    return Promise.resolve();
  }

  #makeLink(id: MemberId, name: string, address: string): PeerLink {
    const { clock, random, logger, tls, clusterId, localId, maxQueueBytes } = this.#options;
    return new PeerLink({
      name,
      address,
      clock,
      random,
      logger,
      maxQueueBytes: maxQueueBytes ?? DEFAULT_QUEUE_BYTES,
      makeClient(target, expectedName, clientOptions) {
        const credentials = ChannelCredentials.createSsl(
          Buffer.from(tls.authority),
          Buffer.from(tls.key),
          Buffer.from(tls.certificate),
          {
            // Members are known by name and not by address: the certificate must be this very member's.
            checkServerIdentity: (_host, certificate) =>
              certificate.subject.CN === expectedName
                ? undefined
                : new Error(`expected ${expectedName}, found ${String(certificate.subject.CN)}`),
          },
        );
        // An address is no server name (RFC 6066), so the handshake names the member.
        return new Client(target, credentials, {
          ...clientOptions,
          'grpc.ssl_target_name_override': expectedName,
        });
      },
      makeMetadata() {
        const metadata = new Metadata();
        metadata.set(CLUSTER_ID_KEY, clusterId);
        metadata.set(MEMBER_ID_KEY, String(localId));
        return metadata;
      },
      onGone: () => {
        logger.info('peer is gone', { peer: name });
        this.#handlers?.onPeerGone(id);
      },
    });
  }

  #schedulePing(): void {
    this.#pingTimer = this.#options.clock.setTimer(PING_MILLISECONDS, () => {
      if (this.#stopped) return;
      for (const link of this.#links.values()) link.ping();
      this.#schedulePing();
    });
  }

  #heard(from: MemberId): void {
    this.#lastHeard.set(from, this.#options.clock.monotonicMilliseconds());
    this.#links.get(from)?.heard();
  }

  #identify(call: IncomingCall): Caller {
    const refused = (reason: string): Caller => ({ kind: 'refused', reason });
    if (this.#handlers === undefined) return refused('not started');
    const name: unknown = call.getAuthContext().sslPeerCertificate?.subject?.CN;
    if (typeof name !== 'string' || !this.#options.isMemberName(name)) {
      return refused('the certificate names no member');
    }
    if (call.metadata.get(CLUSTER_ID_KEY)[0] !== this.#options.clusterId) return refused('another cluster');
    const id = Number(call.metadata.get(MEMBER_ID_KEY)[0]);
    if (!Number.isSafeInteger(id) || id <= 0 || id === this.#options.localId) return refused('bad member id');
    const known = this.#peers.get(id);
    const sameName = [...this.#peers].find(([, peer]) => peer.name === name);
    if (known?.name !== (sameName === undefined ? undefined : name))
      return refused('the id is another member');
    return { kind: 'peer', id };
  }

  #onStream(call: ServerDuplexStream<Buffer, Buffer>): void {
    call.on('error', () => {});
    const caller = this.#identify(call);
    if (caller.kind === 'refused') {
      this.#refused(call, caller.reason);
      call.emit('error', { code: grpcStatus.PERMISSION_DENIED, details: caller.reason });
      return;
    }
    const { id } = caller;
    this.#incoming.set(id, call);
    call.sendMetadata(new Metadata());
    this.#heard(id);
    call.on('data', (frame: Buffer) => this.#onFrame(call, id, frame));
    call.on('end', () => call.end());
    const closed = (): void => {
      if (this.#incoming.get(id) !== call) return;
      this.#incoming.delete(id);
      if (!this.#stopped) this.#links.get(id)?.incomingClosed();
    };
    call.on('cancelled', closed);
    call.on('close', closed);
  }

  #onFrame(call: ServerDuplexStream<Buffer, Buffer>, id: MemberId, frame: Buffer): void {
    const handlers = this.#handlers;
    if (handlers === undefined) return;
    try {
      const messages = decodeFrame(frame);
      this.#heard(id);
      for (const message of messages) handlers.onMessage(id, message);
    } catch (error) {
      this.#refused(call, error instanceof Error ? error.message : String(error));
      call.emit('error', { code: grpcStatus.INVALID_ARGUMENT, details: 'malformed frame' });
    }
  }

  async #onSnapshotCall(
    call: ServerReadableStream<SnapshotPart, object>,
    callback: sendUnaryData<object>,
  ): Promise<void> {
    call.on('error', () => {});
    const caller = this.#identify(call);
    const handlers = this.#handlers;
    if (caller.kind === 'refused' || handlers === undefined) {
      const reason = caller.kind === 'refused' ? caller.reason : 'not started';
      this.#refused(call, reason);
      callback({ code: grpcStatus.PERMISSION_DENIED, details: reason });
      return;
    }
    try {
      const { metadata, chunks } = await receiveSnapshot(call, this.#options.clock);
      await handlers.onSnapshot(caller.id, metadata, chunks);
      callback(null, {});
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      this.#options.logger.warn('receiving a snapshot failed', { from: caller.id, reason: details });
      callback({ code: grpcStatus.ABORTED, details });
    }
  }

  #refused(call: IncomingCall, reason: string): void {
    this.#options.logger.warn('peer refused', { from: call.getPeer(), reason });
  }
}
