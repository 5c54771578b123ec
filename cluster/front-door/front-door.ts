/**
 * One TCP port for all members. TLS passes through untouched: the member authenticates the client. New
 * connections go only to ready members; those of a member that is gone, paused or without quorum are closed,
 * because a client that keeps one connection for ever would wait most of a minute to notice by itself.
 *
 * Faults assumed: members that vanish, hang or refuse; clients that open too many connections or never read.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { chooseBackend } from './choose-backend.js';

export interface FrontDoor {
  /** Resolves with the port; rejects with `EADDRINUSE` when it is taken. */
  listen(port: number): Promise<number>;
  /** Where a member is to be found; a changed port closes the connections to the old one. */
  setBackend(name: string, port: number): void;
  /** Not ready closes what is connected to it. */
  setReady(name: string, ready: boolean): void;
  isReady(name: string): boolean;
  /** Closes what is connected to it and forgets it. */
  removeBackend(name: string): void;
  connections(): number;
  close(): Promise<void>;
}

export interface FrontDoorOptions {
  readonly host?: string;
  /** More are refused at once. */
  readonly maxConnections?: number;
}

interface Backend {
  readonly name: string;
  port: number;
  ready: boolean;
  /** Grows with each new connection: breaks ties, so that equals take turns. */
  lastUsed: number;
  readonly clients: Set<Socket>;
}

const defaultMaxConnections = 4096;

class TcpFrontDoor implements FrontDoor {
  readonly #host: string;
  readonly #server: Server;
  readonly #backends = new Map<string, Backend>();
  readonly #clients = new Set<Socket>();
  #turn = 0;

  constructor(options: FrontDoorOptions) {
    this.#host = options.host ?? '127.0.0.1';
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) =>
      this.#accept(client),
    );
    this.#server.maxConnections = options.maxConnections ?? defaultMaxConnections;
  }

  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, this.#host, () => {
        this.#server.off('error', reject);
        // Errors while accepting (no descriptors left) concern one connection only.
        this.#server.on('error', () => {});
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  #backend(name: string): Backend {
    let backend = this.#backends.get(name);
    if (backend === undefined) {
      backend = { name, port: 0, ready: false, lastUsed: 0, clients: new Set() };
      this.#backends.set(name, backend);
    }
    return backend;
  }

  setBackend(name: string, port: number): void {
    const backend = this.#backend(name);
    if (backend.port === port) return;
    backend.port = port;
    this.setReady(name, false);
  }

  setReady(name: string, ready: boolean): void {
    const backend = this.#backend(name);
    backend.ready = ready;
    if (ready) return;
    for (const client of backend.clients) client.destroy();
  }

  removeBackend(name: string): void {
    if (!this.#backends.has(name)) return;
    this.setReady(name, false);
    this.#backends.delete(name);
  }

  isReady(name: string): boolean {
    return this.#backends.get(name)?.ready === true;
  }

  connections(): number {
    return this.#clients.size;
  }

  #accept(client: Socket): void {
    this.#clients.add(client);
    client.once('close', () => this.#clients.delete(client));
    client.on('error', () => client.destroy());
    this.#connect(client, new Set());
  }

  /** Tries ready members until one accepts; each at most once. */
  #connect(client: Socket, tried: ReadonlySet<string>): void {
    const choice = chooseBackend(
      [...this.#backends.values()].map((backend) => ({ ...backend, connections: backend.clients.size })),
      tried,
    );
    const backend = choice === undefined ? undefined : this.#backends.get(choice);
    if (backend === undefined) {
      client.resetAndDestroy();
      return;
    }
    this.#turn += 1;
    backend.lastUsed = this.#turn;
    backend.clients.add(client);
    const upstream = connect({ host: this.#host, port: backend.port, allowHalfOpen: true, noDelay: true });
    const closeBoth = (): void => {
      backend.clients.delete(client);
      upstream.destroy();
      client.destroy();
    };
    const refused = (): void => {
      client.off('close', closeBoth);
      backend.clients.delete(client);
      upstream.destroy();
      if (!client.destroyed) this.#connect(client, new Set([...tried, backend.name]));
    };
    client.once('close', closeBoth);
    upstream.once('error', refused);
    upstream.once('connect', () => {
      upstream.off('error', refused);
      upstream.on('error', closeBoth);
      upstream.once('close', closeBoth);
      // A peer that vanished without a word is noticed by the operating system in minutes, not never.
      client.setKeepAlive(true, 30_000);
      client.pipe(upstream);
      upstream.pipe(client);
    });
  }

  close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    return new Promise((resolve) => {
      if (!this.#server.listening) resolve();
      else this.#server.close(() => resolve());
    });
  }
}

export function createFrontDoor(options: FrontDoorOptions = {}): FrontDoor {
  return new TcpFrontDoor(options);
}
