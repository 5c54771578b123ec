/**
 * A connection that a peer opened to this member. Until its greeting is accepted it may say little and must say
 * it soon; then its frames go to whom its purpose concerns.
 *
 * Faults assumed: strangers, malformed and overlong frames, silent and broken connections. None of them reaches
 * further than its own connection.
 */
import type { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../../platform/index.js';
import { KEEP_ALIVE_MILLISECONDS } from './connection.js';
import { FrameReader, MAX_FRAME_BYTES, MalformedFrameError } from './frames.js';
import { decodeGreeting, encodeAnswer, type Greeting, MAX_GREETING_BYTES } from './greeting.js';

const GREETING_TIMEOUT_MILLISECONDS = 5_000;
/** How long whoever is told the last word may take to hang up. */
const LINGER_MILLISECONDS = 5_000;

export interface IncomingEvents {
  /** Why it is refused; undefined: it is welcome. `name`: the common name of its certificate. */
  readonly judge: (greeting: Greeting, name: unknown) => string | undefined;
  readonly onAccepted: (connection: Incoming, greeting: Greeting) => void;
  /** Throws when the frame is malformed. */
  readonly onMessages: (memberId: number, frame: Buffer) => void;
  /** Resolves when the snapshot that `frames` carry is installed. `giveUp` ends the connection. */
  readonly onSnapshot: (memberId: number, frames: AsyncIterator<Buffer>, giveUp: () => void) => Promise<void>;
  /** It broke a rule. */
  readonly onRefused: (reason: string) => void;
  readonly onClosed: () => void;
}

export class Incoming {
  readonly #socket: TLSSocket;
  readonly #events: IncomingEvents;
  readonly #reader = new FrameReader(MAX_GREETING_BYTES);
  readonly #clock: Clock;
  #timer: Timer;
  #greeting: Greeting | undefined;

  constructor(socket: TLSSocket, clock: Clock, events: IncomingEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#clock = clock;
    this.#timer = clock.setTimer(GREETING_TIMEOUT_MILLISECONDS, () => this.#refuse('no greeting in time'));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS);
    socket.on('data', this.#onData);
    // What went wrong ends the connection, and that is heard below.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#timer.cancel();
      events.onClosed();
    });
  }

  /** Of whoever was accepted. */
  get memberId(): number | undefined {
    return this.#greeting?.memberId;
  }

  get address(): string {
    return `${this.#socket.remoteAddress}:${this.#socket.remotePort}`;
  }

  close(): void {
    this.#socket.destroy();
  }

  readonly #onData = (piece: Buffer): void => {
    try {
      for (const frame of this.#reader.read(piece)) {
        if (this.#socket.destroyed || this.#socket.writableEnded) return;
        if (this.#greeting === undefined) this.#greet(decodeGreeting(frame));
        else if (this.#greeting.purpose === 'messages')
          this.#events.onMessages(this.#greeting.memberId, frame);
        else throw new MalformedFrameError('a part of a snapshot before the answer');
      }
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
    }
  };

  #greet(greeting: Greeting): void {
    const refusal = this.#events.judge(greeting, this.#socket.getPeerCertificate().subject?.CN);
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return;
    }
    this.#timer.cancel();
    this.#greeting = greeting;
    this.#reader.setMaxFrameBytes(MAX_FRAME_BYTES);
    this.#socket.write(encodeAnswer(undefined));
    this.#events.onAccepted(this, greeting);
    if (greeting.purpose === 'snapshot') void this.#takeSnapshot(greeting.memberId);
  }

  async #takeSnapshot(memberId: number): Promise<void> {
    const frames = this.#frames();
    this.#socket.off('data', this.#onData);
    this.#socket.pause();
    let refusal: string | undefined;
    try {
      await this.#events.onSnapshot(memberId, frames, () => this.close());
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    }
    await frames.return(undefined).catch(() => undefined);
    this.#hangUp(refusal);
  }

  /** As fast as they are taken, and no faster. */
  async *#frames(): AsyncGenerator<Buffer> {
    for await (const piece of this.#socket.iterator({ destroyOnReturn: false })) {
      yield* this.#reader.read(piece as Buffer);
    }
  }

  #refuse(reason: string): void {
    this.#events.onRefused(reason);
    this.#socket.off('data', this.#onData);
    this.#hangUp(reason);
  }

  /** Says the last word. What still comes is thrown away: left unread, it would take the word back (a reset). */
  #hangUp(refusal: string | undefined): void {
    this.#timer.cancel();
    if (this.#socket.destroyed) return;
    this.#timer = this.#clock.setTimer(LINGER_MILLISECONDS, () => this.close());
    this.#socket.end(encodeAnswer(refusal));
    this.#socket.resume();
  }
}
