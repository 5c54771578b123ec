/**
 * The replicated state of one member: the key space with its history, leases, sessions, membership and what
 * it is up to. Only the state machine changes it, one log entry at a time.
 *
 * Faults assumed: crash at any instant (the database is then a prefix of what was applied), damaged records
 * (found by their digests; a damaged record stops what needed it).
 */

import type { Clock, DiskDatabase } from '../../platform/index.js';
import type { SnapshotMetadata } from '../../raft/index.js';
import { decodeConfiguration, encodeConfiguration } from '../../raft/index.js';
import { type AuthState, initialAuth } from '../auth/auth-state.js';
import { bytesOf, textOf } from '../bytes.js';
import { SessionTable } from '../commands/sessions.js';
import { emptyLedger, keepMembers, type Ledger } from '../integrity/ledger.js';
import { MemberFolderError } from '../member-folder.js';
import type { KeyValue } from '../store.js';
import { AUTH_KEY, headKey, META_KEY, revisionKey, versionKey } from './key-space.js';
import { LeaseBook } from './lease-book.js';
import { LiveHash } from './live-hash.js';
import {
  decodeMeta,
  decodeVersion,
  encodeAuthRecord,
  encodeChanges,
  encodeMeta,
  encodeTombstone,
  encodeVersion,
  type KeyChange,
  type LeaseRecord,
  type MetaRecord,
  openAuth,
  type RecordSalt,
  recordSalt,
  type StoredVersion,
} from './records.js';
import { StateHash } from './state-hash.js';
import { VersionCache } from './version-cache.js';
import type { View } from './view.js';
import type { WalkedSum } from './walked-sum.js';
import { configurationDigest, contentHashOf, hexOf, ledgerDigest, stateHashOf } from './whole-hash.js';
import { WriteBehind } from './write-behind.js';

export const STATE_FORMAT_VERSION = 1;
const DEFAULT_CACHE_BYTES = 8 * 1024 * 1024;
const SCAN_PAGE_ENTRIES = 512;

export interface StateOptions {
  readonly database: DiskDatabase;
  readonly clock: Clock;
  readonly clusterId: string;
  /** What an empty state begins with; asked only for one. */
  readonly birth: () => Promise<SnapshotMetadata>;
  readonly cacheBytes?: number;
  readonly flushDelayMilliseconds?: number;
}

/** One key's change, as watchers see it. */
export interface AppliedChange {
  readonly type: 'put' | 'delete';
  readonly item: KeyValue;
  readonly previous: KeyValue | undefined;
}

/**
 * What a command wants to do to a key: `next` undefined deletes it. In general a revision changes a key once. A
 * transaction may do it more often: all but the last are `passing`, seen by watchers and by nobody else.
 */
export interface StagedChange {
  readonly key: string;
  /** Before the revision. */
  readonly previous: StoredVersion | undefined;
  readonly next: { readonly value: Uint8Array; readonly lease: number } | undefined;
  readonly passing?: boolean;
  /** An earlier change of the revision deleted the key: this one begins a new life of it. */
  readonly recreates?: boolean;
}

/** What a key that is put under `revision` then is. */
export function itemOf(
  change: StagedChange & { readonly next: { readonly value: Uint8Array; readonly lease: number } },
  revision: number,
): KeyValue {
  const { key, previous, next, recreates } = change;
  const lived = recreates === true ? undefined : previous?.item;
  return {
    // A buffer of its own: a view would keep the whole log entry alive.
    key: previous?.item.key ?? Uint8Array.from(bytesOf(key)),
    value: next.value,
    createRevision: lived?.createRevision ?? revision,
    modRevision: revision,
    version: (lived?.version ?? 0) + 1,
    lease: next.lease,
  };
}

/** The tombstone that watchers are shown. */
function deletedItem(key: Uint8Array, revision: number): KeyValue {
  return { key, value: new Uint8Array(0), createRevision: 0, modRevision: revision, version: 0, lease: 0 };
}

interface WrittenChange {
  readonly applied: AppliedChange;
  /** Of a put. */
  readonly record: Uint8Array | undefined;
}

/** A point in time for readers: a view and the revisions it belongs to. */
export interface StateView {
  readonly view: View;
  readonly revision: number;
  readonly compactRevision: number;
  readonly appliedIndex: number;
  readonly salt: RecordSalt;
}

export class ReplicatedState {
  readonly #store: WriteBehind;
  readonly #salt: RecordSalt;
  readonly #cache: VersionCache;
  readonly sessions: SessionTable;
  readonly leases: LeaseBook;
  readonly #hash: LiveHash;
  #meta: MetaRecord;
  #auth: AuthState;
  /** As it is stored; undefined: there never were users or roles. */
  #authRecord: Uint8Array | undefined;
  #durableIndex: number;
  #digested: { readonly configuration: Uint8Array; readonly bytes: Uint8Array } | undefined;
  #digestedLedger: { readonly ledger: Ledger; readonly bytes: Uint8Array } | undefined;

  private constructor(options: StateOptions, meta: MetaRecord, authRecord: Uint8Array | undefined) {
    this.#salt = recordSalt(options.clusterId);
    this.#cache = new VersionCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
    this.#meta = meta;
    this.#auth = openAuth(this.#salt, authRecord, meta);
    this.#authRecord = authRecord;
    this.#durableIndex = meta.appliedIndex;
    this.#hash = new LiveHash(meta.hash);
    this.sessions = new SessionTable(meta.sessionFloor);
    let describedIndex = meta.appliedIndex;
    this.#store = new WriteBehind({
      database: options.database,
      clock: options.clock,
      describe: () => {
        describedIndex = this.#meta.appliedIndex;
        return [[META_KEY, encodeMeta(META_KEY, this.#currentMeta())]];
      },
      ...(options.flushDelayMilliseconds === undefined
        ? {}
        : { flushDelayMilliseconds: options.flushDelayMilliseconds }),
    });
    this.leases = new LeaseBook({
      store: this.#store,
      salt: this.#salt,
      hash: this.#hash,
    });
    this.#store.onDurable = () => {
      this.#durableIndex = describedIndex;
    };
  }

  /**
   * Throws `DamagedRecordError` when what the state says of itself cannot be trusted, `MemberFolderError` when a newer
   * version wrote it.
   */
  static async open(options: StateOptions): Promise<ReplicatedState> {
    const record = await options.database.get(bytesOf(META_KEY));
    const meta = record === undefined ? metaAtBirth(await options.birth()) : decodeMeta(META_KEY, record);
    if (meta.formatVersion > STATE_FORMAT_VERSION) {
      throw new MemberFolderError(
        'newer-format',
        `the state has format ${meta.formatVersion}, this version reads up to ${STATE_FORMAT_VERSION}: run the newer version`,
      );
    }
    const state = new ReplicatedState(options, meta, await options.database.get(bytesOf(AUTH_KEY)));
    await state.#restoreSessions(options.database);
    return state;
  }

  async #restoreSessions(database: DiskDatabase): Promise<void> {
    const iterator = database.iterate({ gte: bytesOf('s'), lt: bytesOf('t') });
    try {
      for (;;) {
        const page = await iterator.nextPage(SCAN_PAGE_ENTRIES);
        if (page.length === 0) return;
        for (const { key, value } of page) this.sessions.restore(textOf(key), value);
      }
    } finally {
      await iterator.close();
    }
  }

  get revision(): number {
    return this.#meta.revision;
  }

  get compactRevision(): number {
    return this.#meta.compactRevision;
  }

  get deletedRevision(): number {
    return this.#meta.deletedRevision;
  }

  get appliedIndex(): number {
    return this.#meta.appliedIndex;
  }

  get timeMilliseconds(): number {
    return this.#meta.timeMilliseconds;
  }

  /** Users and roles. */
  get auth(): AuthState {
    return this.#auth;
  }

  get authRevision(): number {
    return this.#auth.revision;
  }

  get clusterFormatVersion(): number {
    return this.#meta.clusterFormatVersion;
  }

  /** As the log carries it. */
  get configuration(): Uint8Array {
    return this.#meta.configuration;
  }

  /** The newest checkpoint of state hashes, and the alarms that stand. */
  get ledger(): Ledger {
    return this.#meta.ledger;
  }

  /** The applied index that would be found after a crash now. */
  get durableIndex(): number {
    return this.#durableIndex;
  }

  get failure(): Error | undefined {
    return this.#store.failure;
  }

  get salt(): RecordSalt {
    return this.#salt;
  }

  metadata(): SnapshotMetadata {
    const { appliedIndex, appliedTerm, timeMilliseconds, configuration } = this.#meta;
    return {
      index: appliedIndex,
      term: appliedTerm,
      timeMilliseconds,
      configuration: decodeConfiguration(configuration),
    };
  }

  #currentMeta(): MetaRecord {
    return { ...this.#meta, hash: this.#hash.bytes(), sessionFloor: this.sessions.floor };
  }

  /**
   * Of keys, leases, membership, users, revisions and the ledger: 32 hex digits, equal on all members at equal applied
   * index.
   */
  stateHash(): string {
    const digests = [this.#configurationDigest(), this.#ledgerDigest()] as const;
    return stateHashOf(this.#salt, this.#hash, this.#meta, ...digests);
  }

  /** The same without the ledger: it stays when nothing but checkpoints and alarms go through the log. */
  contentHash(): string {
    return hexOf(contentHashOf(this.#salt, this.#hash, this.#meta, this.#configurationDigest()));
  }

  /** It changes so seldom that the last one is kept. */
  #configurationDigest(): Uint8Array {
    const { configuration } = this.#meta;
    if (this.#digested?.configuration !== configuration) {
      this.#digested = { configuration, bytes: configurationDigest(this.#salt, configuration) };
    }
    return this.#digested.bytes;
  }

  #ledgerDigest(): Uint8Array {
    const { ledger } = this.#meta;
    if (this.#digestedLedger?.ledger !== ledger)
      this.#digestedLedger = { ledger, bytes: ledgerDigest(this.#salt, ledger) };
    return this.#digestedLedger.bytes;
  }

  stateView(): StateView {
    const { revision, compactRevision, appliedIndex } = this.#meta;
    return { view: this.#store.view(), revision, compactRevision, appliedIndex, salt: this.#salt };
  }

  // Reading the newest versions: for applying, and for single keys.

  /** undefined: not in memory; null: not there. */
  peekLatest(key: string): StoredVersion | null | undefined {
    return this.#cache.get(key);
  }

  /** Brings the newest versions of these keys into memory with one read. Throws `DamagedRecordError`. */
  async prefetch(keys: Iterable<string>): Promise<Map<string, StoredVersion | null>> {
    const found = new Map<string, StoredVersion | null>();
    const missing: string[] = [];
    for (const key of keys) {
      const known = this.#cache.get(key);
      if (known === undefined) missing.push(key);
      else found.set(key, known);
    }
    if (missing.length === 0) return found;
    const records = await this.#store.getMany(missing.map(headKey));
    for (const [index, key] of missing.entries()) {
      const record = records[index];
      const version = record === undefined ? null : (decodeVersion(this.#salt, bytesOf(key), record) ?? null);
      found.set(key, version);
      this.#cache.set(key, version);
    }
    return found;
  }

  lease(id: number): Promise<LeaseRecord | undefined> {
    return this.leases.get(id);
  }

  // Changing: everything below is synchronous, and `commit` ends the unit.

  /** Writes the changes under the next revision; none: the revision stays. */
  write(changes: readonly StagedChange[]): readonly AppliedChange[] {
    if (changes.length === 0) return [];
    const revision = this.#meta.revision + 1;
    const records: KeyChange[] = [];
    const applied: AppliedChange[] = [];
    for (const change of changes) {
      const { next } = change;
      const done =
        next === undefined
          ? this.#delete(change, revision)
          : this.#put(change, itemOf({ ...change, next }, revision));
      applied.push(done.applied);
      records.push({
        type: done.applied.type,
        key: done.applied.item.key,
        previousRevision: change.previous?.item.modRevision ?? 0,
        ...(change.passing === true ? { passing: { record: done.record } } : {}),
      });
    }
    const key = revisionKey(revision);
    this.#store.set(key, encodeChanges(key, records));
    this.#meta = { ...this.#meta, revision };
    return applied;
  }

  #put(change: StagedChange, next: KeyValue): WrittenChange {
    const { key, previous, passing, recreates } = change;
    const stored = encodeVersion(this.#salt, next);
    const { item, record } = stored;
    const replaced = recreates === true ? undefined : previous?.item;
    const written: WrittenChange = { applied: { type: 'put', item, previous: replaced }, record };
    if (passing === true) return written;
    if (previous !== undefined) this.#supersede(key, previous, item.lease);
    if (item.lease !== 0) this.leases.attach(item.lease, key);
    this.#store.set(headKey(key), record);
    this.#hash.added(headKey(key), record);
    this.#cache.set(key, stored);
    return written;
  }

  #delete(change: StagedChange, revision: number): WrittenChange {
    const { previous, passing } = change;
    const key = previous?.item.key ?? Uint8Array.from(bytesOf(change.key));
    const item = deletedItem(key, revision);
    const written: WrittenChange = {
      applied: { type: 'delete', item, previous: previous?.item },
      record: undefined,
    };
    // What lived within this revision only has left nothing to take away.
    if (passing === true || previous === undefined) return written;
    this.#supersede(change.key, previous, 0);
    this.#store.set(headKey(change.key), null);
    this.#store.set(versionKey(change.key, revision), encodeTombstone(this.#salt, key, revision));
    this.#cache.set(change.key, null);
    return written;
  }

  #supersede(key: string, previous: StoredVersion, nextLease: number): void {
    const { modRevision, lease } = previous.item;
    this.#store.set(versionKey(key, modRevision), previous.record);
    this.#hash.removed(headKey(key), previous.record);
    if (lease !== 0 && lease !== nextLease) this.leases.detach(lease, key);
  }

  /** For whoever reads all records while they change (walked-sum.ts). */
  beginWalk(): WalkedSum {
    return this.#hash.beginWalk();
  }

  /** Ends the walk. Whether the records are those that the state hash was made of. */
  endWalk(walk: WalkedSum): boolean {
    return this.#hash.endWalk(walk);
  }

  compactTo(compactRevision: number): void {
    this.#meta = { ...this.#meta, compactRevision };
  }

  setClusterFormatVersion(clusterFormatVersion: number): void {
    this.#meta = { ...this.#meta, clusterFormatVersion };
  }

  setConfiguration(configuration: Uint8Array): void {
    const ledger = keepMembers(this.#meta.ledger, decodeConfiguration(configuration));
    this.#meta = { ...this.#meta, configuration: Uint8Array.from(configuration), ledger };
  }

  setLedger(ledger: Ledger): void {
    this.#meta = { ...this.#meta, ledger };
  }

  setAuth(auth: AuthState): void {
    const record = encodeAuthRecord(this.#salt, auth);
    this.#store.set(AUTH_KEY, record);
    if (this.#authRecord !== undefined) this.#hash.removed(AUTH_KEY, this.#authRecord);
    this.#hash.added(AUTH_KEY, record);
    this.#authRecord = record;
    this.#auth = auth;
    this.#meta = { ...this.#meta, authRevision: auth.revision };
  }

  setRaw = (databaseKey: string, value: Uint8Array | null): void => this.#store.set(databaseKey, value);

  /** Ends the unit of one log entry. */
  commit(entry: { readonly index: number; readonly term: number; readonly timeMilliseconds: number }): void {
    const { index, term, timeMilliseconds } = entry;
    this.#meta = { ...this.#meta, appliedIndex: index, appliedTerm: term, timeMilliseconds };
    this.#store.commit();
  }

  /** Physically forgets history: no logical change, so no log entry. */
  deleteHistory(databaseKeys: Iterable<string>, deletedRevision: number): void {
    for (const key of databaseKeys) this.#store.set(key, null);
    this.#meta = { ...this.#meta, deletedRevision };
    this.#store.commit();
  }

  backpressure(): Promise<void> {
    return this.#store.backpressure();
  }

  flush(): Promise<void> {
    return this.#store.flush();
  }

  sizeBytes(): Promise<number> {
    return this.#store.sizeBytes();
  }

  compactRange(from: string, to: string): Promise<void> {
    return this.#store.compactRange(from, to);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

function metaAtBirth(birth: SnapshotMetadata): MetaRecord {
  return {
    formatVersion: STATE_FORMAT_VERSION,
    appliedIndex: birth.index,
    appliedTerm: birth.term,
    timeMilliseconds: birth.timeMilliseconds,
    // As in etcd, an empty store is at revision 1.
    revision: 1,
    compactRevision: 0,
    deletedRevision: 0,
    hash: new StateHash().bytes(),
    configuration: encodeConfiguration(birth.configuration),
    sessionFloor: 0,
    clusterFormatVersion: 1,
    ledger: emptyLedger,
    authRevision: initialAuth.revision,
  };
}
