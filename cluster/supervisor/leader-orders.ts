/**
 * Orders to whoever leads. A leader may fall while it is asked, so an order is given again to the next one, but
 * only when it is certain that it was not carried out: a change of unknown outcome is first looked for in the
 * membership of a proven leader.
 *
 * Why that is enough: a leader that has proven itself has committed an entry of its own term, so a change that
 * is neither settled in its configuration nor under way there can never be committed any more.
 */
import type { Clock } from '../../platform/index.js';
import { type Membership, type MembershipStep, type Refusal, stepsTaken } from '../../storage/index.js';
import type { AdminAnswer, AdminCall, MemberReport } from '../member/protocol.js';
import { UserError } from '../user-error.js';
import { leaderOf, reportTimeoutMilliseconds } from './status.js';

export interface LeaderOrdersOptions {
  readonly clock: Clock;
  /** Members whose process may answer. */
  running(): readonly string[];
  report(name: string, timeoutMilliseconds: number): Promise<MemberReport | undefined>;
  call(name: string, call: AdminCall, timeoutMilliseconds: number): Promise<AdminAnswer | undefined>;
  /** Longer than any election among healthy members. */
  readonly limitMilliseconds?: number;
}

/** The order was given, and nobody could say in time whether it was carried out. */
export class UnknownOutcomeError extends UserError {}

const defaultLimitMilliseconds = 15_000;
/** How long one member is waited for before another one is asked. */
const attemptMilliseconds = 5_000;
const pauseMilliseconds = 50;

const noLeader = 'there is no leader (if a majority is lost for good: kuorum recover)';

/** Nothing was changed, and another member or a later moment may do better. */
function isPassing(refusal: Refusal): boolean {
  switch (refusal.reason) {
    case 'no-leader':
    case 'overloaded':
    case 'timeout':
    case 'stopping':
      return true;
    default:
      return false;
  }
}

export class LeaderOrders {
  readonly #options: LeaderOrdersOptions;

  constructor(options: LeaderOrdersOptions) {
    this.#options = options;
  }

  /** Who leads now, as far as the members say; undefined: nobody. */
  async leader(): Promise<string | undefined> {
    const reports = await Promise.all(
      this.#options.running().map(async (name) => ({
        name,
        report: await this.#options.report(name, reportTimeoutMilliseconds),
      })),
    );
    return leaderOf(reports);
  }

  /** The membership of a proven leader. */
  membership(): Promise<Membership> {
    return this.#untilDone('the membership could not be read', () => ({ kind: 'membership' }));
  }

  /** Resolves when what the steps lead to is committed and not joint. */
  change(steps: readonly MembershipStep[], options: { readonly force: boolean }): Promise<Membership> {
    const order: AdminCall = { kind: 'change', steps, force: options.force };
    let given = false;
    return this.#untilDone(
      'the change was not made',
      () => (given ? { kind: 'membership' } : order),
      (call, answer) => {
        if (call.kind === 'change') {
          given = answer === undefined || answer.kind === 'unknown';
          return answer?.kind === 'done' ? answer.value : undefined;
        }
        if (answer?.kind !== 'done' || !answer.value.settled) return undefined;
        if (stepsTaken(answer.value, steps)) return answer.value;
        given = false;
        return undefined;
      },
      () => given,
    );
  }

  /** Resolves when the member, given by name and id, leads. */
  async moveLeader(name: string, id: number): Promise<void> {
    const { clock } = this.#options;
    const deadline = this.#deadline();
    let reason = noLeader;
    for (;;) {
      const leader = await this.leader();
      if (leader === name) return;
      if (clock.monotonicMilliseconds() > deadline) throw new UserError(`${name} does not lead: ${reason}`);
      if (leader !== undefined) {
        const answer = await this.#ask(leader, { kind: 'move-leader', to: id }, deadline);
        if (answer?.kind === 'refused') {
          reason = answer.refusal.message;
          if (!isPassing(answer.refusal)) throw new UserError(reason);
        } else if (answer?.kind === 'unknown') {
          throw new UserError(answer.message);
        }
      }
      await this.#pause();
    }
  }

  #deadline(): number {
    return (
      this.#options.clock.monotonicMilliseconds() +
      (this.#options.limitMilliseconds ?? defaultLimitMilliseconds)
    );
  }

  /**
   * Makes calls at whoever leads until one yields a result. `next` says which call to make, `judge` what its
   * answer means; a refusal that no retry can help ends it.
   */
  async #untilDone(
    failure: string,
    next: () => AdminCall,
    judge: (call: AdminCall, answer: AdminAnswer | undefined) => Membership | undefined = (_, answer) =>
      answer?.kind === 'done' ? answer.value : undefined,
    isOpen: () => boolean = () => false,
  ): Promise<Membership> {
    const { clock } = this.#options;
    const deadline = this.#deadline();
    let reason = noLeader;
    for (;;) {
      const leader = await this.leader();
      if (leader !== undefined) {
        const call = next();
        const answer = await this.#ask(leader, call, deadline);
        const result = judge(call, answer);
        if (result !== undefined) return result;
        if (answer?.kind === 'refused') {
          reason = answer.refusal.message;
          if (call.kind === 'change' && !isPassing(answer.refusal)) throw new UserError(reason);
        } else if (answer?.kind === 'unknown') {
          reason = answer.message;
        } else if (answer === undefined) {
          reason = `${leader} did not answer`;
        }
      }
      if (clock.monotonicMilliseconds() > deadline) {
        if (isOpen()) {
          throw new UnknownOutcomeError(
            `the change was begun, and whether it will be made is not known (${reason}): see kuorum member list`,
          );
        }
        throw new UserError(`${failure}: ${reason}`);
      }
      await this.#pause();
    }
  }

  #ask(leader: string, call: AdminCall, deadline: number): Promise<AdminAnswer | undefined> {
    const left = deadline - this.#options.clock.monotonicMilliseconds();
    return this.#options.call(leader, call, Math.max(1, Math.min(left, attemptMilliseconds)));
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.setTimer(pauseMilliseconds, resolve);
    });
  }
}
