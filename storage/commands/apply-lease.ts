/**
 * Applying what is done to leases. A lease runs out at a time of the log's clock, which stands still while the
 * cluster has no leader and never jumps: so nothing that was acknowledged is shortened by a change of leader.
 */
import type { LeaseRecord } from '../mvcc/records.js';
import type { ReplicatedState, StagedChange } from '../mvcc/state.js';
import { type ApplyStep, answer, refuse } from './apply-step.js';
import { storeLimits } from './validate.js';

const MILLISECONDS_PER_SECOND = 1000;

const expiry = (ttlSeconds: number, timeMilliseconds: number): number =>
  timeMilliseconds + ttlSeconds * MILLISECONDS_PER_SECOND;

export async function grantLease(
  state: ReplicatedState,
  lease: { readonly id: number; readonly ttlSeconds: number },
  timeMilliseconds: number,
): Promise<ApplyStep> {
  const { id, ttlSeconds } = lease;
  if ((await state.leases.get(id)) !== undefined)
    return refuse({ reason: 'lease-exists', message: `lease ${id} already exists` });
  return () => {
    state.leases.put({ id, ttlSeconds, expiresMilliseconds: expiry(ttlSeconds, timeMilliseconds) });
    return answer({ kind: 'lease', id, ttlSeconds });
  };
}

/** For each id, in their order: its time to live, begun anew, or 0 when it has run out or was revoked. */
export async function renewLeases(
  state: ReplicatedState,
  ids: readonly number[],
  timeMilliseconds: number,
): Promise<ApplyStep> {
  const leases = await state.leases.getMany(ids);
  return () => {
    const renewed = new Map<number, number>();
    for (const [id, lease] of leases) {
      // Run out and not yet revoked is as good as gone: its keys may be deleted by the very next entry.
      if (lease.expiresMilliseconds <= timeMilliseconds) continue;
      const { ttlSeconds } = lease;
      state.leases.put({ id, ttlSeconds, expiresMilliseconds: expiry(ttlSeconds, timeMilliseconds) }, lease);
      renewed.set(id, ttlSeconds);
    }
    return answer({ kind: 'leases-renewed', ttlSeconds: ids.map((id) => renewed.get(id) ?? 0) });
  };
}

export async function revokeLease(state: ReplicatedState, id: number): Promise<ApplyStep> {
  if ((await state.leases.get(id)) === undefined)
    return refuse({ reason: 'lease-not-found', message: `lease ${id} does not exist` });
  return removeLeases(state, [id], Number.POSITIVE_INFINITY);
}

/**
 * Those that have run out, with their keys in one revision; those that were renewed or revoked meanwhile are
 * passed over. A leader that has many to revoke says so again for what is left once a transaction's worth of keys
 * is deleted.
 */
export function expireLeases(
  state: ReplicatedState,
  ids: readonly number[],
  timeMilliseconds: number,
): Promise<ApplyStep> {
  return removeLeases(state, ids, timeMilliseconds);
}

async function removeLeases(
  state: ReplicatedState,
  ids: readonly number[],
  expiredAtMilliseconds: number,
): Promise<ApplyStep> {
  const staged: StagedChange[] = [];
  const removed: LeaseRecord[] = [];
  for (const lease of (await state.leases.getMany(ids)).values()) {
    if (lease.expiresMilliseconds > expiredAtMilliseconds) continue;
    if (staged.length >= storeLimits.maxDeletedKeys) break;
    removed.push(lease);
    for (const [key, version] of await state.prefetch(await state.leases.attachedKeys(lease.id))) {
      if (version?.item.lease === lease.id) staged.push({ key, previous: version, next: undefined });
    }
  }
  return () => {
    const changes = state.write(staged);
    for (const lease of removed) state.leases.remove(lease);
    return { result: { kind: 'revision', revision: state.revision }, changes };
  };
}
