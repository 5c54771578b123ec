/**
 * What waits for the disk. One step is in flight while the next gathers; promises (a vote, the candidate's
 * own vote) are held back until what they promise is durable. The acknowledgement of entries needs no queue:
 * it is computed from `durableIndex` when that moves.
 */
import type { PersistStep } from './events.js';
import type { RaftLog } from './log.js';
import type { Message } from './messages.js';
import type { HardState, LogIndex, MemberId, SnapshotMetadata, Term } from './types.js';

/** Held until the hard state of `term` is durable; dropped when the term has passed. */
export type HeldPromise =
  | { readonly kind: 'message'; readonly to: MemberId; readonly message: Message }
  | { readonly kind: 'own-vote' };

interface Held {
  readonly promise: HeldPromise;
  readonly term: Term;
  readonly hardStateVersion: number;
}

interface InFlight {
  readonly hardStateVersion: number;
  /** The last entry in it that is still in the log. */
  throughIndex: LogIndex;
  readonly recovered: boolean;
}

export class Persistence {
  /** Everything through here is durable in this member's own log. */
  durableIndex: LogIndex;
  #nextIndex: LogIndex;
  #truncateFrom: LogIndex | undefined;
  #reset: SnapshotMetadata | undefined;
  #recovered = false;
  #inFlight: InFlight | undefined;
  #hardStateVersion = 0;
  #sentHardStateVersion = 0;
  #durableHardStateVersion = 0;
  #sentCommitIndex = 0;
  #held: Held[] = [];

  constructor(durableIndex: LogIndex) {
    this.durableIndex = durableIndex;
    this.#nextIndex = durableIndex + 1;
  }

  /** The log as loaded reaches to here. */
  loaded(lastIndex: LogIndex): void {
    this.durableIndex = lastIndex;
    this.#nextIndex = lastIndex + 1;
  }

  /** Term or vote changed. */
  hardStateChanged(): void {
    this.#hardStateVersion += 1;
  }

  get hardStateDurable(): boolean {
    return this.#durableHardStateVersion === this.#hardStateVersion;
  }

  truncated(from: LogIndex): void {
    if (from < this.#nextIndex) {
      this.#truncateFrom = Math.min(this.#truncateFrom ?? from, from);
      this.#nextIndex = from;
    }
    this.durableIndex = Math.min(this.durableIndex, from - 1);
    if (this.#inFlight !== undefined) {
      this.#inFlight.throughIndex = Math.min(this.#inFlight.throughIndex, from - 1);
    }
  }

  /** The log begins again after a snapshot; what it held is dropped. */
  reset(snapshot: SnapshotMetadata): void {
    this.#reset = snapshot;
    this.#truncateFrom = undefined;
    this.#nextIndex = snapshot.index + 1;
    this.durableIndex = 0;
    if (this.#inFlight !== undefined) this.#inFlight.throughIndex = 0;
  }

  /** The condition may be forgotten: asked again at each step until it is written. */
  recovered(): void {
    if (this.#inFlight?.recovered !== true) this.#recovered = true;
  }

  /** Gives `promise` back at once when nothing has to be written first, else holds it. */
  hold(promise: HeldPromise, term: Term): HeldPromise | undefined {
    if (this.hardStateDurable) return promise;
    this.#held.push({ promise, term, hardStateVersion: this.#hardStateVersion });
    return undefined;
  }

  /** The next step for the disk, when none is in flight and something waits. */
  next(log: RaftLog, hardState: HardState, maxBytes: number): PersistStep | undefined {
    if (this.#inFlight !== undefined) return undefined;
    if (this.#reset !== undefined) return this.#nextReset(this.#reset, hardState);
    const entries = this.#nextIndex <= log.lastIndex ? this.#take(log, maxBytes) : [];
    const hardStateDirty = this.#sentHardStateVersion !== this.#hardStateVersion;
    if (entries.length === 0 && this.#truncateFrom === undefined && !hardStateDirty && !this.#recovered) {
      return undefined;
    }
    const step: PersistStep = {
      kind: 'append',
      ...(this.#truncateFrom === undefined ? {} : { truncateFrom: this.#truncateFrom }),
      entries,
      // The commit index alone is only a hint: it rides along and never causes a write.
      ...(hardStateDirty || this.#sentCommitIndex !== hardState.commitIndex ? { hardState } : {}),
      ...(this.#recovered ? { recovered: true as const } : {}),
    };
    this.#sentHardStateVersion = this.#hardStateVersion;
    this.#sentCommitIndex = hardState.commitIndex;
    this.#inFlight = {
      hardStateVersion: this.#hardStateVersion,
      throughIndex: entries.at(-1)?.index ?? 0,
      recovered: this.#recovered,
    };
    this.#nextIndex += entries.length;
    this.#truncateFrom = undefined;
    this.#recovered = false;
    return step;
  }

  /** The step in flight is durable. Returns what may leave now, and whether the member has recovered. */
  persisted(currentTerm: Term): { readonly released: readonly HeldPromise[]; readonly recovered: boolean } {
    const done = this.#inFlight;
    if (done === undefined) throw new Error('raft: nothing was being written');
    this.#inFlight = undefined;
    this.durableIndex = Math.max(this.durableIndex, done.throughIndex);
    this.#durableHardStateVersion = done.hardStateVersion;
    const released: HeldPromise[] = [];
    const stillHeld: Held[] = [];
    for (const held of this.#held) {
      if (held.term !== currentTerm) continue;
      if (held.hardStateVersion <= this.#durableHardStateVersion) released.push(held.promise);
      else stillHeld.push(held);
    }
    this.#held = stillHeld;
    return { released, recovered: done.recovered };
  }

  #nextReset(snapshot: SnapshotMetadata, hardState: HardState): PersistStep {
    this.#reset = undefined;
    this.#sentHardStateVersion = this.#hardStateVersion;
    this.#sentCommitIndex = hardState.commitIndex;
    this.#inFlight = {
      hardStateVersion: this.#hardStateVersion,
      throughIndex: snapshot.index,
      recovered: false,
    };
    return { kind: 'reset', snapshot, hardState };
  }

  #take(log: RaftLog, maxBytes: number): ReturnType<RaftLog['slice']> & object {
    const entries = log.slice(this.#nextIndex, log.lastIndex + 1, maxBytes);
    if (entries === undefined)
      throw new Error(`raft: entry ${this.#nextIndex} left memory before it was durable`);
    return entries;
  }
}
