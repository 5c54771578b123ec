/**
 * Sends each request when it is due, whatever is outstanding, and keeps the books. What is due in one turn of the event
 * loop is sent in it: a latency counts from when the request was due, so a timer's grain is counted, not hidden.
 *
 * Faults assumed: members that fail requests, break connections, or never answer; rates that nobody can serve.
 */
import type { Clock, Timer } from '../../../platform/index.js';
import type { OpenInterval, SentAndAnswered } from '../../lab/open-load.js';
import { Latencies } from '../latencies.js';
import type { Arrivals } from './arrivals.js';
import { type Gap, GapBook } from './gap-book.js';
import { IntervalBook } from './interval-book.js';

/** More are not sent before some have ended: a rate that nobody can serve must not take all memory. */
export const MAX_OUTSTANDING = 20_000;
/** After so many the answers get their turn. */
const MAX_SENT_IN_ONE_TURN = 500;
const GRACE_MILLISECONDS = 1_000;

export interface SentRequest {
  /** Rejects when it failed. */
  readonly answer: Promise<unknown>;
  cancel(): void;
}

export interface OpenLoopOptions {
  readonly arrivals: Arrivals;
  readonly seconds: number;
  readonly clients: number;
  readonly members: number;
  readonly firstMember: number;
  readonly onlyFirstMember?: boolean;
  readonly timeoutMilliseconds: number;
  readonly followTheLeader: boolean;
  readonly intervalMilliseconds: number;
  readonly clock: Clock;
  /** @param lane which connection to the member */
  readonly send: (member: number, lane: number) => SentRequest;
  /** Milliseconds from the beginning, of each request that was answered well. */
  readonly onAnswer?: (answer: SentAndAnswered) => void;
}

export interface OpenLoopBooks {
  /** Until the last answer, and at least as long as was planned. */
  readonly seconds: number;
  readonly due: number;
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  readonly firstError: string | undefined;
  readonly latencies: Latencies;
  readonly sentLateMilliseconds: number;
  readonly intervals: readonly OpenInterval[];
  readonly gaps: readonly Gap[];
}

/** One client's way into the cluster. */
interface Lane {
  member: number;
  readonly number: number;
}

interface Outstanding {
  readonly dueAt: number;
  readonly sentAt: number;
  readonly lane: Lane;
  /** To whom it was sent: its lane may be elsewhere by now. */
  readonly member: number;
  readonly cancel: () => void;
  ended: boolean;
}

export class OpenLoop {
  readonly #options: OpenLoopOptions;
  readonly #lanes: readonly Lane[];
  readonly #intervals: IntervalBook;
  readonly #gaps = new GapBook();
  readonly #latencies = new Latencies();
  readonly #late = new Latencies();
  /** In the order in which they were due, with those that have ended: their time is up in that order. */
  #queue: Outstanding[] = [];
  #queueStart = 0;
  #outstanding = 0;
  #due = 0;
  #sent = 0;
  #failed = 0;
  #firstError: string | undefined;
  #lastAnswer = 0;
  #startedAt = 0;
  /** How long the plan is; shorter than it was once it is told to stop. */
  #plannedMilliseconds: number;
  #timer: Timer | undefined;
  #finish: () => void = () => {};

  constructor(options: OpenLoopOptions) {
    const { clients, members, firstMember, onlyFirstMember, intervalMilliseconds, seconds } = options;
    const used = onlyFirstMember === true ? 1 : members;
    this.#options = options;
    this.#plannedMilliseconds = seconds * 1000;
    this.#lanes = Array.from({ length: clients }, (_, index) => ({
      member: (firstMember + (index % used)) % members,
      number: Math.floor(index / used),
    }));
    this.#intervals = new IntervalBook(intervalMilliseconds, seconds);
  }

  async run(): Promise<OpenLoopBooks> {
    const { clock } = this.#options;
    this.#startedAt = clock.monotonicMilliseconds();
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#turn();
    });
    return {
      seconds: Math.max(this.#plannedMilliseconds, this.#lastAnswer) / 1000,
      due: this.#due,
      sent: this.#sent,
      answered: this.#latencies.count,
      failed: this.#failed,
      firstError: this.#firstError,
      latencies: this.#latencies,
      sentLateMilliseconds: this.#late.percentileMilliseconds(99),
      intervals: this.#intervals.intervals(this.#plannedMilliseconds),
      gaps: this.#gaps.gaps(this.#plannedMilliseconds),
    };
  }

  /** Nothing more is sent; what is outstanding is still waited for. */
  stop(): void {
    this.#plannedMilliseconds = Math.min(this.#plannedMilliseconds, this.#now());
    this.#options.arrivals.endAt(this.#plannedMilliseconds);
    this.#timer?.cancel();
    this.#turn();
  }

  #now(): number {
    return this.#options.clock.monotonicMilliseconds() - this.#startedAt;
  }

  #turn(): void {
    this.#timer = undefined;
    const { arrivals } = this.#options;
    const now = this.#now();
    this.#giveUpOld(now);
    let sentNow = 0;
    while (
      arrivals.next !== undefined &&
      arrivals.next <= now &&
      sentNow < MAX_SENT_IN_ONE_TURN &&
      this.#outstanding < MAX_OUTSTANDING
    ) {
      this.#send(arrivals.next);
      arrivals.take();
      sentNow += 1;
    }
    // What could not be sent while the plan lasted is not sent long after it: that would be another load.
    if (now >= this.#plannedMilliseconds + GRACE_MILLISECONDS) this.#leaveTheRest();
    this.#sleep(now);
  }

  #leaveTheRest(): void {
    const { arrivals } = this.#options;
    for (; arrivals.next !== undefined; arrivals.take()) this.#markDue(arrivals.next);
  }

  #sleep(now: number): void {
    const { arrivals, clock, timeoutMilliseconds } = this.#options;
    const { next } = arrivals;
    if (next === undefined && this.#outstanding === 0) {
      this.#finish();
      return;
    }
    if (next !== undefined && next <= now && this.#outstanding < MAX_OUTSTANDING) {
      clock.defer(() => this.#turn());
      return;
    }
    const oldest = this.#queue[this.#queueStart];
    const expiry = oldest === undefined ? Infinity : oldest.dueAt + timeoutMilliseconds;
    this.#timer = clock.setTimer(Math.max(1, Math.min(next ?? Infinity, expiry) - now), () => this.#turn());
  }

  #markDue(dueAt: number): void {
    this.#due += 1;
    this.#intervals.due(dueAt);
  }

  #send(dueAt: number): void {
    const lane = this.#lanes[this.#due % this.#lanes.length]!;
    this.#markDue(dueAt);
    const sentAt = this.#now();
    this.#late.record(sentAt - dueAt);
    this.#sent += 1;
    const { member } = lane;
    const sent = this.#options.send(member, lane.number);
    const request: Outstanding = { dueAt, sentAt, lane, member, cancel: () => sent.cancel(), ended: false };
    this.#queue.push(request);
    this.#outstanding += 1;
    sent.answer.then(
      () => this.#answered(request),
      (error: unknown) => this.#failedWith(request, error),
    );
  }

  #answered(request: Outstanding): void {
    if (request.ended) return;
    const now = this.#now();
    this.#latencies.record(now - request.dueAt);
    this.#intervals.answered(request.dueAt, now);
    this.#gaps.answered(now);
    this.#options.onAnswer?.({
      dueMilliseconds: request.dueAt,
      sentMilliseconds: request.sentAt,
      answeredMilliseconds: now,
    });
    this.#lastAnswer = now;
    this.#ended(request);
  }

  #failedWith(request: Outstanding, error: unknown): void {
    if (request.ended) return;
    this.#failed += 1;
    this.#firstError ??= error instanceof Error ? error.message : String(error);
    this.#intervals.failed(this.#now());
    this.#moveOn(request);
    this.#ended(request);
  }

  /** Those whose time is up: they count as unanswered, and nobody waits for them. */
  #giveUpOld(now: number): void {
    const { timeoutMilliseconds } = this.#options;
    for (;;) {
      const oldest = this.#queue[this.#queueStart];
      if (oldest === undefined) break;
      if (!oldest.ended) {
        if (oldest.dueAt + timeoutMilliseconds > now) break;
        this.#moveOn(oldest);
        oldest.ended = true;
        this.#outstanding -= 1;
        oldest.cancel();
      }
      this.#queueStart += 1;
    }
    if (this.#queueStart * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#queueStart);
    this.#queueStart = 0;
  }

  /** Of many that fail with one member only the first moves the lane. */
  #moveOn({ lane, member }: Outstanding): void {
    const { followTheLeader, members } = this.#options;
    if (followTheLeader && lane.member === member) lane.member = (member + 1) % members;
  }

  #ended(request: Outstanding): void {
    request.ended = true;
    this.#outstanding -= 1;
    if (this.#outstanding > 0 || this.#options.arrivals.next !== undefined) return;
    this.#timer?.cancel();
    this.#finish();
  }
}
