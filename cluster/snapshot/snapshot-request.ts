/** The order to save a snapshot as it comes over the control socket, checked for shape before anything acts on it. */
import { isAbsolute } from 'node:path';
import { UserError } from '../user-error.js';
import type { SnapshotRequest } from './snapshot-orders.js';

const maxPathLength = 4096;

/** Throws a UserError for anything that is not such an order. */
export function parseSnapshotRequest(value: unknown): SnapshotRequest {
  const { path, member, local } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof path !== 'string' || path.length > maxPathLength || !isAbsolute(path)) {
    throw new UserError('a snapshot needs an absolute path');
  }
  if (member !== undefined && (typeof member !== 'string' || member.length > 64)) {
    throw new UserError('the member is a name');
  }
  return { path, member, local: local === true };
}
