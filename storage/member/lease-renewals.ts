/**
 * Keep-alives of this member, on their way through the log: so that whoever leads next knows of every renewal
 * that was acknowledged. What arrives while a renewal is under way goes into one command with the next, so that a
 * thousand of them cost little more than one. Each caller keeps its own deadline and gets its own answer.
 */
import type { Clock, Timer } from '../../platform/index.js';
import type { ApplyResult } from '../commands/result.js';
import type { CallContext, LeaseGrant, Outcome, Refusal } from '../store.js';

export interface LeaseRenewalsOptions {
  readonly clock: Clock;
  readonly run: (ids: readonly number[], context: CallContext) => Promise<Outcome<ApplyResult>>;
}

/** Ids in one command. */
const MAX_IDS = 1024;
const MAX_WAITING = 65_536;
/** A caller with more patience does not hold up those behind it. */
const MAX_COMMAND_MILLISECONDS = 5000;

interface Caller {
  readonly id: number;
  readonly deadlineMilliseconds: number;
  /** It has its answer. */
  over: boolean;
  /** Its lease is in the command that is under way. */
  proposed: boolean;
  end(outcome: Outcome<LeaseGrant>): void;
}

const refused = (refusal: Refusal): Outcome<never> => ({ kind: 'refused', refusal });
const stopping = refused({ reason: 'stopping', message: 'the member is stopping' });

export class LeaseRenewals {
  readonly #options: LeaseRenewalsOptions;
  /** In the order in which they came. */
  #waiting: Caller[] = [];
  #underWay: readonly Caller[] = [];
  #working = false;
  #stopped = false;

  constructor(options: LeaseRenewalsOptions) {
    this.#options = options;
  }

  renew(id: number, context: CallContext): Promise<Outcome<LeaseGrant>> {
    if (this.#stopped) return Promise.resolve(stopping);
    if (this.#waiting.length >= MAX_WAITING)
      return Promise.resolve(refused({ reason: 'overloaded', message: 'too many keep-alives are waiting' }));
    return new Promise((resolve) => {
      this.#waiting.push(this.#caller(id, context.timeoutMilliseconds, resolve));
      this.#work();
    });
  }

  #caller(id: number, timeoutMilliseconds: number, resolve: (outcome: Outcome<LeaseGrant>) => void): Caller {
    const { clock } = this.#options;
    const caller: Caller = {
      id,
      deadlineMilliseconds: clock.monotonicMilliseconds() + timeoutMilliseconds,
      over: false,
      proposed: false,
      end(outcome) {
        if (caller.over) return;
        caller.over = true;
        timer.cancel();
        resolve(outcome);
      },
    };
    const timer: Timer = clock.setTimer(timeoutMilliseconds, () => {
      if (caller.proposed) caller.end({ kind: 'unknown', message: 'the keep-alive was not applied in time' });
      else caller.end(refused({ reason: 'timeout', message: 'the keep-alive was not proposed in time' }));
    });
    return caller;
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    // With all that arrives in this turn.
    this.#options.clock.defer(() => void this.#renewAll());
  }

  async #renewAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopped) await this.#renewSome();
    this.#working = false;
  }

  async #renewSome(): Promise<void> {
    const callers = this.#take();
    if (callers.length === 0) return;
    const ids = [...new Set(callers.map((caller) => caller.id))];
    const now = this.#options.clock.monotonicMilliseconds();
    const patience = callers.reduce((most, caller) => Math.max(most, caller.deadlineMilliseconds - now), 0);
    for (const caller of callers) caller.proposed = true;
    this.#underWay = callers;
    const timeoutMilliseconds = Math.min(patience, MAX_COMMAND_MILLISECONDS);
    const outcome = await this.#options.run(ids, { caller: 'keep-alives', timeoutMilliseconds });
    this.#underWay = [];
    const answers = answersFor(ids, outcome);
    for (const caller of callers) caller.end(answers(caller.id));
  }

  /** The first callers, with as many leases as one command takes. */
  #take(): readonly Caller[] {
    const ids = new Set<number>();
    const taken: Caller[] = [];
    let end = 0;
    for (const caller of this.#waiting) {
      if (ids.size === MAX_IDS && !ids.has(caller.id)) break;
      end += 1;
      if (caller.over) continue;
      ids.add(caller.id);
      taken.push(caller);
    }
    this.#waiting = this.#waiting.slice(end);
    return taken;
  }

  stop(): void {
    this.#stopped = true;
    for (const caller of this.#waiting) caller.end(stopping);
    this.#waiting = [];
    for (const caller of this.#underWay) caller.end({ kind: 'unknown', message: 'the member is stopping' });
  }
}

function answersFor(
  ids: readonly number[],
  outcome: Outcome<ApplyResult>,
): (id: number) => Outcome<LeaseGrant> {
  if (outcome.kind !== 'done') return () => outcome;
  const result = outcome.value;
  if (result.kind === 'refused') return () => refused(result.refusal);
  if (result.kind !== 'leases-renewed') throw new Error(`a keep-alive was answered with ${result.kind}`);
  const ttls = new Map(ids.map((id, index) => [id, result.ttlSeconds[index] ?? 0]));
  return (id) => {
    const ttlSeconds = ttls.get(id) ?? 0;
    return ttlSeconds > 0
      ? { kind: 'done', value: { id, ttlSeconds } }
      : refused({ reason: 'lease-not-found', message: `lease ${id} does not exist or has run out` });
  };
}
