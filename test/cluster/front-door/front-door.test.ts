import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFrontDoor, type FrontDoor } from '../../../cluster/front-door/front-door.js';

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Backend {
  readonly port: number;
  readonly server: Server;
}

/** Answers each line with its name and the line. */
async function backend(name: string): Promise<Backend> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => socket.write(`${name}:${data.toString()}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function door(
  options: Parameters<typeof createFrontDoor>[0] = {},
): Promise<{ readonly door: FrontDoor; readonly port: number }> {
  const made = createFrontDoor(options);
  const port = await made.listen(0);
  closers.push(() => made.close());
  return { door: made, port };
}

async function client(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  closers.push(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}

/** Resolves when the other side has closed. */
async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}

/** Resolves when a new connection was closed or reset from the other side. */
async function refused(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
}

describe('the front door', () => {
  it('passes bytes through, both ways', async () => {
    const m1 = await backend('m1');
    const { door: front, port } = await door();
    front.setBackend('m1', m1.port);
    front.setReady('m1', true);
    expect(await ask(await client(port), 'hello')).toBe('m1:hello');
  });

  it('spreads connections over the ready members', async () => {
    const backends = await Promise.all(['m1', 'm2', 'm3'].map(backend));
    const { door: front, port } = await door();
    for (const [index, { port: backendPort }] of backends.entries()) {
      front.setBackend(`m${index + 1}`, backendPort);
      front.setReady(`m${index + 1}`, index !== 2);
    }
    const answers: string[] = [];
    for (let count = 0; count < 4; count += 1) answers.push(await ask(await client(port), 'x'));
    expect(answers.sort()).toEqual(['m1:x', 'm1:x', 'm2:x', 'm2:x']);
  });

  it('refuses at once when no member is ready', async () => {
    const m1 = await backend('m1');
    const { door: front, port } = await door();
    front.setBackend('m1', m1.port);
    await refused(port);
    await expect.poll(() => front.connections()).toBe(0);
  });

  it('closes what is connected to a member that is no longer ready, and only that', async () => {
    const m1 = await backend('m1');
    const m2 = await backend('m2');
    const { door: front, port } = await door();
    front.setBackend('m1', m1.port);
    front.setReady('m1', true);
    const first = await client(port);
    expect(await ask(first, 'a')).toBe('m1:a');
    front.setBackend('m2', m2.port);
    front.setReady('m2', true);
    const second = await client(port);
    expect(await ask(second, 'b')).toBe('m2:b');
    front.setReady('m1', false);
    await closed(first);
    expect(await ask(second, 'c')).toBe('m2:c');
    expect(await ask(await client(port), 'd')).toBe('m2:d');
  });

  it('goes to the next ready member when one refuses', async () => {
    const gone = await backend('m1');
    const m2 = await backend('m2');
    gone.server.close();
    await once(gone.server, 'close');
    const { door: front, port } = await door();
    front.setBackend('m1', gone.port);
    front.setBackend('m2', m2.port);
    front.setReady('m1', true);
    front.setReady('m2', true);
    for (let count = 0; count < 3; count += 1) expect(await ask(await client(port), 'x')).toBe('m2:x');
  });

  it('closes the client when every ready member refuses', async () => {
    const gone = await backend('m1');
    gone.server.close();
    await once(gone.server, 'close');
    const { door: front, port } = await door();
    front.setBackend('m1', gone.port);
    front.setReady('m1', true);
    await refused(port);
  });

  it('is not ready for a member that moved until it was asked again', async () => {
    const m1 = await backend('m1');
    const moved = await backend('m1b');
    const { door: front, port } = await door();
    front.setBackend('m1', m1.port);
    front.setReady('m1', true);
    const before = await client(port);
    expect(await ask(before, 'x')).toBe('m1:x');
    front.setBackend('m1', moved.port);
    await closed(before);
    expect(front.isReady('m1')).toBe(false);
    front.setReady('m1', true);
    expect(await ask(await client(port), 'x')).toBe('m1b:x');
  });

  it('is bounded in connections', async () => {
    const m1 = await backend('m1');
    const { door: front, port } = await door({ maxConnections: 2 });
    front.setBackend('m1', m1.port);
    front.setReady('m1', true);
    const kept = [await client(port), await client(port)];
    for (const socket of kept) expect(await ask(socket, 'x')).toBe('m1:x');
    await refused(port);
    expect(await ask(kept[0]!, 'y')).toBe('m1:y');
    kept[1]!.destroy();
    await expect.poll(() => front.connections()).toBe(1);
    expect(await ask(await client(port), 'z')).toBe('m1:z');
  });

  it('passes on that one side has finished sending, while the other still sends', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.once('end', () => socket.end(`all of ${text}`));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      server.close();
    });
    const { door: front, port } = await door();
    front.setBackend('m1', (server.address() as AddressInfo).port);
    front.setReady('m1', true);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end('it');
    const chunks: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('all of it');
  });
});
