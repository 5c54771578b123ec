/** The ids that are given once and never again: a cluster's and a member's. */
import type { Random } from '../platform/index.js';

export function newClusterId(random: Random): string {
  return Buffer.from(random.bytes(8)).toString('hex');
}

/** A random 53-bit safe integer above 0. */
export function newMemberId(random: Random): number {
  const bytes = Buffer.from(random.bytes(8));
  return Math.max(1, Number(bytes.readBigUInt64BE() >> 11n));
}
