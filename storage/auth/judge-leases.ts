/**
 * Whoever revokes a lease deletes its keys, and whoever attaches a key to one could lose the right to revoke it: both
 * need the right to write every key that the lease has. Which keys it has is known only where an entry is applied.
 */
import { bytesOf } from '../bytes.js';
import type { Command } from '../commands/command.js';
import type { ReplicatedState } from '../mvcc/state.js';
import type { TxnOperation } from '../store.js';
import { type AuthRefusal, authRefusal } from './apply-change.js';
import { mayAccess, rightsOf } from './rights.js';

function addLeasesOf(operations: readonly TxnOperation[], leases: Set<number>): void {
  for (const operation of operations) {
    if (operation.type === 'txn') {
      addLeasesOf(operation.request.then, leases);
      addLeasesOf(operation.request.else, leases);
    } else if (operation.type === 'put' && (operation.lease ?? 0) !== 0) leases.add(operation.lease ?? 0);
  }
}

function leasesOf(command: Command): ReadonlySet<number> {
  const leases = new Set<number>();
  if (command.kind === 'lease-revoke') leases.add(command.id);
  if (command.kind === 'txn') {
    addLeasesOf(command.request.then, leases);
    addLeasesOf(command.request.else, leases);
  }
  return leases;
}

export async function judgeLeases(
  state: ReplicatedState,
  command: Command,
  userName: string,
): Promise<AuthRefusal | undefined> {
  if (!state.auth.enabled) return undefined;
  const leases = leasesOf(command);
  if (leases.size === 0) return undefined;
  const rights = rightsOf(state.auth, userName);
  if (rights?.root === true) return undefined;
  for (const lease of leases) {
    for (const key of await state.leases.attachedKeys(lease)) {
      if (rights !== undefined && mayAccess(rights, 'write', { key: bytesOf(key) })) continue;
      return authRefusal('permission-denied', `lease ${lease} has a key that ${userName} may not write`);
    }
  }
  return undefined;
}
