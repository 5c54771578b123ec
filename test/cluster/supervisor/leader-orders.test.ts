import { describe, expect, it } from 'vitest';
import type { AdminAnswer, AdminCall, MemberReport } from '../../../cluster/member/protocol.js';
import { LeaderOrders, UnknownOutcomeError } from '../../../cluster/supervisor/leader-orders.js';
import { isUserError } from '../../../cluster/user-error.js';
import type { Membership, MembershipStep } from '../../../storage/index.js';
import { manualClock } from '../support/manual-clock.js';

const membership = (change: Partial<Membership> = {}): Membership => ({
  appliedIndex: 9,
  commitIndex: 9,
  members: [1, 2, 3].map((id) => ({
    id,
    name: `m${id}`,
    peerAddress: '',
    role: 'voter',
    priority: 0,
    promotion: undefined,
    progress: undefined,
  })),
  removed: [],
  settled: true,
  ...change,
});

const without = (id: number): Membership =>
  membership({ members: membership().members.filter((member) => member.id !== id), removed: [id] });

const removal: readonly MembershipStep[] = [{ kind: 'remove', id: 3 }];
const done = (value: Membership): AdminAnswer => ({ kind: 'done', value });
const refused = (reason: 'no-leader' | 'overloaded' | 'invalid', message: string): AdminAnswer => ({
  kind: 'refused',
  refusal: { reason, message },
});
const unknown: AdminAnswer = { kind: 'unknown', message: 'not committed yet' };

/** Members that answer from a script; time passes by itself while nothing else happens. */
function setup(
  script: readonly (AdminAnswer | undefined)[],
  leaders: readonly (string | undefined)[] = ['m1'],
) {
  const clock = manualClock();
  const calls: string[] = [];
  let turn = 0;
  const orders = new LeaderOrders({
    clock: { ...clock, setTimer: (delay, callback) => clock.setTimer(delay, callback) },
    running: () => ['m1', 'm2'],
    report: (name) => {
      const leader = leaders[Math.min(turn, leaders.length - 1)];
      return Promise.resolve({ role: name === leader ? 'leader' : 'follower', term: 1 } as MemberReport);
    },
    call: (name: string, call: AdminCall) => {
      calls.push(`${name} ${call.kind}`);
      const answer = script[Math.min(calls.length - 1, script.length - 1)];
      turn += 1;
      return Promise.resolve(answer);
    },
    limitMilliseconds: 1_000,
  });
  async function run<Result>(work: Promise<Result>): Promise<Result> {
    let ended = false;
    const settled = work.finally(() => {
      ended = true;
    });
    settled.catch(() => {});
    while (!ended) {
      for (let step = 0; step < 20; step += 1) await Promise.resolve();
      clock.advance(50);
    }
    return settled;
  }
  return { orders, calls, run };
}

const failure = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: Error) => error,
  );

describe('an order to the leader', () => {
  it('is given once when it is done', async () => {
    const { orders, calls, run } = setup([done(without(3))]);
    expect(await run(orders.change(removal, { force: false }))).toEqual(without(3));
    expect(calls).toEqual(['m1 change']);
  });

  it('is given again where it was certainly not carried out: to the next leader, and when it was too early', async () => {
    const { orders, calls, run } = setup(
      [refused('no-leader', 'only the leader'), refused('overloaded', 'just taken office'), done(without(3))],
      ['m1', 'm2'],
    );
    await run(orders.change(removal, { force: false }));
    expect(calls).toEqual(['m1 change', 'm2 change', 'm2 change']);
  });

  it('is refused with the reason, at once, when no retry can help', async () => {
    const { orders, calls, run } = setup([refused('invalid', 'there is no m3')]);
    const error = await failure(run(orders.change(removal, { force: false })));
    expect(error.message).toBe('there is no m3');
    expect(isUserError(error)).toBe(true);
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['unknown', unknown],
    ['no answer', undefined],
  ] as const)('of which the outcome is not known (%s) is looked for and not repeated', async (_, answer) => {
    const { orders, calls, run } = setup(
      [answer, done(membership({ settled: false })), done(without(3))],
      ['m1', 'm2'],
    );
    expect(await run(orders.change(removal, { force: false }))).toEqual(without(3));
    expect(calls).toEqual(['m1 change', 'm2 membership', 'm2 membership']);
  });

  it('is repeated once a proven leader shows that it never came to be', async () => {
    const { orders, calls, run } = setup([unknown, done(membership()), done(without(3))], ['m1', 'm2']);
    await run(orders.change(removal, { force: false }));
    expect(calls).toEqual(['m1 change', 'm2 membership', 'm2 change']);
  });

  it('whose outcome stays unknown is called so', async () => {
    const { orders, run } = setup([unknown, refused('no-leader', 'no quorum answers')]);
    const error = await failure(run(orders.change(removal, { force: false })));
    expect(error).toBeInstanceOf(UnknownOutcomeError);
    expect(error.message).toMatch(/whether it will be made is not known .*: see kuorum member list/);
  });

  it('says that there is no leader when none is found in time', async () => {
    const { orders, calls, run } = setup([], [undefined]);
    const error = await failure(run(orders.change(removal, { force: false })));
    expect(error.message).toBe(
      'the change was not made: there is no leader (if a majority is lost for good: kuorum recover)',
    );
    expect(error).not.toBeInstanceOf(UnknownOutcomeError);
    expect(calls).toEqual([]);
  });
});

describe('moving the leader', () => {
  it('asks whoever leads, and is done when the members say so', async () => {
    const { orders, calls, run } = setup([done(membership())], ['m1', 'm2']);
    await run(orders.moveLeader('m2', 2));
    expect(calls).toEqual(['m1 move-leader']);
  });

  it('asks nobody when the member leads already', async () => {
    const { orders, calls, run } = setup([], ['m2']);
    await run(orders.moveLeader('m2', 2));
    expect(calls).toEqual([]);
  });

  it('passes on why it is refused', async () => {
    const { orders, run } = setup([refused('invalid', 'm2 is a learner: only voting members can lead')]);
    const error = await failure(run(orders.moveLeader('m2', 2)));
    expect(error.message).toBe('m2 is a learner: only voting members can lead');
  });
});
