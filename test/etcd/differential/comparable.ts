/**
 * An answer as it is compared: everything that a server said, in a form that reads well when two of them differ,
 * without the little that two servers cannot have in common. All that is left out is left out here.
 */
import type { LeaseLeasesResponse, LeaseTimeToLiveResponse } from '../../../etcd/proto/generated/rpc.js';
import type { CallFailed } from '../support/client.js';

/** Who answers, not what: each cluster has ids and terms of its own. */
const ofTheCluster: ReadonlySet<string> = new Set(['clusterId', 'memberId', 'raftTerm']);

/** Bytes as text where they are; otherwise as what they are in hexadecimal. */
function readable(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? text : `0x${Buffer.from(bytes).toString('hex')}`;
}

export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return readable(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !ofTheCluster.has(name))
      .map(([name, field]) => [name, comparable(field)]),
  );
}

export const comparableError = ({ code, message }: CallFailed): unknown => ({ code, message });

/** It differs by when the two were asked. Nothing here runs out while a test runs. */
function timeLeft(ttl: number, granted: number): string | number {
  if (ttl < 0) return ttl;
  return ttl <= granted && ttl > granted / 2 ? 'most of what was granted' : ttl;
}

/** etcd gives the keys of a lease in the order of a hash table. */
export function comparableTimeToLive(response: LeaseTimeToLiveResponse): unknown {
  const { TTL, grantedTTL, keys } = response;
  return {
    ...(comparable(response) as object),
    TTL: timeLeft(TTL, grantedTTL),
    keys: [...keys].sort((a, b) => Buffer.compare(a, b)).map(readable),
  };
}

/** etcd lists those first that run out first, which is by milliseconds; we by id (see differences.test.ts). */
export function comparableLeases(response: LeaseLeasesResponse): unknown {
  const leases = response.leases.map(({ ID }) => ID).sort((a, b) => a - b);
  return { ...(comparable(response) as object), leases };
}
