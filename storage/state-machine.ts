/**
 * What raft drives: applies committed entries to the replicated state, tells who waits for them, makes
 * snapshots and takes them in.
 *
 * Two state databases exist only while a snapshot is taken in: the new one is built beside the current one,
 * checked and flushed, and one synced record in the log database makes it the current one. A crash before that
 * record leaves the old, after it the new; the other is deleted at the next start.
 */

import type { DiskDatabase, DiskSnapshot } from '../platform/index.js';
import type { Entry, LogIndex, SnapshotMetadata, SnapshotSource, StateMachine, Term } from '../raft/index.js';
import { decodeConfiguration } from '../raft/index.js';
import { bytesOf, textOf } from './bytes.js';
import { planEnvelope } from './commands/apply-command.js';
import { decodeEnvelope, type Envelope } from './commands/command.js';
import { type ApplyResult, decodeResult, encodeShortResult } from './commands/result.js';
import { MAX_KEPT_RESULT_BYTES } from './commands/sessions.js';
import { canBeRebuilt, isCondemned } from './integrity/state-trust.js';
import { checkRecord } from './mvcc/check-record.js';
import { deleteHistorySlice } from './mvcc/delete-history.js';
import { keysOf } from './mvcc/execute-txn.js';
import { META_KEY, ORIGIN_KEY } from './mvcc/key-space.js';
import { decodeMeta, type MetaRecord } from './mvcc/records.js';
import type { AppliedChange, ReplicatedState, StateView } from './mvcc/state.js';
import {
  deleteOtherStates,
  deleteReplacedState,
  FIRST_STATE,
  isDamage,
  nextName,
  type OpenedState,
  type OpenStateOptions,
  openBlankState,
  openCurrentState,
  openState,
} from './open-state.js';
import { encodeChunks, type SnapshotRecord } from './snapshot/chunks.js';
import { receiveState } from './snapshot/receive-state.js';
import { runSteps, type Steps } from './steps.js';
import { DamagedRecordError } from './tuple.js';

const SNAPSHOT_PAGE_ENTRIES = 256;
/** Some 20 ms of work. */
const ENTRIES_A_TURN = 512;

/** How a proposal ended, for the member that made it. */
export type ProposalEnd =
  | { readonly kind: 'applied'; readonly result: ApplyResult }
  /** Applied earlier; its result was too long to keep. */
  | { readonly kind: 'applied-without-result' }
  /** Certainly not applied, by this entry or before. */
  | { readonly kind: 'not-applied'; readonly reason: 'session-unknown' }
  /** Too old to tell. */
  | { readonly kind: 'too-old' };

/** Who listens to the state machine on this member. */
export interface StateListener {
  /** A revision was written. */
  published(revision: number, changes: readonly AppliedChange[]): void;
  proposalEnded(incarnation: number, sequence: number, end: ProposalEnd): void;
  /** An entry was applied: whatever else was proposed for this place is lost. */
  entryApplied(index: LogIndex, term: Term, timeMilliseconds: number): void;
  /** A configuration was applied: the state's is another one now. */
  configurationApplied(): void;
  /** All entries handed over together are applied; watchers may be woken, then answers given. */
  batchApplied(): void;
  /** A snapshot replaced the state. */
  stateReplaced(): void;
}

/** A committed entry that this version cannot apply: the member stops here, as all its peers do. */
export class CannotApplyError extends Error {
  readonly index: LogIndex;
  constructor(index: LogIndex, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`entry ${index} cannot be applied: ${reason}`, { cause });
    this.name = 'CannotApplyError';
    this.index = index;
  }
}

/** The hash of this member's state right after the entry of a checkpoint. */
export interface OwnCheckpoint {
  readonly index: LogIndex;
  readonly stateHash: string;
  readonly contentHash: string;
}

/** What is sent to another member, and what is kept in a file. */
export interface StateSnapshot extends SnapshotSource {
  readonly meta: MetaRecord;
}

interface DecodedEntry {
  readonly entry: Entry;
  /** An error: it is none. */
  readonly envelope: Envelope | Error | undefined;
}

export class MemberStateMachine implements StateMachine {
  readonly #options: OpenStateOptions;
  #state: ReplicatedState;
  #database: DiskDatabase;
  #name: string;
  #originIndex: LogIndex;
  #ownCheckpoint: OwnCheckpoint | undefined;
  #distrust: string | undefined;
  #deleting: Promise<void> | undefined;
  #closed = false;
  /** A record that a snapshot would have carried to others. */
  #damage: DamagedRecordError | undefined;
  listener: StateListener | undefined;

  private constructor(options: OpenStateOptions, opened: OpenedState) {
    this.#options = options;
    this.#state = opened.state;
    this.#database = opened.database;
    this.#name = opened.name;
    this.#originIndex = opened.originIndex;
    this.#judgeOwnState();
  }

  /**
   * Opens the current state and deletes what an interrupted snapshot left. One that is damaged or gone is left as it
   * is until a snapshot has taken its place; who has nobody to send one fails with what is wrong.
   */
  static async open(options: OpenStateOptions): Promise<MemberStateMachine> {
    const name = (await options.log.readStateName()) ?? FIRST_STATE;
    let opened: OpenedState;
    try {
      opened = await openCurrentState(options, name);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const blank = await openBlankState(options, name);
      if (blank === undefined) throw error;
      const machine = new MemberStateMachine(options, blank);
      machine.distrustState(error.message);
      return machine;
    }
    // Not before the current one is there: it may be the name of the current one that is lost.
    await deleteOtherStates(options.disk, name);
    const machine = new MemberStateMachine(options, opened);
    machine.#deleteHistory();
    return machine;
  }

  get state(): ReplicatedState {
    return this.#state;
  }

  get appliedIndex(): LogIndex {
    return this.#state.appliedIndex;
  }

  durableIndex(): LogIndex {
    return this.#state.durableIndex;
  }

  stateView(): StateView {
    return this.#state.stateView();
  }

  /** Where this copy of the state came from: an alarm about an earlier index is about an earlier copy. */
  get originIndex(): LogIndex {
    return this.#originIndex;
  }

  /** Of the newest checkpoint that this member has applied in this life. */
  get ownCheckpoint(): OwnCheckpoint | undefined {
    return this.#ownCheckpoint;
  }

  /** Why nobody may be served from this state; undefined while it is to be trusted. */
  get distrust(): string | undefined {
    return this.#distrust;
  }

  get awaitsSnapshot(): boolean {
    return this.#distrust !== undefined;
  }

  /** Something in this state is not what was put there. false: there is nobody to have another copy from. */
  distrustState(reason: string): boolean {
    const { memberId, logger } = this.#options;
    if (this.#distrust !== undefined) return true;
    if (memberId === undefined || !canBeRebuilt(this.#state.metadata().configuration, memberId)) return false;
    this.#distrust = reason;
    logger.error('the state of this member is wrong and waits to be replaced', { reason });
    return true;
  }

  #judgeOwnState(): void {
    const { memberId } = this.#options;
    if (memberId === undefined || !isCondemned(this.#state.ledger, memberId, this.#originIndex)) return;
    this.distrustState('it differs from what the majority has, or a record of it is damaged');
  }

  /** In parts, each in a turn of its own: a member that catches up goes on answering meanwhile. */
  async apply(entries: readonly Entry[]): Promise<void> {
    for (let from = 0; from < entries.length && !this.awaitsSnapshot; from += ENTRIES_A_TURN) {
      if (from > 0) await this.#nextTurn();
      await this.#applyInTurn(entries.slice(from, from + ENTRIES_A_TURN));
    }
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#options.clock.defer(resolve));
  }

  async #applyInTurn(entries: readonly Entry[]): Promise<void> {
    if (this.#damage !== undefined) throw new CannotApplyError(entries[0]?.index ?? 0, this.#damage);
    const decoded: readonly DecodedEntry[] = entries.map((entry) => ({ entry, envelope: decode(entry) }));
    await this.#state.backpressure();
    if (!(await this.#prefetch(decoded.map(({ envelope }) => envelope)))) return;
    await runSteps(this.#applyAll(decoded));
    this.listener?.batchApplied();
  }

  *#applyAll(decoded: readonly DecodedEntry[]): Steps<void> {
    for (const { entry, envelope } of decoded) {
      // What an entry has just told about this very state holds from there on.
      if (this.awaitsSnapshot) break;
      if (entry.index <= this.#state.appliedIndex) continue;
      if (entry.index !== this.#state.appliedIndex + 1) {
        throw new CannotApplyError(entry.index, new Error(`it does not follow ${this.#state.appliedIndex}`));
      }
      try {
        // What precedes a bad entry is applied first, however the entries were handed over.
        if (envelope instanceof Error) throw envelope;
        if (!(yield* this.#applyUndamaged(entry, envelope))) break;
      } catch (error) {
        throw new CannotApplyError(entry.index, error);
      }
      this.listener?.entryApplied(entry.index, entry.term, entry.timeMilliseconds);
      if (entry.kind === 'configuration') this.listener?.configurationApplied();
    }
  }

  /** false: the state turned out to be damaged, and nothing more is applied to it. */
  *#applyUndamaged(entry: Entry, envelope: Envelope | undefined): Steps<boolean> {
    try {
      yield* this.#applyEntry(entry, envelope);
      return true;
    } catch (error) {
      // Reading comes before changing: the state is still what it was before this entry.
      if (isDamage(error) && this.distrustState(error.message)) return false;
      throw error;
    }
  }

  /** One read for all keys that the batch names. false: what was read is damaged. */
  async #prefetch(envelopes: readonly (Envelope | Error | undefined)[]): Promise<boolean> {
    const keys = new Set<string>();
    for (const envelope of envelopes) {
      if (envelope === undefined || envelope instanceof Error || envelope.command.kind !== 'txn') continue;
      for (const key of keysOf(envelope.command.request)) keys.add(key);
    }
    try {
      if (keys.size > 0) await this.#state.prefetch(keys);
      return true;
    } catch (error) {
      if (isDamage(error) && this.distrustState(error.message)) return false;
      throw error;
    }
  }

  *#applyEntry(entry: Entry, envelope: Envelope | undefined): Steps<void> {
    if (envelope === undefined) {
      if (entry.kind === 'configuration') this.#state.setConfiguration(entry.data);
      this.#state.commit(entry);
      if (entry.kind === 'configuration') this.#judgeOwnState();
      return;
    }
    const { incarnation, sequence } = envelope;
    const verdict = this.#state.sessions.judge(envelope);
    if (verdict.kind !== 'new') {
      this.#state.commit(entry);
      this.listener?.proposalEnded(incarnation, sequence, endOf(verdict));
      return;
    }
    const step = yield* planEnvelope(this.#state, envelope, entry.timeMilliseconds);
    // From here to `published` without a pause: readers, watchers and flushes see the entry whole or not at all.
    const { result, changes } = step();
    const kept = encodeShortResult(result, MAX_KEPT_RESULT_BYTES);
    this.#state.sessions.record(envelope, kept, entry.index, this.#state.setRaw);
    this.#state.commit(entry);
    if (changes.length > 0) this.listener?.published(this.#state.revision, changes);
    if (result.kind === 'compacted') this.#deleteHistory();
    if (result.kind === 'ledger') this.#ledgerChanged(envelope.command.kind === 'hash-checkpoint');
    this.listener?.proposalEnded(incarnation, sequence, { kind: 'applied', result });
  }

  #ledgerChanged(isCheckpoint: boolean): void {
    const { state } = this;
    if (isCheckpoint) {
      this.#ownCheckpoint = {
        index: state.appliedIndex,
        stateHash: state.stateHash(),
        contentHash: state.contentHash(),
      };
    }
    this.#judgeOwnState();
  }

  /** What became of an own proposal, by the session table: after a snapshot skipped its entry. */
  lookUp(incarnation: number, sequence: number): ProposalEnd | undefined {
    const verdict = this.#state.sessions.judge({ incarnation, sequence, baseIndex: Number.MAX_SAFE_INTEGER });
    return verdict.kind === 'new' ? undefined : endOf(verdict);
  }

  #deleteHistory(): void {
    if (this.#deleting !== undefined || this.#closed) return;
    this.#deleting = this.#deleteAllHistory()
      .catch((error: unknown) => {
        if (isDamage(error)) this.distrustState(error.message);
        this.#options.logger.error('forgetting compacted history failed', { error: String(error) });
      })
      .finally(() => {
        this.#deleting = undefined;
      });
  }

  async #deleteAllHistory(): Promise<void> {
    while (!this.#closed && (await deleteHistorySlice(this.#state))) {
      await this.#nextTurn();
    }
  }

  /** Resolves when no compacted history is left on disk. */
  async historyDeleted(): Promise<void> {
    await this.#deleting;
  }

  async openSnapshot(): Promise<StateSnapshot> {
    // So that the snapshot is as recent as it can be: what it lacks has to follow through the log.
    await this.#state.flush();
    const snapshot = this.#database.snapshot();
    try {
      const record = await snapshot.get(bytesOf(META_KEY));
      if (record === undefined) throw new DamagedRecordError('the state has no meta record');
      const meta = decodeMeta(META_KEY, record);
      const metadata: SnapshotMetadata = {
        index: meta.appliedIndex,
        term: meta.appliedTerm,
        timeMilliseconds: meta.timeMilliseconds,
        configuration: decodeConfiguration(meta.configuration),
      };
      const pages = (): AsyncIterable<readonly SnapshotRecord[]> => this.#snapshotPages(snapshot);
      return { metadata, meta, chunks: () => encodeChunks(pages()), close: () => snapshot.close() };
    } catch (error) {
      await snapshot.close();
      throw error;
    }
  }

  /** Checked on the way out: a member whose state is damaged must neither spread it nor go on as if it were not. */
  async *#snapshotPages(snapshot: DiskSnapshot): AsyncIterable<readonly SnapshotRecord[]> {
    if (this.#distrust !== undefined) throw new DamagedRecordError(this.#distrust);
    const { salt } = this.#state;
    const iterator = snapshot.iterate({});
    try {
      for (;;) {
        const page = await iterator.nextPage(SNAPSHOT_PAGE_ENTRIES);
        if (page.length === 0) return;
        for (const { key, value } of page) checkRecord(salt, textOf(key), value);
        yield page.filter(({ key }) => textOf(key) !== ORIGIN_KEY);
      }
    } catch (error) {
      if (error instanceof DamagedRecordError && !this.distrustState(error.message)) this.#damage ??= error;
      throw error;
    } finally {
      await iterator.close();
    }
  }

  async installSnapshot(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { disk, log, clusterId } = this.#options;
    const name = nextName(this.#name);
    await disk.deleteDatabase(name);
    const database = await disk.openDatabase(name);
    try {
      await receiveState(database, metadata, clusterId, chunks);
    } catch (error) {
      await database.close();
      await disk.deleteDatabase(name);
      throw error;
    }
    await database.close();
    const opened = await openState(this.#options, name);
    try {
      await log.writeStateName(name);
    } catch (error) {
      // Whether the record was written is not known: the next start decides which of the two goes.
      await opened.state.close();
      throw error;
    }
    const old = { state: this.#state, name: this.#name };
    this.#closed = true;
    await this.#deleting;
    this.#closed = false;
    this.#state = opened.state;
    this.#damage = undefined;
    this.#distrust = undefined;
    this.#ownCheckpoint = undefined;
    this.#database = opened.database;
    this.#name = name;
    this.#originIndex = opened.originIndex;
    this.#judgeOwnState();
    this.listener?.stateReplaced();
    this.#deleteHistory();
    // Readers that hold a view of the old state finish first; nobody waits for them.
    void old.state
      .close()
      .then(() => deleteReplacedState(disk, old.name))
      .catch((error: unknown) => {
        this.#options.logger.warn('the replaced state is deleted at the next start', {
          error: String(error),
        });
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#deleting;
    await this.#state.close();
  }
}

function decode(entry: Entry): Envelope | Error | undefined {
  switch (entry.kind) {
    case 'command':
      try {
        return decodeEnvelope(entry.data);
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    case 'configuration':
    case 'empty':
      return undefined;
  }
}

function endOf(
  verdict: Exclude<ReturnType<ReplicatedState['sessions']['judge']>, { kind: 'new' }>,
): ProposalEnd {
  switch (verdict.kind) {
    case 'repeat':
      return verdict.result === undefined
        ? { kind: 'applied-without-result' }
        : { kind: 'applied', result: decodeResult(verdict.result) };
    case 'too-old':
      return { kind: 'too-old' };
    case 'session-unknown':
      return { kind: 'not-applied', reason: 'session-unknown' };
  }
}
