/** Which port the front door gets. */
import { errorCode } from './atomic-file.js';
import type { FrontDoor } from './front-door/front-door.js';
import { UserError } from './user-error.js';

/** Where a Kubernetes API is looked for. */
export const defaultApiPort = 6443;

const attempts = 100;

async function tryListen(frontDoor: FrontDoor, port: number): Promise<number | undefined> {
  try {
    return await frontDoor.listen(port);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EADDRINUSE' || code === 'EACCES') return undefined;
    throw error;
  }
}

/**
 * Listens on the asked-for port, or it is an error; without one on the last run's, or else on 6443 or the next
 * free one above it, which `say` is told.
 */
export async function listenOnFrontDoor(options: {
  readonly frontDoor: FrontDoor;
  readonly asked: number | undefined;
  readonly previous: number | undefined;
  readonly say: (line: string) => void;
}): Promise<number> {
  const { frontDoor, asked, previous, say } = options;
  if (asked !== undefined && asked !== 0) {
    const port = await tryListen(frontDoor, asked);
    if (port !== undefined) return port;
    throw new UserError(
      `port ${asked} is taken: stop what uses it, choose another --api-port, or leave it out`,
    );
  }
  if (previous !== undefined) {
    const port = await tryListen(frontDoor, previous);
    if (port !== undefined) return port;
  }
  if (asked === 0) return frontDoor.listen(0);
  const taken = previous ?? defaultApiPort;
  for (let port = defaultApiPort; port < defaultApiPort + attempts; port += 1) {
    const got = await tryListen(frontDoor, port);
    if (got === undefined) continue;
    if (got !== taken) say(`port ${taken} is taken: using ${got}`);
    return got;
  }
  throw new UserError(
    `no free port between ${defaultApiPort} and ${defaultApiPort + attempts - 1}: choose one with --api-port`,
  );
}
