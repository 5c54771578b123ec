/**
 * The identity file: JSON that people can read, with a checksum over the rest. A newer format is recognised
 * before anything else in the file is judged.
 */
import { createHash } from 'node:crypto';
import type { MemberId } from '../../raft/index.js';

export interface MemberIdentity {
  readonly clusterId: string;
  readonly memberId: MemberId;
  readonly name: string;
  readonly formatVersion: number;
}

export const damagedIdentity = 'damaged';

const FORMAT = 'kuorum-member';

function checksumOf(identity: MemberIdentity): string {
  const text = JSON.stringify([
    FORMAT,
    identity.formatVersion,
    identity.clusterId,
    identity.memberId,
    identity.name,
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function encodeIdentity(identity: MemberIdentity): Uint8Array {
  const { clusterId, memberId, name, formatVersion } = identity;
  const text = JSON.stringify(
    { format: FORMAT, formatVersion, clusterId, memberId, name, checksum: checksumOf(identity) },
    undefined,
    2,
  );
  return new TextEncoder().encode(`${text}\n`);
}

export function decodeIdentity(bytes: Uint8Array): MemberIdentity | typeof damagedIdentity {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return damagedIdentity;
  }
  if (typeof parsed !== 'object' || parsed === null) return damagedIdentity;
  const { format, formatVersion, clusterId, memberId, name, checksum } = parsed as Record<string, unknown>;
  if (format !== FORMAT || typeof formatVersion !== 'number') return damagedIdentity;
  if (typeof clusterId !== 'string' || typeof name !== 'string') return damagedIdentity;
  if (typeof memberId !== 'number' || !Number.isSafeInteger(memberId)) return damagedIdentity;
  const identity = { clusterId, memberId, name, formatVersion };
  // A newer version may count more into its checksum: it is refused by its number, not called damaged.
  if (formatVersion === 1 && checksum !== checksumOf(identity)) return damagedIdentity;
  return identity;
}
