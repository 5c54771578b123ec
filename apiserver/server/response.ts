/** The answer to one request over node's two response classes, which agree on what is used here. */

import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Writable } from 'node:stream';
import type { ApiResponse, ResponseStream } from './exchange.js';

/** What both response classes have. */
type EitherResponse = Pick<Http2ServerResponse, 'headersSent' | 'statusCode' | 'setHeader'> & {
  writeHead(code: number): unknown;
  end(body?: Uint8Array | string): unknown;
  destroy(): unknown;
};

export function createResponse(node: ServerResponse | Http2ServerResponse): ApiResponse {
  const response = node as unknown as EitherResponse;
  // HTTP/2's compatibility response hides the stream that really buffers.
  const sink = (): Writable =>
    ('stream' in node && node.stream !== undefined ? node.stream : node) as Writable;
  const warnings: string[] = [];
  const begin = (code: number, contentType: string): void => {
    response.setHeader('content-type', contentType);
    if (warnings.length > 0) response.setHeader('warning', warnings);
    response.writeHead(code);
  };
  const stream = (code: number, contentType: string): ResponseStream => {
    begin(code, contentType);
    (node as ServerResponse).flushHeaders?.();
    return createStream(node as unknown as Writable, sink);
  };
  return {
    get started() {
      return response.headersSent;
    },
    get statusCode() {
      return response.statusCode;
    },
    setHeader: (name, value) => {
      if (!response.headersSent) response.setHeader(name, value);
    },
    addWarning: (text) => {
      warnings.push(`299 - ${quoteWarning(text)}`);
    },
    send(code, contentType, body) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      response.setHeader('content-length', String(bytes.length));
      begin(code, contentType);
      response.end(bytes);
    },
    stream,
    streamEvents: (contentType) => stream(200, contentType),
  };
}

/** RFC 9110's quoted-string; what cannot stand in a header is left out. */
function quoteWarning(text: string): string {
  // biome-ignore lint: control characters are exactly what is removed
  const printable = text.replace(/[^\t\x20-\x7e]/g, ' ');
  return `"${printable.replace(/[\\"]/g, (character) => `\\${character}`)}"`;
}

function createStream(node: Writable, sink: () => Writable): ResponseStream {
  let over = false;
  node.once('close', () => {
    over = true;
  });
  const open = (): boolean => !over && !node.writableEnded && !sink().destroyed;
  return {
    get open() {
      return open();
    },
    get bufferedBytes() {
      return sink().writableLength;
    },
    write(bytes) {
      if (open()) node.write(bytes);
    },
    drained(clock, timeoutMilliseconds) {
      return new Promise((resolve) => {
        if (!open() || !sink().writableNeedDrain) {
          resolve();
          return;
        }
        const done = (): void => {
          timer.cancel();
          node.off('drain', done);
          node.off('close', done);
          resolve();
        };
        const timer = clock.setTimer(timeoutMilliseconds, () => {
          over = true;
          node.destroy();
          done();
        });
        node.on('drain', done);
        node.on('close', done);
      });
    },
    end() {
      if (open()) node.end();
    },
    destroy() {
      over = true;
      node.destroy();
    },
  };
}
