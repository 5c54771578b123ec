/**
 * How the state database is laid out. All keys are latin-1 text of bytes (see bytes.ts).
 *
 * - `k` + key: the head, a live key's newest version with its value. Lists of the latest state read these
 *   and nothing else: no older version and no tombstone stands between two live keys.
 * - `v` + escaped key + inverted revision: superseded versions and tombstones, newest first, adjacent.
 * - `r` + revision: what that revision changed, with the revision that each key had before.
 * - `l` + lease, `a` + lease + key, `x` + expiry time + lease: leases, their keys, their order of expiry.
 * - `s` + incarnation + slot: results of recent proposals.
 * - `m`: the meta record.
 * - `u`: users and roles, when there ever were any.
 * - `o`: this copy's own, in no snapshot: the index of the snapshot that it was received with.
 */
import { integerOfText, textOfInteger } from '../bytes.js';

export const META_KEY = 'm';
export const ORIGIN_KEY = 'o';
export const AUTH_KEY = 'u';

export const headKey = (key: string): string => `k${key}`;
export const keyOfHead = (databaseKey: string): string => databaseKey.slice(1);
export const HEADS_END = 'l';

/** 0x00 becomes 0x00 0xff and the end is 0x00 0x01, so that no key's versions stand among another's. */
function escape(key: string): string {
  return key.includes('\u0000') ? key.replaceAll('\u0000', '\u0000\u00ff') : key;
}

const TERMINATOR = '\u0000\u0001';
const REVISION_BYTES = 8;

const invert = (revision: number): string => textOfInteger(Number.MAX_SAFE_INTEGER - revision);

export const versionKey = (key: string, revision: number): string =>
  `v${escape(key)}${TERMINATOR}${invert(revision)}`;

/** The lower bound of all versions of keys at or past `key`. */
export const versionsFrom = (key: string): string => `v${escape(key)}`;
export const VERSIONS_END = 'w';

export function parseVersionKey(databaseKey: string): { readonly key: string; readonly revision: number } {
  const keyEnd = databaseKey.length - REVISION_BYTES - TERMINATOR.length;
  const escaped = databaseKey.slice(1, keyEnd);
  const key = escaped.includes('\u0000') ? escaped.replaceAll('\u0000\u00ff', '\u0000') : escaped;
  const revision = Number.MAX_SAFE_INTEGER - integerOfText(databaseKey, databaseKey.length - REVISION_BYTES);
  return { key, revision };
}

export const revisionKey = (revision: number): string => `r${textOfInteger(revision)}`;
export const revisionOfKey = (databaseKey: string): number => integerOfText(databaseKey, 1);

export const leaseKey = (lease: number): string => `l${textOfInteger(lease)}`;
export const leaseOfKey = (databaseKey: string): number => integerOfText(databaseKey, 1);
export const LEASES_END = 'm';
export const attachmentKey = (lease: number, key: string): string => `a${textOfInteger(lease)}${key}`;
export const keyOfAttachment = (databaseKey: string): string => databaseKey.slice(1 + 8);
export const expiryKey = (expiresMilliseconds: number, lease: number): string =>
  `x${textOfInteger(expiresMilliseconds)}${textOfInteger(lease)}`;
export const EXPIRIES_END = 'y';
export const parseExpiryKey = (
  databaseKey: string,
): { readonly expiresMilliseconds: number; readonly lease: number } => ({
  expiresMilliseconds: integerOfText(databaseKey, 1),
  lease: integerOfText(databaseKey, 9),
});

export const sessionSlotKey = (incarnation: number, slot: number): string =>
  `s${textOfInteger(incarnation)}${String.fromCharCode(slot >>> 8, slot & 0xff)}`;
export const incarnationOfSlot = (databaseKey: string): number => integerOfText(databaseKey, 1);
