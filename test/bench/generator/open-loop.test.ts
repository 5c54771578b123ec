import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../bench/generator/open/arrivals.js';
import {
  MAX_OUTSTANDING,
  OpenLoop,
  type OpenLoopBooks,
  type OpenLoopOptions,
} from '../../../bench/generator/open/open-loop.js';
import { seededRandom } from '../../../platform/index.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';

type Fate = { readonly after: number } | { readonly failsAfter: number } | 'never';

interface Outcome {
  readonly books: OpenLoopBooks;
  readonly sentTo: readonly { readonly member: number; readonly at: number }[];
  readonly cancelled: number;
}

/** Runs a loop in virtual time; `fate` says what becomes of each request. */
async function run(
  own: Partial<OpenLoopOptions>,
  fate: (request: { readonly member: number; readonly at: number; readonly number: number }) => Fate,
  { perSecond = 100, step = 1, stopAfter }: { perSecond?: number; step?: number; stopAfter?: number } = {},
): Promise<Outcome> {
  const clock = new VirtualClock();
  const sentTo: { member: number; at: number }[] = [];
  let cancelled = 0;
  const seconds = own.seconds ?? 1;
  const loop = new OpenLoop({
    arrivals: new Arrivals({ perSecond, seconds, random: seededRandom(5) }),
    seconds,
    clients: 1,
    members: 3,
    firstMember: 0,
    timeoutMilliseconds: 300,
    followTheLeader: false,
    intervalMilliseconds: 100,
    clock,
    send: (member) => {
      const at = clock.monotonicMilliseconds();
      const end = fate({ member, at, number: sentTo.length });
      sentTo.push({ member, at });
      const answer = new Promise((resolve, reject) => {
        if (end === 'never') return;
        if ('after' in end) clock.setTimer(end.after, () => resolve(undefined));
        else clock.setTimer(end.failsAfter, () => reject(new Error('it failed')));
      });
      return {
        answer,
        cancel: () => {
          cancelled += 1;
        },
      };
    },
    ...own,
  });
  if (stopAfter !== undefined) clock.setTimer(stopAfter, () => loop.stop());
  let books: OpenLoopBooks | undefined;
  const running = loop.run().then((result) => {
    books = result;
  });
  while (books === undefined) await clock.advance(step);
  await running;
  return { books, sentTo, cancelled };
}

describe('an open loop', () => {
  it('sends what is due whatever is outstanding, and counts from when it was due', async () => {
    const { books, sentTo } = await run({}, () => ({ after: 50 }));
    expect(books.due).toBeGreaterThan(60);
    expect(books).toMatchObject({ sent: books.due, answered: books.due, failed: 0 });
    expect(sentTo).toHaveLength(books.due);
    // A request that waits 50 ms at 100 a second has others beside it.
    expect(sentTo.filter(({ at }) => at >= sentTo[0]!.at && at < sentTo[0]!.at + 50).length).toBeGreaterThan(
      1,
    );
    expect(books.latencies.percentileMilliseconds(50)).toBeGreaterThanOrEqual(50);
    expect(books.sentLateMilliseconds).toBeLessThan(2);
    expect(books.seconds).toBeGreaterThanOrEqual(1);
  });

  it('counts a stall for everybody who came during it, not for one', async () => {
    const { books } = await run({ timeoutMilliseconds: 10_000 }, ({ at }) => ({
      after: at < 600 ? 600 - at : 1,
    }));
    expect(books.latencies.percentileMilliseconds(50)).toBeGreaterThan(50);
    expect(books.gaps[0]!.fromMilliseconds).toBe(0);
    expect(books.gaps[0]!.toMilliseconds).toBeGreaterThanOrEqual(600);
  });

  it('counts what fails, and what has no answer in time', async () => {
    const { books, cancelled } = await run({}, ({ number }) => {
      if (number % 3 === 0) return 'never';
      return number % 3 === 1 ? { failsAfter: 5 } : { after: 5 };
    });
    const unanswered = books.due - books.answered - books.failed;
    expect(unanswered).toBe(Math.ceil(books.due / 3));
    expect(cancelled).toBe(unanswered);
    expect(books.firstError).toBe('it failed');
    expect(books.intervals.reduce((sum, { failures }) => sum + failures, 0)).toBe(books.failed);
  });

  it('stays with its member unless told otherwise', async () => {
    const { sentTo } = await run({ firstMember: 1 }, () => ({ failsAfter: 1 }));
    expect(new Set(sentTo.map(({ member }) => member))).toEqual(new Set([1]));
  });

  it('takes turns among the members, the first one first', async () => {
    const { sentTo } = await run({ firstMember: 2, clients: 3 }, () => ({ after: 1 }));
    expect(sentTo.slice(0, 4).map(({ member }) => member)).toEqual([2, 0, 1, 2]);
  });

  it.each([
    ['fails', { failsAfter: 1 } as const],
    ['does not answer', 'never' as const],
  ])('follows the leader: a member that %s loses its clients to the next', async (_name, dead) => {
    const { books, sentTo } = await run({ followTheLeader: true, clients: 3, seconds: 3 }, ({ member }) =>
      member === 1 ? dead : { after: 2 },
    );
    expect(books.due - books.answered).toBeGreaterThan(0);
    const late = sentTo.filter(({ at }) => at > 1_000);
    expect(late.length).toBeGreaterThan(100);
    expect(late.filter(({ member }) => member === 1)).toEqual([]);
    expect(new Set(late.map(({ member }) => member))).toEqual(new Set([0, 2]));
  });

  it('moves one step only when many requests to one member fail', async () => {
    const { sentTo } = await run({ followTheLeader: true }, ({ member }) =>
      member === 0 ? { failsAfter: 100 } : { after: 1 },
    );
    expect(sentTo.filter(({ member }) => member === 0).length).toBeGreaterThan(1);
    expect(sentTo.at(-1)!.member).toBe(1);
  });

  it('leaves out what nobody could send, and has sent less than was due then', async () => {
    const { books } = await run({ seconds: 0.5, timeoutMilliseconds: 5_000 }, () => 'never', {
      perSecond: 100_000,
      step: 50,
    });
    expect(books.sent).toBe(MAX_OUTSTANDING);
    expect(books.due).toBeGreaterThan(2 * MAX_OUTSTANDING);
    expect(books.answered).toBe(0);
    expect(books.intervals.slice(0, 5).reduce((sum, { due }) => sum + due, 0)).toBe(books.due);
  });

  it('that is stopped sends nothing more, waits for what is outstanding, and was as long as it was', async () => {
    const { books, sentTo } = await run({ seconds: 600 }, () => ({ after: 70 }), { stopAfter: 500 });
    expect(sentTo.length).toBeGreaterThan(20);
    expect(Math.max(...sentTo.map(({ at }) => at))).toBeLessThanOrEqual(500);
    expect(books).toMatchObject({ due: sentTo.length, sent: sentTo.length, answered: sentTo.length });
    expect(books.seconds).toBeGreaterThanOrEqual(0.5);
    expect(books.seconds).toBeLessThan(0.6);
    expect(books.intervals).toHaveLength(6);
    expect(books.gaps.every(({ toMilliseconds }) => toMilliseconds <= 600)).toBe(true);
  });

  it('tells when each request that was answered was sent', async () => {
    const heard: [number, number][] = [];
    const { books, sentTo } = await run(
      {
        onAnswer: ({ dueMilliseconds, sentMilliseconds, answeredMilliseconds }) => {
          expect(dueMilliseconds).toBeLessThanOrEqual(sentMilliseconds);
          heard.push([sentMilliseconds, answeredMilliseconds]);
        },
      },
      ({ number }) => (number % 3 === 0 ? { failsAfter: 20 } : { after: 20 }),
    );
    expect(heard).toHaveLength(books.answered);
    expect(heard.map(([sent]) => sent)).toEqual(
      sentTo.flatMap(({ at }, number) => (number % 3 === 0 ? [] : [at])),
    );
    expect(heard.every(([sent, answered]) => Math.round(answered - sent) === 20)).toBe(true);
  });
});
