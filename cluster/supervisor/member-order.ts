/**
 * Carries out what a client of the etcd API has ordered at some member: the same as `kuorum member` does, told in
 * that API's terms.
 */
import type { MembershipOrder, OrderOutcome, OrderRefusal } from '../../etcd/index.js';
import type { Clock } from '../../platform/index.js';
import { isUserError } from '../user-error.js';
import { UnknownOutcomeError } from './leader-orders.js';
import { type MembershipControl, TooFewRunningError } from './membership.js';

/** A learner so far behind is not let in: until it has caught up it could only hold others up. */
const leastCaughtUp = 0.9;

const refused = (reason: OrderRefusal, message: string): OrderOutcome => ({
  kind: 'refused',
  reason,
  message,
});

type Control = Pick<MembershipControl, 'list' | 'takeOut' | 'promote'>;

async function carryOut(
  control: Control,
  { kind, memberId }: MembershipOrder,
  signal: AbortSignal,
): Promise<OrderOutcome> {
  const member = (await control.list()).find(({ id }) => id === memberId);
  if (member === undefined) return refused('not-found', `there is no member ${memberId}`);
  switch (kind) {
    case 'remove':
      await control.takeOut(member.name);
      return { kind: 'done' };
    case 'promote':
      if (member.role === 'voter') return refused('not-learner', `${member.name} votes already`);
      if (member.caughtUp === undefined || member.caughtUp < leastCaughtUp) {
        return refused('learner-behind', `${member.name} has not caught up`);
      }
      await control.promote(member.name, { signal });
      return { kind: 'done' };
  }
}

function outcomeOf(error: unknown): OrderOutcome {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TooFewRunningError) return refused('too-few-running', message);
  // Only what is told to the user is known not to have been done.
  if (error instanceof UnknownOutcomeError || !isUserError(error)) return { kind: 'unknown', message };
  return refused('impossible', message);
}

/** Never rejects, and takes no longer than it may; what is under way then goes on. */
export function carryOutOrder(
  control: Control,
  order: MembershipOrder,
  options: { readonly clock: Clock; readonly timeoutMilliseconds: number },
): Promise<OrderOutcome> {
  const waiting = new AbortController();
  return new Promise((resolve) => {
    const timer = options.clock.setTimer(options.timeoutMilliseconds, () => {
      resolve({ kind: 'unknown', message: 'it was not done in time' });
      waiting.abort();
    });
    const settle = (outcome: OrderOutcome): void => {
      timer.cancel();
      resolve(outcome);
    };
    carryOut(control, order, waiting.signal).then(settle, (error: unknown) => settle(outcomeOf(error)));
  });
}
