import { request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { getPath, isObject, type JsonObject, parseJson, stringAt } from '../../api/index.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ limits: { maxWatchBufferBytes: 256 * 1024 } });
});
afterAll(() => server.close());

const path = '/api/v1/namespaces/default/configmaps';

interface Frame {
  readonly binary: boolean;
  readonly bytes: Buffer;
}

interface Client {
  readonly socket: WebSocket;
  next(): Promise<JsonObject>;
  nextFrame(): Promise<Frame>;
  /** The close code. */
  readonly closed: Promise<number>;
}

function connectTo(url: string, protocols: readonly string[] = []): Client {
  const socket = new WebSocket(`wss://127.0.0.1:${server.server.port}${url}`, [...protocols], {
    ca: server.authority.certificate,
    cert: server.masters.certificate,
    key: server.masters.key,
  });
  const frames: Frame[] = [];
  let wake: () => void = () => {};
  socket.on('message', (data: Buffer, binary: boolean) => {
    frames.push({ binary, bytes: data });
    wake();
  });
  const closed = new Promise<number>((resolve, reject) => {
    socket.on('close', resolve);
    socket.on('error', reject);
  });
  closed.catch(() => {});
  const nextFrame = async (): Promise<Frame> => {
    for (;;) {
      const frame = frames.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    socket,
    closed,
    nextFrame,
    async next() {
      const { bytes } = await nextFrame();
      const value = parseJson(bytes);
      if (!isObject(value)) throw new Error('no object');
      return value;
    },
  };
}

/** What comes back, as plain HTTP, to a request that asks to leave HTTP. */
function askToUpgrade(
  url: string,
  options: { readonly headers?: Record<string, string>; readonly method?: string } = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({
      host: '127.0.0.1',
      port: server.server.port,
      path: url,
      method: options.method ?? 'GET',
      agent: false,
      ca: server.authority.certificate,
      cert: server.masters.certificate,
      key: server.masters.key,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...options.headers,
      },
    });
    request.on('error', reject);
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, text: '', headers: response.headers });
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
          headers: response.headers,
        }),
      );
    });
    request.end();
  });
}

const create = (name: string) => server.call('POST', path, { metadata: { name }, data: { a: '1' } });

describe('a watch over WebSocket', () => {
  it('is one text message an event, in order', async () => {
    const client = connectTo(`${path}?watch=true&resourceVersion=${server.store.revision()}`);
    await create('w1');
    await server.call('DELETE', `${path}/w1`);
    const { binary, bytes } = await client.nextFrame();
    expect(binary).toBe(false);
    expect(parseJson(bytes)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'w1' } } });
    const deleted = await client.next();
    expect(`${stringAt(deleted, 'type')} ${stringAt(deleted, 'object', 'metadata', 'name')}`).toBe(
      'DELETED w1',
    );
    client.socket.close();
    expect(await client.closed).toBe(1005);
  });

  it('sends the initial events and their end', async () => {
    await create('w2');
    const client = connectTo(
      `${path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    const types: string[] = [];
    let event: JsonObject;
    do {
      event = await client.next();
      types.push(stringAt(event, 'type'));
    } while (types.at(-1) !== 'BOOKMARK');
    expect(types).toContain('ADDED');
    expect(getPath(event, 'object', 'metadata', 'annotations', 'k8s.io/initial-events-end')).toBe('true');
    client.socket.close();
    await client.closed;
  });

  it('is closed when its time is over, and speaks no credential as its subprotocol', async () => {
    const client = connectTo(`${path}?watch=true&timeoutSeconds=1`, ['base64.binary.k8s.io']);
    await new Promise((resolve) => {
      client.socket.on('open', resolve);
    });
    expect(client.socket.protocol).toBe('base64.binary.k8s.io');
    expect(await client.closed).toBe(1000);
  });

  it('carries protobuf as binary messages', async () => {
    const socketPath = `${path}?watch=true&resourceVersion=${server.store.revision()}`;
    const socket = new WebSocket(`wss://127.0.0.1:${server.server.port}${socketPath}`, {
      ca: server.authority.certificate,
      cert: server.masters.certificate,
      key: server.masters.key,
      headers: { accept: 'application/vnd.kubernetes.protobuf;stream=watch' },
    });
    const first = new Promise<boolean>((resolve) => {
      socket.on('message', (_data: Buffer, binary: boolean) => resolve(binary));
    });
    await create('w3');
    expect(await first).toBe(true);
    socket.close();
  });

  it('of a client that talks too much ends without harm to others', async () => {
    const client = connectTo(`${path}?watch=true&resourceVersion=${server.store.revision()}`);
    await new Promise((resolve) => {
      client.socket.on('open', resolve);
    });
    client.socket.send(Buffer.alloc(1024 * 1024));
    expect(await client.closed).toBe(1009);
    expect((await server.http1('/livez')).status).toBe(200);
  });
});

describe('what asks for a WebSocket and is no watch', () => {
  it('ends its connection with its answer, whatever else the client sends', async () => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: server.server.port,
      ca: server.authority.certificate,
      cert: server.masters.certificate,
      key: server.masters.key,
      ALPNProtocols: ['http/1.1'],
    });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
    });
    socket.on('error', () => {});
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: foo/2\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{"metadata":{"name":"up"}} GET /version HTTP/1.1\r\n\r\n`,
    );
    await closed;
    const text = Buffer.concat(chunks).toString('latin1');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect((await server.call('GET', `${path}/up`)).status).toBe(404);
  });

  it('is answered as HTTP, errors with their Status', async () => {
    expect((await askToUpgrade(`${path}?limit=1`)).status).toBe(200);
    const refused = await askToUpgrade(`${path}?watch=true&fieldSelector=a.b%3Dc`);
    expect(refused.status).toBe(400);
    expect(parseJson(Buffer.from(refused.text))).toMatchObject({ kind: 'Status', reason: 'BadRequest' });
    expect((await askToUpgrade('/nowhere')).text).toBe('404 page not found\n');
  });

  it('with a token among the subprotocols is refused: no one knows it', async () => {
    const answer = await askToUpgrade(`${path}?watch=true`, {
      headers: {
        'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.dG9rZW4, v4.channel.k8s.io',
      },
    });
    expect(answer.status).toBe(401);
  });

  it('with a broken handshake is refused', async () => {
    expect((await askToUpgrade(`${path}?watch=true`, { headers: { 'sec-websocket-key': 'x' } })).status).toBe(
      400,
    );
  });

  it('exec gets its error before anything is upgraded, over SPDY too', async () => {
    for (const [method, upgrade] of [
      ['GET', 'websocket'],
      ['POST', 'SPDY/3.1'],
    ] as const) {
      const url = '/api/v1/namespaces/default/pods/none/exec?command=ls';
      const answer = await askToUpgrade(url, { method, headers: { upgrade } });
      expect(answer.status).toBe(404);
      expect(answer.text).toContain('pods \\"none\\" not found');
    }
  });
});
