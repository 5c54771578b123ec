/**
 * The outgoing half of what connects this member to one peer: queue, connection, reconnection. What the peer
 * sends comes on the connection that it opened itself.
 *
 * Faults assumed: refused, reset and silent connections, a peer that stops reading. The queue is bounded and
 * what does not fit is dropped; nothing is kept over a reconnection, because raft sends again what still
 * matters.
 */
import type { Clock, Logger, Random, Timer } from '../../platform/index.js';
import type { Message } from '../core/messages.js';
import type { SnapshotMetadata } from '../core/types.js';
import { isRefused } from './address.js';
import { encodeMessages, messageBytes } from './codec.js';
import type { Connection, ConnectionEvents } from './connection.js';
import type { Purpose } from './greeting.js';
import { uploadSnapshot } from './snapshot-stream.js';

const FIRST_BACKOFF_MILLISECONDS = 50;
const MAX_BACKOFF_MILLISECONDS = 1_000;
/** Until the connection is accepted only little is kept: enough for the first messages, never stale bulk. */
const MAX_UNCONNECTED_BYTES = 256 * 1024;
/** What is sent together goes in frames of about this size, so that the peer can begin with the first. */
const FRAME_BYTES = 1024 * 1024;
/** A peer that takes nothing for this long is connected anew: its machine may have come back as another. */
const STALL_MILLISECONDS = 15_000;

export interface PeerLinkOptions {
  readonly name: string;
  readonly address: string;
  /** Opens a connection to the peer, for a purpose. */
  readonly dial: (purpose: Purpose, events: ConnectionEvents) => Connection;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly maxQueueBytes: number;
  /** The peer was connected, its connection closed, and a new one was refused. */
  readonly onGone: () => void;
}

export class PeerLink {
  readonly #options: PeerLinkOptions;
  #connection: Connection | undefined;
  #state: 'idle' | 'connecting' | 'connected' | 'closed' = 'idle';
  #queue: Message[] = [];
  #queuedBytes = 0;
  #flushScheduled = false;
  /** Since when the connection takes nothing more; undefined: it does. */
  #stalledAtMilliseconds: number | undefined;
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
    this.#timer?.cancel();
    this.#state = 'connecting';
    this.#stalledAtMilliseconds = undefined;
    this.#connection = this.#options.dial('messages', {
      onAccepted: () => {
        this.#state = 'connected';
        this.#wasAlive = true;
        this.#backoffMilliseconds = FIRST_BACKOFF_MILLISECONDS;
        this.#options.logger.debug('peer connected', { peer: this.#options.name });
        this.#flush();
      },
      onDrain: () => {
        this.#stalledAtMilliseconds = undefined;
        this.#flush();
      },
      onClosed: (reason) => this.#disconnected(reason),
    });
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

  /** Called about each second. */
  ping(): void {
    if (this.#state !== 'connected') return;
    const stalledAt = this.#stalledAtMilliseconds;
    if (stalledAt === undefined) {
      if (this.#queue.length === 0) this.#write([]);
    } else if (this.#options.clock.monotonicMilliseconds() - stalledAt > STALL_MILLISECONDS) {
      this.#disconnected('it takes nothing more');
    }
  }

  /** Something came from the peer. */
  heard(): void {
    this.#wasAlive = true;
    // It lives: do not wait out the backoff.
    if (this.#state === 'idle') this.connect();
  }

  /** The connection that the peer had opened has closed: it may be gone. */
  incomingClosed(): void {
    void this.#probe();
  }

  async sendSnapshot(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    // A connection of its own, so that heartbeats never queue behind it.
    const dial = (events: ConnectionEvents): Connection => this.#options.dial('snapshot', events);
    await uploadSnapshot(dial, metadata, chunks, this.#options.clock);
  }

  close(): void {
    this.#state = 'closed';
    this.#drop();
  }

  #flush(): void {
    while (
      this.#state === 'connected' &&
      this.#stalledAtMilliseconds === undefined &&
      this.#queue.length > 0
    ) {
      let count = 0;
      let bytes = 0;
      while (count < this.#queue.length && (count === 0 || bytes < FRAME_BYTES)) {
        bytes += messageBytes(this.#queue[count]!);
        count += 1;
      }
      const messages = this.#queue.splice(0, count);
      this.#queuedBytes -= bytes;
      this.#write(messages);
    }
  }

  #write(messages: readonly Message[]): void {
    const takesMore = this.#connection?.write(encodeMessages(messages)) ?? false;
    if (!takesMore) this.#stalledAtMilliseconds = this.#options.clock.monotonicMilliseconds();
  }

  #drop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#connection?.close();
    this.#connection = undefined;
  }

  #disconnected(reason: string): void {
    if (this.#state === 'closed') return;
    const wasConnected = this.#state === 'connected';
    this.#drop();
    this.#state = 'idle';
    if (wasConnected) {
      this.#options.logger.info('peer disconnected', { peer: this.#options.name, reason });
    }
    void this.#probe();
    const { clock, random } = this.#options;
    const delayMilliseconds = this.#backoffMilliseconds * (0.75 + random.float() * 0.5);
    this.#backoffMilliseconds = Math.min(this.#backoffMilliseconds * 2, MAX_BACKOFF_MILLISECONDS);
    this.#timer = clock.setTimer(delayMilliseconds, () => this.connect());
  }

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
