/**
 * Proposals of this member and how they end. A proposal is done when this member has applied it, refused when
 * it is certain that nobody ever will, unknown otherwise.
 *
 * The same bytes may be proposed again after an attempt whose fate is not known: the session table applies
 * them once. But from then on only having been applied is certain.
 */

import type { Clock, Random, Timer } from '../../platform/index.js';
import type { LogIndex, ProposeRefusal, ProposeResult, RaftNode, Term } from '../../raft/index.js';
import { type Command, encodeEnvelope } from '../commands/command.js';
import type { ApplyResult } from '../commands/result.js';
import { SESSION_WINDOW } from '../commands/sessions.js';
import { storeLimits } from '../commands/validate.js';
import type { ProposalEnd } from '../state-machine.js';
import type { CallContext, Outcome, Refusal } from '../store.js';

export interface ProposalLimits {
  readonly maxProposals: number;
  readonly maxProposalBytes: number;
}

export const defaultProposalLimits: ProposalLimits = {
  maxProposals: 1000,
  maxProposalBytes: 64 * 1024 * 1024,
};

const MAX_ATTEMPTS = 8;
const MAX_SESSION_RENEWALS = 3;
/** What a command's envelope adds to a request at its limit. */
const ENVELOPE_BYTES = 16 * 1024;
/** How long past the deadline raft is trusted to say whether it refused. */
const GRACE_MILLISECONDS = 100;

export interface ProposalsOptions {
  readonly raft: () => RaftNode;
  readonly clock: Clock;
  readonly random: Random;
  readonly appliedIndex: () => LogIndex;
  /** Nothing is applied here until the state has been replaced. */
  readonly awaitsSnapshot: () => boolean;
  readonly lookUp: (incarnation: number, sequence: number) => ProposalEnd | undefined;
  readonly isKnownIncarnation: (incarnation: number) => boolean;
  readonly limits?: ProposalLimits;
}

/** How one attempt to get an envelope applied came out. */
type AttemptEnd =
  | { readonly kind: 'ended'; readonly end: ProposalEnd }
  /** Another term's entry took its place in the log. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly reason: ProposeRefusal }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'deadline'; readonly proposed: boolean }
  | { readonly kind: 'stopping' };

interface Pending {
  readonly incarnation: number;
  readonly sequence: number;
  end: ProposalEnd | undefined;
  place: { readonly index: LogIndex; readonly term: Term } | undefined;
  settle: (end: AttemptEnd) => void;
}

function refusalOf(reason: ProposeRefusal): Refusal {
  switch (reason) {
    case 'no-leader':
      return { reason: 'no-leader', message: 'the cluster has no leader that this member can reach' };
    case 'queue-full':
      return { reason: 'overloaded', message: 'too many writes are waiting' };
    case 'too-large':
      return { reason: 'too-large', message: 'the request is too large for the log' };
    case 'stopping':
      return { reason: 'stopping', message: 'the member is stopping' };
    case 'transferring':
      return { reason: 'no-leader', message: 'leadership is being transferred' };
  }
}

const refused = (refusal: Refusal): Outcome<never> => ({ kind: 'refused', refusal });
const unknown = (message: string): Outcome<never> => ({ kind: 'unknown', message });

export class Proposals {
  readonly #options: ProposalsOptions;
  readonly #limits: ProposalLimits;
  /** Begun with the first proposal, when this member knows the sessions of its own earlier lives. */
  #incarnation: number | undefined;
  #baseIndex: LogIndex = 0;
  #sequence = 0;
  /** In the order they began; sequences are never used twice, also across incarnations. */
  readonly #inFlight = new Set<number>();
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Pending[] = [];
  /** Those whose place in the log is known, by index. */
  readonly #placed = new Map<LogIndex, Set<Pending>>();
  #bytes = 0;
  #count = 0;
  #failed = 0;
  #stopping = false;

  constructor(options: ProposalsOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultProposalLimits;
  }

  /** Random, and none that is known: a member whose randomness repeats must not be answered from an earlier life. */
  #newIncarnation(): number {
    for (;;) {
      const bytes = Buffer.from(this.#options.random.bytes(8));
      const incarnation = (bytes.readUInt32BE(0) & 0x0f_ffff) * 0x1_0000_0000 + bytes.readUInt32BE(4) + 1;
      if (!this.#options.isKnownIncarnation(incarnation)) return incarnation;
    }
  }

  #renewSession(incarnation: number): void {
    if (this.#incarnation === incarnation) this.#incarnation = undefined;
  }

  #session(): number {
    if (this.#incarnation === undefined) {
      this.#incarnation = this.#newIncarnation();
      // A state that waits to be replaced may be far behind: what is known to be committed is before us too.
      this.#baseIndex = Math.max(this.#options.appliedIndex(), this.#options.raft().status().commitIndex);
    }
    return this.#incarnation;
  }

  /** Under way now; and since the start those that had no answer or did not come into the log. */
  get counts(): { readonly pending: number; readonly failed: number } {
    return { pending: this.#count, failed: this.#failed };
  }

  async run(command: Command, context: CallContext): Promise<Outcome<ApplyResult>> {
    if (this.#stopping) return this.#refuse('stopping');
    if (this.#count >= this.#limits.maxProposals) return this.#refuse('queue-full');
    const deadline = this.#options.clock.monotonicMilliseconds() + context.timeoutMilliseconds;
    this.#count += 1;
    try {
      for (let renewals = 0; renewals <= MAX_SESSION_RENEWALS; renewals += 1) {
        const outcome = await this.#runOnce(command, context, deadline);
        if (outcome === 'session-unknown') continue;
        if (outcome.kind !== 'done') this.#failed += 1;
        return outcome;
      }
      return this.#refuse('queue-full');
    } finally {
      this.#count -= 1;
    }
  }

  #refuse(reason: ProposeRefusal): Outcome<never> {
    this.#failed += 1;
    return refused(refusalOf(reason));
  }

  async #runOnce(
    command: Command,
    { authRevision, user }: CallContext,
    deadline: number,
  ): Promise<Outcome<ApplyResult> | 'session-unknown'> {
    // A proposal further ahead could push the oldest one out of the session's window.
    const oldest = this.#inFlight.values().next().value;
    if (oldest !== undefined && this.#sequence + 1 - oldest >= SESSION_WINDOW)
      return refused(refusalOf('queue-full'));
    const incarnation = this.#session();
    this.#sequence += 1;
    const sequence = this.#sequence;
    const judged = {
      ...(authRevision === undefined ? {} : { authRevision }),
      ...(user === undefined ? {} : { user }),
    };
    const bytes = encodeEnvelope({ incarnation, baseIndex: this.#baseIndex, sequence, command, ...judged });
    if (bytes.length > storeLimits.maxRequestBytes + ENVELOPE_BYTES) return refused(refusalOf('too-large'));
    if (this.#bytes + bytes.length > this.#limits.maxProposalBytes) return refused(refusalOf('queue-full'));
    this.#bytes += bytes.length;
    this.#inFlight.add(sequence);
    try {
      return await this.#attempts(incarnation, sequence, bytes, deadline);
    } finally {
      this.#bytes -= bytes.length;
      this.#inFlight.delete(sequence);
    }
  }

  async #attempts(
    incarnation: number,
    sequence: number,
    bytes: Uint8Array,
    deadline: number,
  ): Promise<Outcome<ApplyResult> | 'session-unknown'> {
    /** An earlier attempt may still be applied. */
    let uncertain = false;
    for (let attempt = 1; ; attempt += 1) {
      const end = await this.#attempt(incarnation, sequence, bytes, deadline);
      switch (end.kind) {
        case 'ended':
          if (end.end.kind === 'not-applied') {
            this.#renewSession(incarnation);
            return uncertain
              ? unknown('the proposal was forgotten before it could be told apart')
              : 'session-unknown';
          }
          return outcomeOf(end.end);
        case 'refused':
          return uncertain
            ? unknown('an attempt to propose the write had no answer')
            : refused(refusalOf(end.reason));
        case 'stopping':
          return unknown('the member is stopping');
        case 'deadline':
          // It hears of no refusal: a session that began behind what is remembered would be refused for ever.
          if (this.#options.awaitsSnapshot()) this.#renewSession(incarnation);
          return unknown('the write was proposed and was not applied in time');
        case 'lost':
          break;
        case 'unknown':
          uncertain = true;
          break;
      }
      if (attempt === MAX_ATTEMPTS || this.#options.clock.monotonicMilliseconds() >= deadline) {
        return uncertain
          ? unknown('the write was proposed and was not applied in time')
          : refused({ reason: 'no-leader', message: 'the leader changed before it could keep the write' });
      }
    }
  }

  #attempt(incarnation: number, sequence: number, bytes: Uint8Array, deadline: number): Promise<AttemptEnd> {
    const { clock } = this.#options;
    const left = Math.max(0, deadline - clock.monotonicMilliseconds());
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      const pending: Pending = {
        incarnation,
        sequence,
        end: undefined,
        place: undefined,
        settle: (end) => {
          timer?.cancel();
          this.#forget(pending);
          resolve(end);
        },
      };
      this.#pending.set(sequence, pending);
      let returned = false;
      timer = clock.setTimer(left, () => {
        if (returned) {
          pending.settle({ kind: 'deadline', proposed: true });
          return;
        }
        // raft may be about to say that it refused: that is worth more than "unknown".
        timer = clock.setTimer(GRACE_MILLISECONDS, () =>
          pending.settle({ kind: 'deadline', proposed: false }),
        );
      });
      const told = (result: ProposeResult): void => {
        returned = true;
        this.#proposed(pending, result);
      };
      this.#options
        .raft()
        .propose(bytes, { timeoutMilliseconds: left })
        .then(told, () => told({ kind: 'unknown' }));
    });
  }

  #proposed(pending: Pending, result: ProposeResult): void {
    if (this.#pending.get(pending.sequence) !== pending || pending.end !== undefined) return;
    switch (result.kind) {
      case 'refused':
        pending.settle(result);
        return;
      case 'unknown':
        pending.settle(result);
        return;
      case 'appended': {
        if (this.#options.appliedIndex() >= result.index) {
          pending.settle({ kind: 'lost' });
          return;
        }
        pending.place = { index: result.index, term: result.term };
        const there = this.#placed.get(result.index) ?? new Set();
        there.add(pending);
        this.#placed.set(result.index, there);
      }
    }
  }

  #forget(pending: Pending): void {
    if (this.#pending.get(pending.sequence) === pending) this.#pending.delete(pending.sequence);
    if (pending.place === undefined) return;
    const there = this.#placed.get(pending.place.index);
    there?.delete(pending);
    if (there?.size === 0) this.#placed.delete(pending.place.index);
  }

  /** The state machine has met an envelope. Told to the proposer when the watchers have been served. */
  proposalEnded(incarnation: number, sequence: number, end: ProposalEnd): void {
    const pending = this.#pending.get(sequence);
    if (pending === undefined || pending.incarnation !== incarnation || pending.end !== undefined) return;
    pending.end = end;
    this.#ended.push(pending);
  }

  entryApplied(index: LogIndex, _term: Term): void {
    const there = this.#placed.get(index);
    if (there === undefined) return;
    // The entry that was applied here has ended its own proposal already: any other is lost.
    for (const pending of there) if (pending.end === undefined) pending.settle({ kind: 'lost' });
  }

  answer(): void {
    for (const pending of this.#ended) pending.settle({ kind: 'ended', end: pending.end! });
    this.#ended.length = 0;
  }

  /** A snapshot skipped entries: the session table knows which of ours were among them. */
  stateReplaced(): void {
    const appliedIndex = this.#options.appliedIndex();
    for (const pending of this.#pending.values()) {
      if (pending.end !== undefined) continue;
      const end = this.#options.lookUp(pending.incarnation, pending.sequence);
      if (end !== undefined && end.kind !== 'not-applied') pending.settle({ kind: 'ended', end });
      else if (pending.place !== undefined && pending.place.index <= appliedIndex)
        pending.settle({ kind: 'lost' });
    }
  }

  stop(): void {
    this.#stopping = true;
    for (const pending of this.#pending.values()) {
      pending.settle(pending.end === undefined ? { kind: 'stopping' } : { kind: 'ended', end: pending.end });
    }
  }
}

function outcomeOf(end: Exclude<ProposalEnd, { kind: 'not-applied' }>): Outcome<ApplyResult> {
  switch (end.kind) {
    case 'applied':
      return { kind: 'done', value: end.result };
    case 'applied-without-result':
      return unknown('the write was applied, but its result was too long to keep');
    case 'too-old':
      return unknown('the proposal is too old to tell whether it was applied');
  }
}
