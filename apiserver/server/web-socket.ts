/**
 * Watches over WebSocket: one message an event. Only an answer that is a stream of events becomes a WebSocket;
 * every other answer to a client that asked for one, errors among them, is ordinary HTTP.
 *
 * Faults assumed: a client that sends what nobody reads, takes nothing, or vanishes without closing.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ApiResponse, ResponseStream } from './exchange.js';
import { createResponse } from './response.js';

/** Nothing that a watch client sends has a meaning; small enough that it costs nothing either. */
const maxClientMessageBytes = 64 * 1024;
const normalClosure = 1000;
/** A credential among the offered subprotocols; it is for the server and never the one that is spoken. */
export const bearerSubprotocol = 'base64url.bearer.authorization.k8s.io.';

export function createWebSocketUpgrader(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxClientMessageBytes,
    handleProtocols: (offered) =>
      [...offered].find((protocol) => !protocol.startsWith(bearerSubprotocol)) ?? false,
  });
}

export function wantsWebSocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.upgrade ?? '').toLowerCase() === 'websocket';
}

/** An ordinary answer on the connection of a request that asked to leave HTTP; the connection ends with it. */
function plainResponse(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // An upgraded connection's socket is a net.Socket, as assignSocket wants it; node types it wider.
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.on('error', () => socket.destroy());
  response.on('finish', () => {
    response.detachSocket(socket as Parameters<ServerResponse['detachSocket']>[0]);
    socket.end();
    // Nobody else reads on: without this the client's own end would never be seen.
    socket.resume();
  });
  return response;
}

/** The answer to a request that asked to leave HTTP. */
export function createUpgradeResponse(
  upgrader: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): ApiResponse {
  const plain = createResponse(plainResponse(request, socket));
  if (!wantsWebSocket(request)) return plain;
  let upgraded = false;
  return {
    get started() {
      return upgraded || plain.started;
    },
    get statusCode() {
      return upgraded ? 101 : plain.statusCode;
    },
    setHeader: (name, value) => plain.setHeader(name, value),
    addWarning: (text) => plain.addWarning(text),
    send(code, contentType, body) {
      if (upgraded) socket.destroy();
      else plain.send(code, contentType, body);
    },
    stream: (code, contentType) => plain.stream(code, contentType),
    streamEvents(contentType) {
      upgraded = true;
      const text = contentType.startsWith('application/json');
      let stream: ResponseStream | undefined;
      // Calls back before it returns, or has refused the handshake itself.
      upgrader.handleUpgrade(request, socket, head, (webSocket) => {
        stream = createFrameStream(webSocket, socket, text);
      });
      return stream ?? closedStream;
    },
  };
}

const closedStream: ResponseStream = {
  open: false,
  bufferedBytes: 0,
  write() {},
  drained: () => Promise.resolve(),
  end() {},
  destroy() {},
};

function createFrameStream(webSocket: WebSocket, socket: Duplex, text: boolean): ResponseStream {
  webSocket.on('error', () => webSocket.terminate());
  const open = (): boolean => webSocket.readyState === webSocket.OPEN;
  return {
    get open() {
      return open();
    },
    get bufferedBytes() {
      return webSocket.bufferedAmount;
    },
    write(bytes) {
      if (open()) webSocket.send(bytes, { binary: !text });
    },
    drained(clock, timeoutMilliseconds) {
      return new Promise((resolve) => {
        if (!open() || !socket.writableNeedDrain) {
          resolve();
          return;
        }
        const done = (): void => {
          timer.cancel();
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        const timer = clock.setTimer(timeoutMilliseconds, () => {
          webSocket.terminate();
          done();
        });
        socket.on('drain', done);
        socket.on('close', done);
      });
    },
    end() {
      if (open()) webSocket.close(normalClosure);
    },
    destroy: () => webSocket.terminate(),
  };
}
