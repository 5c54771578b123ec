import { expect, it } from 'vitest';
import { type OrderQuestion, OrderRelay } from '../../../cluster/member/order-relay.js';
import { manualClock } from '../support/manual-clock.js';

const order = { kind: 'remove', memberId: 3 } as const;

it('brings each order its own answer', async () => {
  const asked: OrderQuestion[] = [];
  const relay = new OrderRelay(manualClock(), (question) => asked.push(question));
  const first = relay.give(order, { timeoutMilliseconds: 100 });
  const second = relay.give({ ...order, memberId: 4 }, { timeoutMilliseconds: 100 });
  expect(asked.map(({ order: { memberId } }) => memberId)).toEqual([3, 4]);
  const [one, two] = asked.map(({ request }) => request);
  relay.answer({ request: two ?? 0, outcome: { kind: 'refused', reason: 'not-found', message: 'none' } });
  relay.answer({ request: one ?? 0, outcome: { kind: 'done' } });
  expect(await first).toEqual({ kind: 'done' });
  expect(await second).toMatchObject({ reason: 'not-found' });
});

it('does not know what became of an order without an answer', async () => {
  const clock = manualClock();
  const relay = new OrderRelay(clock, () => {});
  const outcome = relay.give(order, { timeoutMilliseconds: 100 });
  clock.advance(10_000);
  expect(await outcome).toMatchObject({ kind: 'unknown' });
  relay.answer({ request: 1, outcome: { kind: 'done' } });
});
