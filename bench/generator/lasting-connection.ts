/**
 * A connection to one member that is made anew when it breaks, until it is closed: a member that was killed, or one that
 * closed it, is there again when it is there again. What is called meanwhile fails at once.
 */
import type { Clock, Timer } from '../../platform/index.js';
import { failedCall, GrpcClient, type MessageStream, type UnaryCall } from './grpc-client.js';
import type { ClientTlsFiles } from './protocol.js';

const RETRY_MILLISECONDS = 50;

export class LastingConnection {
  readonly #endpoint: string;
  readonly #tls: ClientTlsFiles;
  readonly #clock: Clock;
  #client: GrpcClient | undefined;
  #retry: Timer | undefined;
  #closed = false;

  private constructor(endpoint: string, tls: ClientTlsFiles, clock: Clock) {
    this.#endpoint = endpoint;
    this.#tls = tls;
    this.#clock = clock;
  }

  /** Rejects when the first attempt fails. */
  static async open(endpoint: string, tls: ClientTlsFiles, clock: Clock): Promise<LastingConnection> {
    const connection = new LastingConnection(endpoint, tls, clock);
    await connection.#connect();
    return connection;
  }

  async #connect(): Promise<void> {
    const client = await GrpcClient.connect(this.#endpoint, this.#tls);
    if (this.#closed) {
      client.close();
      return;
    }
    this.#client = client;
    client.onClosed(() => {
      this.#client = undefined;
      this.#connectLater();
    });
  }

  #connectLater(): void {
    if (this.#closed) return;
    this.#retry = this.#clock.setTimer(RETRY_MILLISECONDS, () => {
      this.#connect().catch(() => this.#connectLater());
    });
  }

  /** The answer with its prefix, not decoded. */
  unary(path: string, frame: Uint8Array): Promise<Buffer> {
    return this.call(path, frame).answer;
  }

  call(path: string, frame: Uint8Array): UnaryCall {
    return this.#client?.call(path, frame) ?? failedCall(this.#gone());
  }

  stream(path: string, take: (message: Uint8Array) => void): MessageStream {
    if (this.#client !== undefined) return this.#client.stream(path, take);
    const ended = Promise.reject(this.#gone());
    ended.catch(() => {});
    return { send: () => {}, ended, cancel: () => {} };
  }

  #gone(): Error {
    return new Error(`there is no connection to ${this.#endpoint}`);
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#client?.close();
  }
}
