/** The other end of the control socket, for the command line: DIR's own administrator speaks. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Clock } from '../../platform/index.js';
import { errorCode } from '../atomic-file.js';
import type { ClusterStatus } from '../cluster.js';
import { pkiFolder } from '../folder-layout.js';
import { UserError } from '../user-error.js';
import type { FaultRequest } from './fault-request.js';
import { isHeld } from './holder.js';
import { socketFileName, withShortPath } from './socket-path.js';

export interface ControlClient {
  status(): Promise<ClusterStatus>;
  /** Resolves with the member it was done to, where there is one. */
  fault(fault: FaultRequest): Promise<string | undefined>;
  /** Resolves when the supervisor has let go of DIR. */
  down(): Promise<void>;
}

export interface ControlClientOptions {
  readonly dataDir: string;
  readonly clock: Clock;
}

const requestTimeoutMilliseconds = 30_000;
const downTimeoutMilliseconds = 30_000;
const downPollMilliseconds = 50;

interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

async function readCredentials(dataDir: string): Promise<Credentials> {
  const read = async (name: string): Promise<string> => {
    const path = join(pkiFolder(dataDir), name);
    return readFile(path, 'utf8').catch((error: unknown) => {
      throw new UserError(`${path} cannot be read (${errorCode(error) ?? String(error)})`, { cause: error });
    });
  };
  const [ca, cert, key] = await Promise.all([read('ca.crt'), read('admin.crt'), read('admin.key')]);
  return { ca, cert, key };
}

function exchange(
  dataDir: string,
  credentials: Credentials,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
): Promise<{ readonly statusCode: number; readonly text: string }> {
  return withShortPath(
    dataDir,
    socketFileName,
    (socketPath) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          {
            socketPath,
            method,
            path,
            ...credentials,
            servername: 'localhost',
            agent: false,
            timeout: requestTimeoutMilliseconds,
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.once('error', reject);
            response.once('end', () =>
              resolve({ statusCode: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
            );
          },
        );
        outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
        outgoing.once('error', reject);
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      }),
  );
}

/** Throws a UserError when nobody holds DIR. */
export async function connectControl(options: ControlClientOptions): Promise<ControlClient> {
  const { dataDir, clock } = options;
  if (!(await isHeld(dataDir)))
    throw new UserError(`no cluster runs in ${dataDir}: start one with kuorum up`);
  const credentials = await readCredentials(dataDir);

  async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    let answer: { readonly statusCode: number; readonly text: string };
    try {
      answer = await exchange(dataDir, credentials, method, path, body);
    } catch (error) {
      throw new UserError(
        `the supervisor of ${dataDir} does not answer (${errorCode(error) ?? String(error)})`,
        {
          cause: error,
        },
      );
    }
    const value: unknown = JSON.parse(answer.text);
    if (answer.statusCode === 200) return value;
    const message = (value as { readonly error?: unknown }).error;
    throw new UserError(
      typeof message === 'string' ? message : `the supervisor answered ${answer.statusCode}`,
    );
  }

  return {
    async status() {
      return (await call('GET', '/status')) as ClusterStatus;
    },
    async fault(fault) {
      return ((await call('POST', '/fault', fault)) as { readonly member?: string }).member;
    },
    async down() {
      await call('POST', '/down', {});
      const deadline = clock.monotonicMilliseconds() + downTimeoutMilliseconds;
      while (await isHeld(dataDir)) {
        if (clock.monotonicMilliseconds() > deadline) {
          throw new UserError(
            `the cluster in ${dataDir} has not stopped within ${downTimeoutMilliseconds / 1000} s`,
          );
        }
        await new Promise<void>((resolve) => {
          clock.setTimer(downPollMilliseconds, resolve);
        });
      }
    },
  };
}
