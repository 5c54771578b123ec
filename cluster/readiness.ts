/**
 * When a cluster counts as ready: every member's /readyz is 200, and a linearizable read through the front
 * door was answered.
 */
import { request } from 'node:https';
import type { Clock } from '../platform/index.js';
import type { PemPair } from './pki/pem.js';
import { UserError } from './user-error.js';

export interface ReadinessProblem {
  readonly member: string;
  readonly reason: string;
}

export interface ReadinessOptions {
  readonly clock: Clock;
  readonly timeoutMilliseconds: number;
  /** Who is waited for, as it stands at the moment: a member that refuses to run is waited for no longer. */
  names(): readonly string[];
  isReady(name: string): boolean;
  reason(name: string): string;
  readonly url: string;
  readonly authority: string;
  readonly admin: PemPair;
  readonly signal?: AbortSignal;
}

const pollMilliseconds = 10;
const readTimeoutMilliseconds = 5_000;

/** One read of the default namespace; a plain get is linearizable. */
function readThroughFrontDoor(options: ReadinessOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(
      new URL('/api/v1/namespaces/default', options.url),
      {
        ca: options.authority,
        cert: options.admin.certificate,
        key: options.admin.key,
        agent: false,
        timeout: readTimeoutMilliseconds,
      },
      (response) => {
        response.resume();
        response.once('end', () =>
          resolve(response.statusCode === 200 ? undefined : `a read was answered ${response.statusCode}`),
        );
        response.once('error', (error) => resolve(error.message));
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('a read was not answered in time')));
    outgoing.once('error', (error) => resolve(error.message));
    outgoing.end();
  });
}

/**
 * Resolves with the members that were not ready in time while the others form a working cluster; throws a
 * UserError when it does not work by then.
 */
export async function waitUntilReady(options: ReadinessOptions): Promise<readonly ReadinessProblem[]> {
  const { clock } = options;
  const deadline = clock.monotonicMilliseconds() + options.timeoutMilliseconds;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimer(pollMilliseconds, resolve);
    });
  const problems = (): readonly ReadinessProblem[] =>
    options
      .names()
      .filter((name) => !options.isReady(name))
      .map((member) => ({ member, reason: options.reason(member) }));
  for (;;) {
    if (options.signal?.aborted === true) throw new UserError('the start was interrupted');
    const late = clock.monotonicMilliseconds() > deadline;
    const unready = problems();
    let readProblem: string | undefined;
    if (unready.length === 0 || (late && unready.length < options.names().length)) {
      readProblem = await readThroughFrontDoor(options);
      if (readProblem === undefined) return unready;
    }
    if (late) {
      const reasons = unready.map(({ member, reason }) => `${member}: ${reason}`);
      const why = [...reasons, ...(readProblem === undefined ? [] : [readProblem])].join('; ');
      throw new UserError(
        `the cluster was not ready within ${Math.round(options.timeoutMilliseconds / 1000)} s (${why}): see kuorum logs`,
      );
    }
    await pause();
  }
}
