/**
 * A connection that this member opened to a peer: TLS 1.3, in which both show a certificate of the peers' own
 * authority, then a greeting (greeting.ts) and the peer's answer. Only then is anything else written.
 *
 * Faults assumed: refused, reset and silent connections, a stranger at the peer's address, a peer that stops
 * reading. A connection that this member does not close itself ends with `onClosed`, once.
 */
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../../platform/index.js';
import { splitAddress } from './address.js';
import { FrameReader } from './frames.js';
import { decodeAnswer, encodeGreeting, type Greeting, MAX_GREETING_BYTES, PROTOCOL } from './greeting.js';

const ACCEPT_TIMEOUT_MILLISECONDS = 5_000;
/** After so much silence TCP asks whether the other end still exists. */
export const KEEP_ALIVE_MILLISECONDS = 10_000;

export interface ConnectionEvents {
  /** The peer takes what is written from now on. */
  readonly onAccepted: () => void;
  /** `write` said that enough is waiting, and it has left. */
  readonly onDrain: () => void;
  /** Another answer; undefined: yes. */
  readonly onAnswer?: (refusal: string | undefined) => void;
  readonly onClosed: (reason: string) => void;
}

export interface ConnectionOptions extends ConnectionEvents {
  /** Whom the certificate must name: members are known by name and not by address. */
  readonly name: string;
  readonly address: string;
  readonly secureContext: SecureContext;
  readonly greeting: Greeting;
  readonly clock: Clock;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: TLSSocket;
  readonly #reader = new FrameReader(MAX_GREETING_BYTES);
  readonly #timer: Timer;
  #accepted = false;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { name, address, secureContext, greeting, clock } = options;
    const socket = connect({
      ...splitAddress(address),
      secureContext,
      ALPNProtocols: [PROTOCOL],
      minVersion: 'TLSv1.3',
      // An address is no server name (RFC 6066), so the handshake names the member.
      servername: name,
      checkServerIdentity: (_host, certificate) =>
        certificate.subject.CN === name
          ? undefined
          : new Error(`expected ${name}, found ${String(certificate.subject.CN)}`),
    });
    this.#socket = socket;
    this.#timer = clock.setTimer(ACCEPT_TIMEOUT_MILLISECONDS, () => this.#end('no answer in time'));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS);
    socket.on('secureConnect', () => socket.write(encodeGreeting(greeting)));
    socket.on('data', (piece: Buffer) => this.#read(piece));
    socket.on('drain', () => {
      if (!this.#closed) options.onDrain();
    });
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', () => this.#end('closed by the peer'));
  }

  /** False: enough is waiting; `onDrain` tells when it has left. */
  write(bytes: Buffer): boolean {
    return !this.#closed && this.#socket.write(bytes);
  }

  /** Without a word, and without `onClosed`. */
  close(): void {
    this.#closed = true;
    this.#timer.cancel();
    this.#socket.destroy();
  }

  #read(piece: Buffer): void {
    try {
      for (const frame of this.#reader.read(piece)) if (!this.#closed) this.#answered(decodeAnswer(frame));
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #answered(refusal: string | undefined): void {
    if (this.#accepted) {
      this.#options.onAnswer?.(refusal);
    } else if (refusal !== undefined) {
      this.#end(refusal);
    } else {
      this.#accepted = true;
      this.#timer.cancel();
      this.#options.onAccepted();
    }
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#options.onClosed(reason);
  }
}
