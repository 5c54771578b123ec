/**
 * What a learner answers. It has no vote and may be far behind, so clients are sent elsewhere, except for what is
 * about this very member and for reads that may be old; as in etcd.
 */
import { etcdError } from './errors.js';
import type { MemberFacts } from './member-facts.js';

const served: ReadonlySet<string> = new Set([
  '/etcdserverpb.Maintenance/Status',
  '/etcdserverpb.Maintenance/Snapshot',
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/Watch',
]);

const servedWhenSerializable: ReadonlySet<string> = new Set([
  '/etcdserverpb.KV/Range',
  '/etcdserverpb.KV/RangeStream',
]);

/** `request`: undefined for a stream of them. */
export function isServedByLearners(path: string, request: unknown): boolean {
  if (served.has(path)) return true;
  if (!servedWhenSerializable.has(path)) return false;
  return (request as { readonly serializable?: boolean } | undefined)?.serializable === true;
}

export function checkLearner(facts: MemberFacts, path: string, request: unknown): void {
  if (facts.isLearner && !isServedByLearners(path, request)) throw etcdError('notForLearners');
}
