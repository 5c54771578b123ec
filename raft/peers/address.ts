/** Where a peer listens. */
import { connect } from 'node:net';

const PROBE_TIMEOUT_MILLISECONDS = 1_000;

const MAX_PORT = 65_535;

/** Splits `host:port`, also `[::1]:port`. What is no port becomes 0, where nobody listens. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  const isPort = Number.isInteger(port) && port >= 0 && port <= MAX_PORT;
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: isPort ? port : 0 };
}

/** Asks the operating system whether anyone still listens there. */
export function isRefused(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...splitAddress(address), timeout: PROBE_TIMEOUT_MILLISECONDS });
    const finish = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.once('connect', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code === 'ECONNREFUSED'));
  });
}
