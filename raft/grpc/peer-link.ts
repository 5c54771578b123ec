/**
 * The outgoing half of a connection to one peer: queue, stream, reconnection. What the peer sends comes on
 * its own outgoing stream to this member.
 *
 * Faults assumed: refused, reset and silent connections, a peer that stops reading. The queue is bounded and
 * what does not fit is dropped; nothing is kept over a reconnection, because raft sends again what still
 * matters.
 */
import { connect } from 'node:net';
import type { Client, ClientDuplexStream, Metadata, ServiceError } from '@grpc/grpc-js';
import type { Clock, Logger, Random, Timer } from '../../platform/index.js';
import type { Message } from '../core/messages.js';
import type { SnapshotMetadata } from '../core/types.js';
import { encodeFrame, messageBytes } from './codec.js';
import { channelOptions, messagesMethod, snapshotMethod } from './methods.js';
import { uploadSnapshot } from './snapshot-stream.js';

const FIRST_BACKOFF_MILLISECONDS = 50;
const MAX_BACKOFF_MILLISECONDS = 1_000;
const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
const PROBE_TIMEOUT_MILLISECONDS = 1_000;
/** Until the stream is accepted only little is kept: enough for the first messages, never stale bulk. */
const MAX_UNCONNECTED_BYTES = 256 * 1024;
const MAX_FRAME_BYTES = 1024 * 1024;

export interface PeerLinkOptions {
  readonly name: string;
  readonly address: string;
  readonly makeClient: (address: string, name: string, options: typeof channelOptions) => Client;
  readonly makeMetadata: () => Metadata;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly maxQueueBytes: number;
  /** The peer was connected, its connection closed, and a new one was refused. */
  readonly onGone: () => void;
}

export class PeerLink {
  readonly #options: PeerLinkOptions;
  #client: Client | undefined;
  #stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  #state: 'idle' | 'connecting' | 'connected' | 'closed' = 'idle';
  #queue: Message[] = [];
  #queuedBytes = 0;
  #flushScheduled = false;
  #writable = true;
  #backoffMilliseconds = FIRST_BACKOFF_MILLISECONDS;
  #timer: Timer | undefined;
  /** It was heard or reached since it was last reported gone. */
  #wasAlive = false;
  #probing = false;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get address(): string {
    return this.#options.address;
  }

  connect(): void {
    if (this.#state === 'connecting' || this.#state === 'connected' || this.#state === 'closed') return;
    const { makeClient, makeMetadata, clock } = this.#options;
    this.#timer?.cancel();
    this.#state = 'connecting';
    const client = makeClient(this.#options.address, this.#options.name, channelOptions);
    this.#client = client;
    const { path, requestSerialize, responseDeserialize } = messagesMethod;
    const stream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      makeMetadata(),
      {},
    );
    this.#stream = stream;
    this.#writable = true;
    const ended = (error?: ServiceError): void => {
      if (this.#stream === stream) this.#disconnected(error);
    };
    this.#timer = clock.setTimer(CONNECT_TIMEOUT_MILLISECONDS, () => stream.cancel());
    stream.on('metadata', () => {
      if (this.#stream !== stream) return;
      this.#timer?.cancel();
      this.#state = 'connected';
      this.#wasAlive = true;
      this.#backoffMilliseconds = FIRST_BACKOFF_MILLISECONDS;
      this.#options.logger.debug('peer connected', { peer: this.#options.name });
      this.#flush();
    });
    stream.on('drain', () => {
      this.#writable = true;
      this.#flush();
    });
    stream.on('data', () => {});
    stream.on('error', ended);
    stream.on('end', () => ended());
  }

  send(message: Message): void {
    if (this.#state === 'closed') return;
    const bytes = messageBytes(message);
    const limit = this.#state === 'connected' ? this.#options.maxQueueBytes : MAX_UNCONNECTED_BYTES;
    if (this.#queuedBytes + bytes > limit) return;
    this.#queue.push(message);
    this.#queuedBytes += bytes;
    if (this.#flushScheduled || this.#state !== 'connected') return;
    // What one turn sends leaves as one frame.
    this.#flushScheduled = true;
    queueMicrotask(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  ping(): void {
    if (this.#state === 'connected' && this.#writable && this.#queue.length === 0) this.#write([]);
  }

  /** Something came from the peer. */
  heard(): void {
    this.#wasAlive = true;
    // It lives: do not wait out the backoff.
    if (this.#state === 'idle') this.connect();
  }

  /** The peer's own connection to this member closed: it may be gone. */
  incomingClosed(): void {
    void this.#probe();
  }

  async sendSnapshot(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { makeClient, makeMetadata, clock } = this.#options;
    // A connection of its own, so that heartbeats never queue behind it.
    const client = makeClient(this.#options.address, this.#options.name, channelOptions);
    const { path, requestSerialize, responseDeserialize } = snapshotMethod;
    try {
      await uploadSnapshot(
        (callMetadata, callback) =>
          client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, callMetadata, callback),
        makeMetadata(),
        metadata,
        chunks,
        clock,
      );
    } finally {
      client.close();
    }
  }

  close(): void {
    this.#state = 'closed';
    this.#drop();
  }

  #flush(): void {
    while (this.#state === 'connected' && this.#writable && this.#queue.length > 0) {
      let count = 0;
      let bytes = 0;
      while (count < this.#queue.length && (count === 0 || bytes < MAX_FRAME_BYTES)) {
        bytes += messageBytes(this.#queue[count]!);
        count += 1;
      }
      const messages = this.#queue.splice(0, count);
      this.#queuedBytes -= bytes;
      this.#write(messages);
    }
  }

  #write(messages: readonly Message[]): void {
    this.#writable = this.#stream?.write(encodeFrame(messages)) ?? false;
  }

  #drop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
    this.#client?.close();
    this.#client = undefined;
  }

  #disconnected(error: ServiceError | undefined): void {
    if (this.#state === 'closed') return;
    const wasConnected = this.#state === 'connected';
    this.#drop();
    this.#state = 'idle';
    if (wasConnected) {
      this.#options.logger.info('peer disconnected', { peer: this.#options.name, reason: error?.details });
    }
    void this.#probe();
    const { clock, random } = this.#options;
    const delayMilliseconds = this.#backoffMilliseconds * (0.75 + random.float() * 0.5);
    this.#backoffMilliseconds = Math.min(this.#backoffMilliseconds * 2, MAX_BACKOFF_MILLISECONDS);
    this.#timer = clock.setTimer(delayMilliseconds, () => this.connect());
  }

  /** Asks the operating system whether anyone still listens there. */
  async #probe(): Promise<void> {
    if (this.#probing || !this.#wasAlive || this.#state === 'closed') return;
    this.#probing = true;
    const refused = await isRefused(this.#options.address);
    this.#probing = false;
    if (!refused || !this.#wasAlive || this.#isClosed()) return;
    this.#wasAlive = false;
    this.#options.onGone();
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}

/** Splits `host:port`, also `[::1]:port`. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

function isRefused(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...splitAddress(address), timeout: PROBE_TIMEOUT_MILLISECONDS });
    const finish = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.once('connect', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code === 'ECONNREFUSED'));
  });
}
