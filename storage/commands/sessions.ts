/**
 * Which proposals have been applied, and what came of them. Replicated: every member decides the same way
 * about a repeat. Bounded: a number of incarnations, and for each a window of its latest proposals.
 *
 * A proposal that is too old to tell (behind its incarnation's window, or of an incarnation that may have been
 * forgotten) is refused, never run again. A new incarnation is told from a forgotten one by what its proposer
 * had applied when it began: forgetting raises the floor below which nothing unknown is new.
 */
import { bytesOf } from '../bytes.js';
import { incarnationOfSlot, sessionSlotKey } from '../mvcc/key-space.js';
import { bytesAt, numberAt, openRecord, sealRecord } from '../tuple.js';
import type { Envelope } from './command.js';

export const MAX_SESSIONS = 64;
/** More than one proposer may have in flight. */
export const SESSION_WINDOW = 1024;
/** Longer results are not kept: a repeat learns only that it was applied. */
export const MAX_KEPT_RESULT_BYTES = 1024;

interface Remembered {
  readonly sequence: number;
  /** undefined: too long to keep. */
  readonly result: Uint8Array | undefined;
}

interface Session {
  highestSequence: number;
  lastAppliedIndex: number;
  readonly slots: Map<number, Remembered>;
}

export type SessionVerdict =
  | { readonly kind: 'new' }
  /** `result` undefined: applied, but its result was not kept. */
  | { readonly kind: 'repeat'; readonly result: Uint8Array | undefined }
  /** Behind the window of its incarnation. */
  | { readonly kind: 'too-old' }
  /** Of an incarnation that is not, or no longer, known. */
  | { readonly kind: 'session-unknown' };

type Put = (databaseKey: string, value: Uint8Array | null) => void;

export class SessionTable {
  readonly #sessions = new Map<number, Session>();
  #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  /** Incarnations that began at or below this applied index are not taken as new. */
  get floor(): number {
    return this.#floor;
  }

  get size(): number {
    return this.#sessions.size;
  }

  has(incarnation: number): boolean {
    return this.#sessions.has(incarnation);
  }

  /** One record of the database, at start. Throws `DamagedRecordError`. */
  restore(databaseKey: string, record: Uint8Array): void {
    const tuple = openRecord(bytesOf(databaseKey), record);
    const incarnation = incarnationOfSlot(databaseKey);
    const sequence = numberAt(tuple, 0);
    const result = tuple[2] === null ? undefined : bytesAt(tuple, 2);
    this.#remember(incarnation, sequence, result, numberAt(tuple, 1));
  }

  judge(envelope: Pick<Envelope, 'incarnation' | 'baseIndex' | 'sequence'>): SessionVerdict {
    const session = this.#sessions.get(envelope.incarnation);
    if (session === undefined) {
      return envelope.baseIndex < this.#floor ? { kind: 'session-unknown' } : { kind: 'new' };
    }
    const remembered = session.slots.get(envelope.sequence % SESSION_WINDOW);
    if (remembered?.sequence === envelope.sequence) return { kind: 'repeat', result: remembered.result };
    return envelope.sequence <= session.highestSequence - SESSION_WINDOW
      ? { kind: 'too-old' }
      : { kind: 'new' };
  }

  /** After a new proposal was applied at `appliedIndex`; `kept` undefined: its result is too long to keep. */
  record(envelope: Envelope, kept: Uint8Array | undefined, appliedIndex: number, put: Put): void {
    const { incarnation, sequence } = envelope;
    const key = sessionSlotKey(incarnation, sequence % SESSION_WINDOW);
    put(key, sealRecord(bytesOf(key), [sequence, appliedIndex, kept ?? null]));
    this.#remember(incarnation, sequence, kept, appliedIndex);
    if (this.#sessions.size > MAX_SESSIONS) this.#forgetOldest(appliedIndex, put);
  }

  #remember(
    incarnation: number,
    sequence: number,
    result: Uint8Array | undefined,
    appliedIndex: number,
  ): void {
    let session = this.#sessions.get(incarnation);
    if (session === undefined) {
      session = { highestSequence: 0, lastAppliedIndex: 0, slots: new Map() };
      this.#sessions.set(incarnation, session);
    }
    session.slots.set(sequence % SESSION_WINDOW, { sequence, result });
    session.highestSequence = Math.max(session.highestSequence, sequence);
    session.lastAppliedIndex = Math.max(session.lastAppliedIndex, appliedIndex);
  }

  /** The one unused for longest, by the log's order: the same one on every member. */
  #forgetOldest(appliedIndex: number, put: Put): void {
    let oldest: { readonly incarnation: number; readonly session: Session } | undefined;
    for (const [incarnation, session] of this.#sessions) {
      if (oldest === undefined || session.lastAppliedIndex < oldest.session.lastAppliedIndex) {
        oldest = { incarnation, session };
      }
    }
    if (oldest === undefined) return;
    for (const slot of oldest.session.slots.keys()) put(sessionSlotKey(oldest.incarnation, slot), null);
    this.#sessions.delete(oldest.incarnation);
    this.#floor = appliedIndex;
  }
}
