import { describe, expect, it } from 'vitest';
import type { ClusterMembershipEntry } from '../../../cluster/cluster.js';
import { UnknownOutcomeError } from '../../../cluster/supervisor/leader-orders.js';
import { carryOutOrder } from '../../../cluster/supervisor/member-order.js';
import { type MembershipControl, TooFewRunningError } from '../../../cluster/supervisor/membership.js';
import { UserError } from '../../../cluster/user-error.js';
import type { MembershipOrder, OrderOutcome } from '../../../etcd/index.js';
import { manualClock } from '../support/manual-clock.js';

type Control = Pick<MembershipControl, 'list' | 'takeOut' | 'promote'>;

const entry = (id: number, change: Partial<ClusterMembershipEntry> = {}): ClusterMembershipEntry => ({
  name: `m${id}`,
  id,
  role: 'voter',
  priority: 0,
  promoting: false,
  replaces: undefined,
  caughtUp: 1,
  leader: false,
  process: 'running',
  ...change,
});

function controlOver(entries: readonly ClusterMembershipEntry[], fails?: Error) {
  const done: string[] = [];
  const act = async (what: string): Promise<void> => {
    if (fails !== undefined) throw fails;
    done.push(what);
  };
  const control: Control = {
    list: () => Promise.resolve(entries),
    takeOut: async (name) => {
      await act(`take out ${name}`);
      return { ...entry(1), peerAddress: '', promotion: undefined, progress: undefined };
    },
    promote: async (name) => {
      await act(`promote ${name}`);
      return name;
    },
  };
  return { control, done };
}

const clock = manualClock();
const limits = { clock, timeoutMilliseconds: 1_000 };
const remove = (memberId: number): MembershipOrder => ({ kind: 'remove', memberId });
const promote = (memberId: number): MembershipOrder => ({ kind: 'promote', memberId });

describe('an order of an etcd client', () => {
  it('is carried out by name, and nobody is waited for longer than that', async () => {
    const { control, done } = controlOver([entry(1), entry(2), entry(4, { role: 'learner' })]);
    expect(await carryOutOrder(control, remove(2), limits)).toEqual({ kind: 'done' });
    expect(await carryOutOrder(control, promote(4), limits)).toEqual({ kind: 'done' });
    expect(done).toEqual(['take out m2', 'promote m4']);
  });

  it('is refused with a reason that the client knows', async () => {
    const refusal = async (order: MembershipOrder, fails?: Error): Promise<unknown> => {
      const learner = { role: 'learner', caughtUp: 0.5 } as const;
      const { control, done } = controlOver([entry(1), entry(4, learner)], fails);
      const outcome = await carryOutOrder(control, order, limits);
      expect(done).toEqual([]);
      return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
    };
    expect(await refusal(remove(9))).toBe('not-found');
    expect(await refusal(promote(9))).toBe('not-found');
    expect(await refusal(promote(1))).toBe('not-learner');
    expect(await refusal(promote(4))).toBe('learner-behind');
    expect(await refusal(remove(1), new TooFewRunningError('too few'))).toBe('too-few-running');
    expect(await refusal(remove(1), new UserError('at least one must remain'))).toBe('impossible');
  });

  it('is of unknown outcome when nobody can say, or not in time', async () => {
    const failing = (error: Error): Promise<OrderOutcome> =>
      carryOutOrder(controlOver([entry(1)], error).control, remove(1), limits);
    expect(await failing(new UnknownOutcomeError('begun'))).toMatchObject({ kind: 'unknown' });
    expect(await failing(new Error('a defect'))).toMatchObject({ kind: 'unknown' });
    let gaveUp = false;
    const control: Control = {
      ...controlOver([entry(4, { role: 'learner' })]).control,
      promote: (_name, watching) =>
        new Promise(() => {
          watching?.signal?.addEventListener('abort', () => {
            gaveUp = true;
          });
        }),
    };
    const ending = carryOutOrder(control, promote(4), limits);
    await Promise.resolve();
    clock.advance(1_000);
    expect(await ending).toMatchObject({ kind: 'unknown' });
    expect(gaveUp).toBe(true);
  });
});
