/**
 * Holding DIR: whoever listens on the socket in it is its supervisor, for as long as it lives. A file left by
 * a crash answers nobody and is taken away; the way it is taken away lets no two starters both believe that
 * they won: the file is first renamed to a name of one's own (only one can), and asked once more there.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { errorCode } from '../atomic-file.js';
import { UserError } from '../user-error.js';
import { socketFileName, withShortPath } from './socket-path.js';

export interface Holder {
  /** Connections that came before this was called are handed over too. */
  onConnection(listener: (socket: Socket) => void): void;
  /** Stops listening and removes the socket. */
  release(): Promise<void>;
}

/** Another supervisor answers on the socket. */
export class AlreadyHeldError extends Error {}

/** Whether somebody answers on the socket file. */
async function answers(dataDir: string, file: string): Promise<boolean> {
  return withShortPath(
    dataDir,
    file,
    (path) =>
      new Promise((resolve, reject) => {
        const socket = createConnection(path);
        socket.once('connect', () => {
          socket.destroy();
          resolve(true);
        });
        socket.once('error', (error) => {
          const code = errorCode(error);
          if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK') resolve(false);
          // Somebody is there, just closing, or with more callers than it can take.
          else if (code === 'ECONNRESET' || code === 'EAGAIN') resolve(true);
          else reject(new UserError(`${join(dataDir, file)} cannot be reached (${code ?? error.message})`));
        });
      }),
  );
}

export async function isHeld(dataDir: string): Promise<boolean> {
  return answers(dataDir, socketFileName);
}

function listen(dataDir: string, server: Server): Promise<void> {
  return withShortPath(
    dataDir,
    socketFileName,
    (path) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, () => {
          server.off('error', reject);
          resolve();
        });
      }),
  );
}

async function takeAwayStaleSocket(dataDir: string): Promise<void> {
  const claimed = `${socketFileName}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(join(dataDir, socketFileName), join(dataDir, claimed));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (await answers(dataDir, claimed)) {
    // It was replaced by a living one between the question and the renaming.
    await rename(join(dataDir, claimed), join(dataDir, socketFileName));
    throw new AlreadyHeldError();
  }
  await rm(join(dataDir, claimed), { force: true });
}

/** Throws AlreadyHeldError when DIR has a supervisor, and a UserError when DIR cannot be written. */
export async function holdDataFolder(dataDir: string): Promise<Holder> {
  const waiting: Socket[] = [];
  let handler: ((socket: Socket) => void) | undefined;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    if (handler !== undefined) handler(socket);
    else if (waiting.length < 16) waiting.push(socket);
    else socket.destroy();
  });
  for (let attempt = 0; ; attempt += 1) {
    try {
      await listen(dataDir, server);
      break;
    } catch (error) {
      if (error instanceof UserError || error instanceof AlreadyHeldError) throw error;
      const code = errorCode(error);
      if (code !== 'EADDRINUSE' || attempt >= 3) {
        throw new UserError(
          `${dataDir} cannot be written (${code ?? String(error)}): choose another --data-dir`,
          {
            cause: error,
          },
        );
      }
      if (await isHeld(dataDir)) throw new AlreadyHeldError();
      await takeAwayStaleSocket(dataDir);
    }
  }
  const { ino } = await stat(join(dataDir, socketFileName));
  return {
    onConnection(listener) {
      handler = listener;
      for (const socket of waiting.splice(0)) listener(socket);
    },
    async release() {
      for (const socket of waiting.splice(0)) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // Node unlinks the path it listened on, which may have been a link that is gone; and never take away
      // a successor's socket.
      const now = await stat(join(dataDir, socketFileName)).catch(() => undefined);
      if (now?.ino === ino) await rm(join(dataDir, socketFileName), { force: true });
    },
  };
}
