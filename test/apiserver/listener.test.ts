import { Agent, request } from 'node:https';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { startTestServer } from './support/server.js';

describe('the listener', () => {
  it('closes at once when only idle connections are left', async () => {
    const server = await startTestServer();
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      const call = request(
        {
          agent,
          host: '127.0.0.1',
          port: server.server.port,
          path: '/version',
          ca: server.authority.certificate,
        },
        (response) => {
          response.resume();
          response.on('end', resolve);
        },
      );
      call.on('error', reject);
      call.end();
    });
    await server.http2('/version');
    // The grace is longer than this test may take: only an early end lets it pass.
    await server.server.close({ graceMilliseconds: 600_000 });
    agent.destroy();
  });

  it('breaks off what is still open when the grace is over', async () => {
    const server = await startTestServer();
    const silent = connect({ host: '127.0.0.1', port: server.server.port, ca: server.authority.certificate });
    const gone = new Promise<void>((resolve) => {
      silent.on('close', () => resolve());
      silent.on('error', () => {});
    });
    await new Promise<void>((resolve) => {
      silent.once('secureConnect', resolve);
    });
    silent.resume();
    silent.write('POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n');
    await server.server.close({ graceMilliseconds: 20 });
    await gone;
  });

  it('takes no more connections than its limit', async () => {
    const server = await startTestServer({ limits: { maxConnections: 2 } });
    const sockets = [1, 2].map(() =>
      connect({ host: '127.0.0.1', port: server.server.port, ca: server.authority.certificate }),
    );
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('secureConnect', resolve))),
    );
    await expect(server.http1('/version')).rejects.toThrow();
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  it('refuses a body that does not arrive in time', async () => {
    const server = await startTestServer({ limits: { bodyTimeoutMilliseconds: 30 } });
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const call = request(
        {
          agent: false,
          host: '127.0.0.1',
          port: server.server.port,
          path: '/api/v1/namespaces',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': '100' },
          ca: server.authority.certificate,
          cert: server.masters.certificate,
          key: server.masters.key,
        },
        (response) => {
          resolve(response.statusCode);
          call.destroy();
        },
      );
      call.on('error', reject);
      call.write('{');
    });
    expect(answer).toBe(408);
    await server.close();
  });

  it('does not fall over what is no HTTP', async () => {
    const server = await startTestServer();
    const socket = connect({ host: '127.0.0.1', port: server.server.port, ca: server.authority.certificate });
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.on('error', () => {});
    });
    socket.resume();
    socket.write('\0\0nonsense\r\n\r\n');
    await closed;
    expect((await server.http1('/version')).status).toBe(200);
    await server.close();
  });
});
