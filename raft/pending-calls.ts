/**
 * Calls that wait: for a leader, or for its answer. The core answers each submission once; this keeps the
 * deadlines, waits for a leader up to two election timeouts, and submits again what was certainly refused
 * because nobody led. A proposal whose fate is open is never submitted again.
 */
interface Call<Asked, Result> {
  readonly asked: Asked;
  readonly deadlineMilliseconds: number;
  readonly leaderDeadlineMilliseconds: number;
  readonly resolve: (result: Result) => void;
  submitted: boolean;
}

export interface CallEnds<Result> {
  /** Nobody led in time: nothing was submitted. */
  readonly noLeader: Result;
  /** The deadline passed after it was submitted. */
  readonly overdue: Result;
  readonly stopping: Result;
  readonly stoppingSubmitted: Result;
}

export interface WaitingCall<Asked> {
  readonly id: number;
  readonly asked: Asked;
}

export class PendingCalls<Asked, Result> {
  readonly #calls = new Map<number, Call<Asked, Result>>();
  readonly #ends: CallEnds<Result>;
  /** Those not submitted, or again not: among thousands of calls these are few. */
  readonly #waiting = new Set<number>();

  constructor(ends: CallEnds<Result>) {
    this.#ends = ends;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** `asked`: what is to be submitted, as long as it takes. */
  add(
    id: number,
    asked: Asked,
    nowMilliseconds: number,
    timeoutMilliseconds: number,
    leaderWaitMilliseconds: number,
  ): Promise<Result> {
    const deadlineMilliseconds = nowMilliseconds + timeoutMilliseconds;
    const leaderDeadlineMilliseconds = Math.min(
      deadlineMilliseconds,
      nowMilliseconds + leaderWaitMilliseconds,
    );
    this.#waiting.add(id);
    return new Promise((resolve) => {
      const submitted = false;
      this.#calls.set(id, { asked, deadlineMilliseconds, leaderDeadlineMilliseconds, resolve, submitted });
    });
  }

  /** A leader is known: the calls that wait for one; they count as submitted from now. */
  takeWaiting(): readonly WaitingCall<Asked>[] {
    if (this.#waiting.size === 0) return [];
    const taken: WaitingCall<Asked>[] = [];
    for (const id of this.#waiting) {
      const call = this.#calls.get(id);
      if (call === undefined) continue;
      call.submitted = true;
      taken.push({ id, asked: call.asked });
    }
    this.#waiting.clear();
    return taken;
  }

  /** Certainly refused because nobody led: waits again. */
  waitAgain(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined || !call.submitted) return;
    call.submitted = false;
    this.#waiting.add(id);
  }

  end(id: number, result: Result): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    this.#waiting.delete(id);
    call.resolve(result);
  }

  /** Ends what is overdue; returns the ids of those that had been submitted. */
  expire(nowMilliseconds: number): readonly number[] {
    const overdue: number[] = [];
    for (const [id, call] of this.#calls) {
      if (call.submitted && nowMilliseconds >= call.deadlineMilliseconds) {
        overdue.push(id);
        this.end(id, this.#ends.overdue);
      } else if (!call.submitted && nowMilliseconds >= call.leaderDeadlineMilliseconds) {
        this.end(id, this.#ends.noLeader);
      }
    }
    return overdue;
  }

  stop(): void {
    for (const [id, call] of this.#calls) {
      this.end(id, call.submitted ? this.#ends.stoppingSubmitted : this.#ends.stopping);
    }
  }
}
