/** An HTTP/2 server over TLS whose answers a test writes itself. */
import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestCertificates, testCertificates } from './certificates.js';

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly stream: ServerHttp2Stream;
  json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): void;
  /** Answers 200 and keeps the stream open for events. */
  startWatch(): void;
  event(type: string, object: unknown): void;
}

export interface FakeServer {
  readonly url: string;
  readonly certificates: TestCertificates;
  readonly requests: readonly FakeRequest[];
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  handler: (request: FakeRequest) => void;
  close(): Promise<void>;
}

export async function fakeServer(): Promise<FakeServer> {
  const certificates = await testCertificates();
  const server: Http2SecureServer = createSecureServer({
    cert: certificates.certificate,
    key: certificates.key,
  });
  const requests: FakeRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificates,
    requests,
    sessions,
    handler: (request) => request.json(404, { kind: 'Status', reason: 'NotFound', message: 'no handler' }),
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const request = fakeRequest(stream, headers, Buffer.concat(chunks).toString('utf8'));
      requests.push(request);
      fake.handler(request);
    });
  });
  return fake;
}

function fakeRequest(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: string): FakeRequest {
  return {
    method: String(headers[':method']),
    url: new URL(String(headers[':path']), 'https://server'),
    headers,
    body,
    stream,
    json(status, value, extra = {}) {
      stream.respond({ ':status': status, 'content-type': 'application/json', ...extra });
      stream.end(JSON.stringify(value));
    },
    startWatch() {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
    },
    event(type, object) {
      stream.write(`${JSON.stringify({ type, object })}\n`);
    },
  };
}
