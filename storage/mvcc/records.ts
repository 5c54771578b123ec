/** The records of the state database, each with a digest or checksum that binds it to its key. */

import { type AuthState, decodeAuth, encodeAuth, initialAuth } from '../auth/auth-state.js';
import { bytesOf, equalBytes } from '../bytes.js';
import { DIGEST_BYTES, digest } from '../checksum.js';
import { decodeLedger, emptyLedger, encodeLedger, type Ledger } from '../integrity/ledger.js';
import type { KeyValue } from '../store.js';
import {
  bytesAt,
  DamagedRecordError,
  numberAt,
  openRecord,
  packBehind,
  packTuple,
  sealRecord,
  stringAt,
  type Tuple,
  tupleAt,
  unpackBehind,
} from '../tuple.js';

/** A version as it is stored: what it says, and the very bytes, whose first 16 are its digest. */
export interface StoredVersion {
  readonly item: KeyValue;
  readonly record: Uint8Array;
}

/** Keys the digests; the same on every member of a cluster. */
export type RecordSalt = Uint8Array;

export function recordSalt(clusterId: string): RecordSalt {
  return digest(packTuple(['kuorum record', clusterId]));
}

const lengthScratch = Buffer.alloc(4);

function versionDigest(salt: RecordSalt, key: Uint8Array, body: Uint8Array): Uint8Array {
  lengthScratch.writeUInt32BE(key.length, 0);
  return digest(salt, lengthScratch, key, body);
}

/** The digest, then the tuple. */
function digested(salt: RecordSalt, key: Uint8Array, tuple: Tuple): Uint8Array {
  const { bytes } = packBehind(DIGEST_BYTES, tuple);
  bytes.set(versionDigest(salt, key, bytes.subarray(DIGEST_BYTES)));
  return bytes;
}

/** The digest covers the key as the client knows it, so a head becomes history without being encoded again. */
export function encodeVersion(salt: RecordSalt, item: KeyValue): StoredVersion {
  const { key, createRevision, modRevision, version, lease, value } = item;
  const record = digested(salt, key, [createRevision, modRevision, version, lease, value]);
  // The value stands last: the item shares the record's bytes instead of keeping the proposal's alive.
  return { item: { ...item, value: record.subarray(record.length - value.length) }, record };
}

export function encodeTombstone(salt: RecordSalt, key: Uint8Array, revision: number): Uint8Array {
  return digested(salt, key, [revision]);
}

function openVersion(salt: RecordSalt, key: Uint8Array, record: Uint8Array): Tuple {
  const body = record.subarray(DIGEST_BYTES);
  if (body.length === 0 || !equalBytes(record.subarray(0, DIGEST_BYTES), versionDigest(salt, key, body))) {
    throw new DamagedRecordError(`a version of key ${JSON.stringify(Buffer.from(key).toString('latin1'))}`);
  }
  return unpackBehind(DIGEST_BYTES, record);
}

/** undefined: a tombstone. Throws `DamagedRecordError`. */
export function decodeVersion(
  salt: RecordSalt,
  key: Uint8Array,
  record: Uint8Array,
): StoredVersion | undefined {
  const tuple = openVersion(salt, key, record);
  if (tuple.length === 1) return undefined;
  const item: KeyValue = {
    key,
    value: bytesAt(tuple, 4),
    createRevision: numberAt(tuple, 0),
    modRevision: numberAt(tuple, 1),
    version: numberAt(tuple, 2),
    lease: numberAt(tuple, 3),
  };
  return { item, record };
}

/** One key's change in a revision. */
export interface KeyChange {
  readonly type: 'put' | 'delete';
  readonly key: Uint8Array;
  /** The mod revision it had before this revision; 0: there was none. */
  readonly previousRevision: number;
  /** A later change of the same revision took its place: nothing stands in the key space for it. */
  readonly passing?: { readonly record: Uint8Array | undefined };
}

const CHANGE_PUT = 0;
const CHANGE_DELETE = 1;
const CHANGE_PASSING_PUT = 2;
const CHANGE_PASSING_DELETE = 3;

function encodeChange(change: KeyChange): Tuple {
  const { type, key, previousRevision, passing } = change;
  if (passing === undefined) return [type === 'put' ? CHANGE_PUT : CHANGE_DELETE, key, previousRevision];
  return passing.record === undefined
    ? [CHANGE_PASSING_DELETE, key, previousRevision]
    : [CHANGE_PASSING_PUT, key, previousRevision, passing.record];
}

/** In the order of the operations that made them, which is also the order in which watchers are told. */
export function encodeChanges(databaseKey: string, changes: readonly KeyChange[]): Uint8Array {
  return sealRecord(bytesOf(databaseKey), changes.map(encodeChange));
}

export function decodeChanges(databaseKey: string, record: Uint8Array): readonly KeyChange[] {
  return openRecord(bytesOf(databaseKey), record).map((value): KeyChange => {
    if (!Array.isArray(value)) throw new DamagedRecordError('a revision');
    const tuple = value as Tuple;
    const change = { key: bytesAt(tuple, 1), previousRevision: numberAt(tuple, 2) };
    switch (tuple[0]) {
      case CHANGE_PUT:
        return { type: 'put', ...change };
      case CHANGE_DELETE:
        return { type: 'delete', ...change };
      case CHANGE_PASSING_PUT:
        return { type: 'put', ...change, passing: { record: bytesAt(tuple, 3) } };
      case CHANGE_PASSING_DELETE:
        return { type: 'delete', ...change, passing: { record: undefined } };
      default:
        throw new DamagedRecordError('a change');
    }
  });
}

export interface LeaseRecord {
  readonly id: number;
  readonly ttlSeconds: number;
  /** On the log's clock. */
  readonly expiresMilliseconds: number;
}

/** Like a version: a digest that the state hash sums up. */
export function encodeLease(salt: RecordSalt, lease: LeaseRecord): Uint8Array {
  return digested(salt, bytesOf('lease'), [lease.id, lease.ttlSeconds, lease.expiresMilliseconds]);
}

export function decodeLease(salt: RecordSalt, record: Uint8Array): LeaseRecord {
  const tuple = openVersion(salt, bytesOf('lease'), record);
  return { id: numberAt(tuple, 0), ttlSeconds: numberAt(tuple, 1), expiresMilliseconds: numberAt(tuple, 2) };
}

/** What the database is up to; written with every batch. */
export interface MetaRecord {
  readonly formatVersion: number;
  readonly appliedIndex: number;
  readonly appliedTerm: number;
  /** The newest time in the log. */
  readonly timeMilliseconds: number;
  readonly revision: number;
  /** What was before this is logically forgotten. */
  readonly compactRevision: number;
  /** What was before this is physically deleted. */
  readonly deletedRevision: number;
  /** The sum over keys and leases. */
  readonly hash: Uint8Array;
  readonly configuration: Uint8Array;
  /** Sessions that began at or below this applied index and are not in the table are too old to tell. */
  readonly sessionFloor: number;
  /** What every member of the cluster is known to read. */
  readonly clusterFormatVersion: number;
  readonly ledger: Ledger;
  /** Of the record of users and roles, which belongs to this one. */
  readonly authRevision: number;
}

/** Whose copy of the state it is. */
export interface StateOwner {
  readonly clusterId: string;
  readonly memberId: number;
}

export interface StateOrigin {
  /** 0: this copy began empty, and grew by the log alone. */
  readonly snapshotIndex: number;
  /** Not there until the copy is opened by its member for the first time. */
  readonly owner: StateOwner | undefined;
}

export function encodeOrigin(databaseKey: string, snapshotIndex: number, owner?: StateOwner): Uint8Array {
  const owned = owner === undefined ? [] : [owner.clusterId, owner.memberId];
  return sealRecord(bytesOf(databaseKey), [snapshotIndex, ...owned]);
}

export function decodeOrigin(databaseKey: string, record: Uint8Array | undefined): StateOrigin {
  if (record === undefined) return { snapshotIndex: 0, owner: undefined };
  const tuple = openRecord(bytesOf(databaseKey), record);
  return {
    snapshotIndex: numberAt(tuple, 0),
    owner: tuple.length > 1 ? { clusterId: stringAt(tuple, 1), memberId: numberAt(tuple, 2) } : undefined,
  };
}

export function encodeMeta(databaseKey: string, meta: MetaRecord): Uint8Array {
  return sealRecord(bytesOf(databaseKey), [
    meta.formatVersion,
    meta.appliedIndex,
    meta.appliedTerm,
    meta.timeMilliseconds,
    meta.revision,
    meta.compactRevision,
    meta.deletedRevision,
    meta.hash,
    meta.configuration,
    meta.sessionFloor,
    meta.clusterFormatVersion,
    encodeLedger(meta.ledger),
    meta.authRevision,
  ]);
}

export function decodeMeta(databaseKey: string, record: Uint8Array): MetaRecord {
  const tuple = openRecord(bytesOf(databaseKey), record);
  return {
    formatVersion: numberAt(tuple, 0),
    appliedIndex: numberAt(tuple, 1),
    appliedTerm: numberAt(tuple, 2),
    timeMilliseconds: numberAt(tuple, 3),
    revision: numberAt(tuple, 4),
    compactRevision: numberAt(tuple, 5),
    deletedRevision: numberAt(tuple, 6),
    hash: bytesAt(tuple, 7),
    configuration: bytesAt(tuple, 8),
    sessionFloor: numberAt(tuple, 9),
    clusterFormatVersion: numberAt(tuple, 10),
    // Not there in a state of before there was one.
    ledger: tuple.length > 11 ? decodeLedger(tupleAt(tuple, 11)) : emptyLedger,
    authRevision: tuple.length > 12 ? numberAt(tuple, 12) : initialAuth.revision,
  };
}

/** Like a lease: a digest that the state hash sums up. */
export function encodeAuthRecord(salt: RecordSalt, auth: AuthState): Uint8Array {
  return digested(salt, bytesOf('users and roles'), encodeAuth(auth));
}

/** Throws `DamagedRecordError`. */
export function decodeAuthRecord(salt: RecordSalt, record: Uint8Array): AuthState {
  return decodeAuth(openVersion(salt, bytesOf('users and roles'), record));
}

/** What belongs to this meta record. Throws `DamagedRecordError`. */
export function openAuth(
  salt: RecordSalt,
  record: Uint8Array | undefined,
  meta: Pick<MetaRecord, 'authRevision'>,
): AuthState {
  const auth = record === undefined ? initialAuth : decodeAuthRecord(salt, record);
  // One that is lost must not be taken for one that never was: everybody would be let in.
  if (auth.revision !== meta.authRevision) {
    throw new DamagedRecordError(
      `users and roles are at revision ${auth.revision}, the state says ${meta.authRevision}`,
    );
  }
  return auth;
}
