/** Plain HTTP with a client's certificate, by either version. */
import { connect } from 'node:http2';
import { request } from 'node:https';
import type { TestEtcd } from './server.js';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

type Server = Pick<TestEtcd, 'url' | 'authority' | 'root'>;

export function http1(server: Server, path: string, method = 'GET'): Promise<HttpAnswer> {
  const { certificate: cert, key } = server.root;
  return new Promise((resolve, reject) => {
    request(
      `${server.url}${path}`,
      { ca: server.authority.certificate, cert, key, agent: false, method },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
        );
      },
    )
      .once('error', reject)
      .end();
  });
}

export function http2(server: Server, path: string): Promise<HttpAnswer> {
  const { certificate: cert, key } = server.root;
  return new Promise((resolve, reject) => {
    const session = connect(server.url, { ca: server.authority.certificate, cert, key });
    session.once('error', reject);
    const stream = session.request({ ':path': path });
    let body = '';
    let headers: Readonly<Record<string, unknown>> = {};
    stream.once('response', (got) => {
      headers = got;
    });
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    stream.once('end', () => {
      session.close();
      resolve({ status: Number(headers[':status']), body, headers });
    });
  });
}
