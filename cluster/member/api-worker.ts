/**
 * Entry of the worker thread that serves the APIs: TLS, HTTP, JSON, gRPC. It is started before there is anything to
 * serve, so that its code is loaded while the main thread opens the disk.
 */
import { type MessagePort, parentPort } from 'node:worker_threads';
import {
  type ClockFault,
  createLogger,
  systemClock,
  systemRandom,
  withClockFaults,
} from '../../platform/index.js';
import { connectStore } from '../../storage/index.js';
import { startApiHost } from './api-host.js';
import { type OrderAnswer, type OrderQuestion, OrderRelay } from './order-relay.js';
import { PeerAddresses } from './peer-addresses.js';
import type { MemberConfig, PeerAddress } from './protocol.js';

export type ApiWorkerRequest =
  | {
      readonly type: 'serve';
      readonly config: Pick<
        MemberConfig,
        'name' | 'apiPort' | 'apiTls' | 'clientPort' | 'peerTls' | 'logLevel'
      >;
      readonly storePort: MessagePort;
    }
  | { readonly type: 'clock-fault'; readonly fault: ClockFault | undefined }
  /** Also before `serve`. */
  | { readonly type: 'peers'; readonly peers: readonly PeerAddress[] }
  | ({ readonly type: 'order-answer' } & OrderAnswer)
  | { readonly type: 'close'; readonly graceMilliseconds: number };

export type ApiWorkerAnswer =
  | { readonly type: 'listening'; readonly apiPort: number; readonly clientPort: number }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly message: string }
  | ({ readonly type: 'order' } & OrderQuestion)
  | { readonly type: 'log'; readonly line: string };

function main(port: MessagePort): void {
  const answer = (message: ApiWorkerAnswer): void => port.postMessage(message);
  const clock = withClockFaults(systemClock());
  const addresses = new PeerAddresses();
  const orders = new OrderRelay(clock, (question) => answer({ type: 'order', ...question }));
  let close: ((graceMilliseconds: number) => Promise<void>) | undefined;

  async function serve(request: Extract<ApiWorkerRequest, { type: 'serve' }>): Promise<void> {
    const logger = createLogger({
      level: request.config.logLevel,
      name: request.config.name,
      destination: { write: (line) => answer({ type: 'log', line }) },
    }).with({ thread: 'api' });
    const connected = connectStore(request.storePort);
    const server = await startApiHost({
      config: request.config,
      store: connected.store,
      admin: connected.admin,
      addresses,
      orders,
      clock,
      random: systemRandom(),
      logger,
    });
    close = async (graceMilliseconds) => {
      await server.close({ graceMilliseconds });
      connected.close();
    };
    answer({ type: 'listening', apiPort: server.apiPort, clientPort: server.clientPort });
  }

  port.on('message', (request: ApiWorkerRequest) => {
    switch (request.type) {
      case 'serve':
        serve(request).catch((error: unknown) => {
          answer({
            type: 'failed',
            message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          });
        });
        break;
      case 'clock-fault':
        clock.setClockFault(request.fault);
        break;
      case 'peers':
        addresses.set(request.peers);
        break;
      case 'order-answer':
        orders.answer(request);
        break;
      case 'close':
        void (close?.(request.graceMilliseconds) ?? Promise.resolve()).finally(() =>
          answer({ type: 'closed' }),
        );
        break;
    }
  });
}

if (parentPort !== null) main(parentPort);
