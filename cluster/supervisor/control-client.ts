/** The other end of the control socket, for the command line: DIR's own administrator speaks. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Clock } from '../../platform/index.js';
import { errorCode } from '../atomic-file.js';
import type { ClusterMembershipEntry, ClusterStatus } from '../cluster.js';
import { pkiFolder } from '../folder-layout.js';
import type { SnapshotRequest } from '../snapshot/snapshot-orders.js';
import { UserError } from '../user-error.js';
import type { MembershipLine, SnapshotLine } from './control-server.js';
import type { FaultRequest } from './fault-request.js';
import { isHeld } from './holder.js';
import type { MembershipRequest } from './membership-request.js';
import { socketFileName, withShortPath } from './socket-path.js';

export interface ControlClient {
  status(): Promise<ClusterStatus>;
  /** Resolves with the member it was done to, where there is one. */
  fault(fault: FaultRequest): Promise<string | undefined>;
  members(): Promise<readonly ClusterMembershipEntry[]>;
  /** Resolves with the members it was done to, when it is done: that may take minutes. */
  changeMembership(
    request: MembershipRequest,
    onProgress: (line: string) => void,
  ): Promise<readonly string[]>;
  /** Resolves with the member that has written the file, when it is written and synced: that may take minutes. */
  saveSnapshot(request: SnapshotRequest, onProgress: (line: string) => void): Promise<string>;
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

interface ExchangeOptions {
  /** Of silence; 0: none is too long. */
  readonly timeoutMilliseconds?: number;
  /** Each line of the answer as it comes. */
  readonly onLine?: (line: string) => void;
}

function exchange(
  dataDir: string,
  credentials: Credentials,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  options: ExchangeOptions = {},
): Promise<{ readonly statusCode: number; readonly text: string }> {
  const { timeoutMilliseconds = requestTimeoutMilliseconds, onLine = () => {} } = options;
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
            timeout: timeoutMilliseconds,
          },
          (response) => {
            let text = '';
            let told = 0;
            response.setEncoding('utf8');
            response.on('data', (chunk: string) => {
              text += chunk;
              for (let end = text.indexOf('\n', told); end !== -1; end = text.indexOf('\n', told)) {
                onLine(text.slice(told, end));
                told = end + 1;
              }
            });
            response.once('error', reject);
            response.once('end', () => resolve({ statusCode: response.statusCode ?? 0, text }));
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

  async function call(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    options: ExchangeOptions = {},
  ): Promise<string> {
    let answer: { readonly statusCode: number; readonly text: string };
    try {
      answer = await exchange(dataDir, credentials, method, path, body, options);
    } catch (error) {
      throw new UserError(
        `the supervisor of ${dataDir} does not answer (${errorCode(error) ?? String(error)})`,
        { cause: error },
      );
    }
    if (answer.statusCode === 200) return answer.text;
    const message = (JSON.parse(answer.text) as { readonly error?: unknown }).error;
    throw new UserError(
      typeof message === 'string' ? message : `the supervisor answered ${answer.statusCode}`,
    );
  }

  return {
    async status() {
      return JSON.parse(await call('GET', '/status')) as ClusterStatus;
    },
    async fault(fault) {
      return (JSON.parse(await call('POST', '/fault', fault)) as { readonly member?: string }).member;
    },
    async members() {
      return JSON.parse(await call('GET', '/members')) as readonly ClusterMembershipEntry[];
    },
    async changeMembership(request, onProgress) {
      let end: Exclude<MembershipLine, { progress: string }> | undefined;
      await call('POST', '/members', request, {
        timeoutMilliseconds: 0,
        onLine(text) {
          const line = JSON.parse(text) as MembershipLine;
          if ('progress' in line) onProgress(line.progress);
          else end = line;
        },
      });
      if (end === undefined) {
        throw new UserError(
          'the supervisor ended before the change did: see kuorum member list for what became of it',
        );
      }
      if ('error' in end) throw new UserError(end.error);
      return end.members;
    },
    async saveSnapshot(request, onProgress) {
      let end: Exclude<SnapshotLine, { progress: string }> | undefined;
      await call('POST', '/snapshot', request, {
        timeoutMilliseconds: 0,
        onLine(text) {
          const line = JSON.parse(text) as SnapshotLine;
          if ('progress' in line) onProgress(line.progress);
          else end = line;
        },
      });
      if (end === undefined) throw new UserError('the supervisor ended before the snapshot was saved');
      if ('error' in end) throw new UserError(end.error);
      return end.writtenBy;
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
