/**
 * One leader among several processes, through a Lease object (coordination.k8s.io/v1).
 *
 * Why at most one leads: a holder stops `renewDeadline` after it *sent* its last successful renewal; a rival
 * takes over `leaseDuration` after it *saw* that renewal, which is later, and the deadline is the shorter.
 * Each measures durations on its own monotonic clock; the times inside the Lease are for people, so clocks
 * that disagree or jump do no harm, only ones that run at very different speeds would. Every write carries the
 * resource version that it was decided on, so two rivals cannot both take the same Lease.
 */
import { formatMicroTime, getPath, type JsonObject, newObject } from '../api/index.js';
import type { Clock, Logger, Random } from '../platform/index.js';
import type { ApiClient } from './api-client.js';
import { delay } from './delay.js';
import { isAlreadyExists, isConflict, isNotFound } from './errors.js';
import type { ResourceReference } from './resource.js';

export interface LeaderElectionOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly namespace: string;
  readonly name: string;
  /** Unique among the candidates. */
  readonly identity: string;
  /** Silence after which a rival takes the Lease; whole seconds. 15 s. */
  readonly leaseDurationMilliseconds?: number;
  /** Without a renewal for this long the holder stops leading. Below the duration. 10 s. */
  readonly renewDeadlineMilliseconds?: number;
  /** Between renewals that go well. 5 s. */
  readonly renewIntervalMilliseconds?: number;
  /** Between tries to take the Lease, and after a failed renewal. 2 s. */
  readonly retryIntervalMilliseconds?: number;
  /** Aborted: stop leading, give the Lease back, resolve. */
  readonly signal: AbortSignal;
  /** What the leader does, until the signal it gets is aborted. Its early return gives the Lease back. */
  lead(signal: AbortSignal): Promise<void>;
}

interface Timing {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly renewInterval: number;
  readonly retryInterval: number;
}

/** Campaigns, leads, campaigns again after a loss; resolves once `signal` is aborted and `lead` has ended. */
export async function runLeaderElection(options: LeaderElectionOptions): Promise<void> {
  const timing: Timing = {
    leaseDuration: options.leaseDurationMilliseconds ?? 15_000,
    renewDeadline: options.renewDeadlineMilliseconds ?? 10_000,
    renewInterval: options.renewIntervalMilliseconds ?? 5_000,
    retryInterval: options.retryIntervalMilliseconds ?? 2_000,
  };
  if (timing.renewDeadline >= timing.leaseDuration) {
    throw new RangeError('the renew deadline must be shorter than the lease duration');
  }
  const lease = leaseHandle(options, timing);
  while (!options.signal.aborted) {
    const takenAt = await campaign(options, timing, lease);
    if (takenAt === undefined) return;
    options.logger.info('took the lease', { lease: options.name, identity: options.identity });
    await leadUntilLost(options, timing, lease, takenAt);
  }
}

/** When the Lease was taken (monotonic, before the request went out); undefined when aborted. */
async function campaign(
  options: LeaderElectionOptions,
  timing: Timing,
  lease: LeaseHandle,
): Promise<number | undefined> {
  const { clock, random, signal, logger } = options;
  while (!signal.aborted) {
    const startedAt = clock.monotonicMilliseconds();
    try {
      if (await lease.tryTake(signal)) return startedAt;
    } catch (error) {
      if (signal.aborted) return undefined;
      logger.info('could not read or take the lease', { lease: options.name, reason: messageOf(error) });
    }
    // Jitter, so that rivals who saw the same Lease expire do not collide for ever.
    await delay(clock, timing.retryInterval * (1 + 0.2 * random.float()), signal);
  }
  return undefined;
}

async function leadUntilLost(
  options: LeaderElectionOptions,
  timing: Timing,
  lease: LeaseHandle,
  takenAt: number,
): Promise<void> {
  const { clock, logger } = options;
  const leading = new AbortController();
  const stop = (): void => leading.abort();
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const renewing = renewUntilLost(options, timing, lease, takenAt, leading);
  try {
    await options.lead(leading.signal);
  } catch (error) {
    logger.error('the leader failed', { lease: options.name, reason: messageOf(error) });
  } finally {
    stop();
    options.signal.removeEventListener('abort', stop);
  }
  const stillHeld = await renewing;
  if (!stillHeld) {
    logger.warn('lost the lease', { lease: options.name, identity: options.identity });
    return;
  }
  try {
    await lease.release();
  } catch (error) {
    logger.info('could not give the lease back; it will expire', {
      lease: options.name,
      reason: messageOf(error),
    });
  }
  if (!options.signal.aborted) await delay(clock, timing.retryInterval, options.signal);
}

/** Renews until `leading` is aborted (true: still ours) or the Lease is lost (false, and aborts `leading`). */
async function renewUntilLost(
  options: LeaderElectionOptions,
  timing: Timing,
  lease: LeaseHandle,
  takenAt: number,
  leading: AbortController,
): Promise<boolean> {
  const { clock, logger } = options;
  let renewedAt = takenAt;
  let pause = timing.renewInterval;
  let lost = false;
  // The deadline is a timer of its own: a renewal that hangs must not keep the office past it.
  let deadline = armDeadline(renewedAt);
  function armDeadline(since: number): { cancel(): void } {
    const left = since + timing.renewDeadline - clock.monotonicMilliseconds();
    return clock.setTimer(Math.max(0, left), () => {
      lost = true;
      leading.abort();
    });
  }
  try {
    while (!leading.signal.aborted) {
      await delay(clock, pause, leading.signal);
      if (leading.signal.aborted) break;
      const startedAt = clock.monotonicMilliseconds();
      try {
        if (!(await lease.renew(leading.signal))) {
          lost = true;
          leading.abort();
          break;
        }
        renewedAt = startedAt;
        deadline.cancel();
        if (!lost) deadline = armDeadline(renewedAt);
        pause = timing.renewInterval;
      } catch (error) {
        if (leading.signal.aborted) break;
        logger.info('could not renew the lease', { lease: options.name, reason: messageOf(error) });
        pause = timing.retryInterval;
      }
    }
  } finally {
    deadline.cancel();
  }
  return !lost;
}

interface LeaseHandle {
  /** Takes the Lease when it is free, expired or already ours. */
  tryTake(signal: AbortSignal): Promise<boolean>;
  /** false: somebody else holds it. */
  renew(signal: AbortSignal): Promise<boolean>;
  release(): Promise<void>;
}

function leaseHandle(options: LeaderElectionOptions, timing: Timing): LeaseHandle {
  const { client, clock, identity } = options;
  const reference: ResourceReference = {
    group: 'coordination.k8s.io',
    version: 'v1',
    resource: 'leases',
    namespace: options.namespace,
  };
  /** The Lease as last seen, and when (monotonic) its content last changed before our eyes. */
  let seen: { readonly lease: JsonObject; readonly at: number } | undefined;

  function see(lease: JsonObject): void {
    const isSame = seen !== undefined && versionOf(seen.lease) === versionOf(lease);
    if (!isSame) seen = { lease, at: clock.monotonicMilliseconds() };
  }

  function build(previous: JsonObject | undefined, holder: string): JsonObject {
    const now = formatMicroTime(clock.wallMilliseconds());
    const heldBefore = getPath(previous, 'spec', 'holderIdentity');
    const transitions = Number(getPath(previous, 'spec', 'leaseTransitions') ?? 0);
    const acquired = getPath(previous, 'spec', 'acquireTime');
    const spec = newObject();
    spec['holderIdentity'] = holder;
    spec['leaseDurationSeconds'] = holder === '' ? 1 : Math.round(timing.leaseDuration / 1000);
    spec['acquireTime'] = heldBefore === holder && acquired !== undefined ? acquired : now;
    spec['renewTime'] = now;
    spec['leaseTransitions'] =
      heldBefore === holder || previous === undefined ? transitions : transitions + 1;
    const lease = newObject();
    lease['apiVersion'] = 'coordination.k8s.io/v1';
    lease['kind'] = 'Lease';
    lease['metadata'] = getPath(previous, 'metadata') ?? { name: options.name, namespace: options.namespace };
    lease['spec'] = spec;
    return lease;
  }

  async function write(
    previous: JsonObject | undefined,
    holder: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const request = {
      timeoutMilliseconds: timing.renewDeadline,
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      const next = build(previous, holder);
      see(
        previous === undefined
          ? await client.create(reference, next, request)
          : await client.update(reference, next, request),
      );
      return true;
    } catch (error) {
      // Somebody else wrote first: what we knew is old, and the next look decides.
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) return false;
      throw error;
    }
  }

  async function refresh(signal: AbortSignal): Promise<JsonObject | undefined> {
    try {
      const lease = await client.get(reference, options.name, {
        signal,
        timeoutMilliseconds: timing.renewDeadline,
      });
      see(lease);
      return lease;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      seen = undefined;
      return undefined;
    }
  }

  async function tryTake(signal: AbortSignal): Promise<boolean> {
    const lease = await refresh(signal);
    if (lease === undefined) return write(undefined, identity, signal);
    const holder = getPath(lease, 'spec', 'holderIdentity');
    const isFree = holder === undefined || holder === '' || holder === identity;
    const duration = Number(getPath(lease, 'spec', 'leaseDurationSeconds') ?? 0) * 1000;
    const hasExpired = seen !== undefined && clock.monotonicMilliseconds() >= seen.at + duration;
    return isFree || hasExpired ? write(lease, identity, signal) : false;
  }

  return {
    tryTake,
    async renew(signal) {
      if (seen !== undefined && (await write(seen.lease, identity, signal))) return true;
      // A label added by hand also changes the version: only another holder means that it is lost.
      const lease = await refresh(signal);
      if (lease === undefined || getPath(lease, 'spec', 'holderIdentity') !== identity) return false;
      return write(lease, identity, signal);
    },
    async release() {
      if (seen !== undefined) await write(seen.lease, '');
    },
  };
}

function versionOf(object: JsonObject): unknown {
  return getPath(object, 'metadata', 'resourceVersion');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
