/**
 * How `status`, `member`, `fault` and `down` speak to the supervisor: HTTPS over the socket in DIR, with a
 * client certificate of our own authority, so that holding the folder's path is not enough. Faults, changes of
 * the membership and the order to stop need the administrators' group.
 *
 * A change of the membership or a snapshot may take minutes: the answer is a line of JSON for each step, then one with
 * the end.
 */

import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '../../platform/index.js';
import type { ClusterFaults, ClusterStatus } from '../cluster.js';
import { administratorsGroup } from '../pki/layout.js';
import type { PemPair } from '../pki/pem.js';
import type { SnapshotOrders } from '../snapshot/snapshot-orders.js';
import { parseSnapshotRequest } from '../snapshot/snapshot-request.js';
import { isUserError } from '../user-error.js';
import { applyFault, parseFaultRequest } from './fault-request.js';
import type { MembershipControl } from './membership.js';
import { applyMembershipRequest, parseMembershipRequest } from './membership-request.js';

export interface ControlServerOptions {
  readonly tls: PemPair & { readonly authority: string };
  readonly faults: ClusterFaults;
  readonly membership: MembershipControl;
  readonly snapshots: SnapshotOrders;
  readonly logger: Logger;
  status(): Promise<ClusterStatus>;
  /** Called after the answer was sent. */
  down(): void;
}

export interface ControlServer {
  /** Speaks TLS on a connection that the holder of DIR accepted. */
  accept(socket: Socket): void;
  close(): void;
}

const maxBodyBytes = 256 * 1024;
const requestTimeoutMilliseconds = 10_000;

class RequestError extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

function requireAdministrator(request: IncomingMessage): void {
  const { O: organizations } = (request.socket as TLSSocket).getPeerCertificate().subject as {
    readonly O?: string | readonly string[];
  };
  const groups = typeof organizations === 'string' ? [organizations] : (organizations ?? []);
  if (!groups.includes(administratorsGroup)) {
    throw new RequestError(403, `this needs a certificate of the group ${administratorsGroup}`);
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new RequestError(413, 'the request is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new RequestError(400, 'the request is not JSON');
  }
}

/** What stands on a line of the answer to an order about the membership. */
export type MembershipLine =
  | { readonly progress: string }
  | { readonly members: readonly string[] }
  | { readonly error: string };

/** … and of the answer to an order to save a snapshot. */
export type SnapshotLine =
  | { readonly progress: string }
  | { readonly writtenBy: string }
  | { readonly error: string };

/** Answered already, line by line. */
const answered = Symbol('answered');

export function createControlServer(options: ControlServerOptions): ControlServer {
  async function changeMembership(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const order = parseMembershipRequest(await readBody(request));
    options.logger.info('membership change ordered', { order });
    // Whoever went away no longer waits; what was begun goes on.
    const waiting = new AbortController();
    response.once('close', () => waiting.abort());
    response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' });
    const say = (line: MembershipLine): void => {
      response.write(`${JSON.stringify(line)}\n`);
    };
    try {
      const members = await applyMembershipRequest(options.membership, order, {
        onProgress: (progress) => say({ progress }),
        signal: waiting.signal,
      });
      say({ members });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      options.logger[isUserError(error) ? 'info' : 'error']('membership change ended', { order, reason });
      say({ error: reason });
    }
    response.end();
  }

  async function saveSnapshot(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const order = parseSnapshotRequest(await readBody(request));
    options.logger.info('snapshot ordered', { order });
    let left = false;
    response.once('close', () => {
      left = !response.writableEnded;
    });
    response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' });
    const say = (line: SnapshotLine): void => {
      response.write(`${JSON.stringify(line)}\n`);
    };
    try {
      const writtenBy = await options.snapshots.write(order, (progress) => say({ progress }));
      say({ writtenBy });
      // Whoever ordered it is gone, and nobody else knows of the file.
      if (left) await rm(order.path, { force: true });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      options.logger[isUserError(error) ? 'info' : 'error']('no snapshot was saved', { order, reason });
      say({ error: reason });
    }
    response.end();
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    switch (`${request.method} ${request.url}`) {
      case 'GET /status':
        return options.status();
      case 'POST /fault': {
        requireAdministrator(request);
        const fault = parseFaultRequest(await readBody(request));
        options.logger.warn('fault ordered', { fault });
        return { member: await applyFault(options.faults, fault) };
      }
      case 'GET /members':
        return options.membership.list();
      case 'POST /members':
        requireAdministrator(request);
        await changeMembership(request, response);
        return answered;
      case 'POST /snapshot':
        requireAdministrator(request);
        await saveSnapshot(request, response);
        return answered;
      case 'POST /down':
        requireAdministrator(request);
        response.once('finish', () => options.down());
        return {};
      default:
        throw new RequestError(404, 'not found');
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let statusCode = 200;
    let body: unknown;
    try {
      body = await answer(request, response);
      if (body === answered) return;
    } catch (error) {
      statusCode = error instanceof RequestError ? error.statusCode : isUserError(error) ? 409 : 500;
      if (statusCode === 500) options.logger.error('control request failed', { reason: String(error) });
      body = { error: error instanceof Error ? error.message : String(error) };
    }
    response.writeHead(statusCode, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(body));
  };

  const server: Server = createServer(
    {
      cert: options.tls.certificate,
      key: options.tls.key,
      ca: options.tls.authority,
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: requestTimeoutMilliseconds,
      requestTimeout: requestTimeoutMilliseconds,
    },
    (request, response) => {
      void handle(request, response);
    },
  );
  const sockets = new Set<Socket>();
  return {
    accept(socket) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      server.emit('connection', socket);
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
    },
  };
}
