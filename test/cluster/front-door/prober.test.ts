import { describe, expect, it } from 'vitest';
import { createProber, type ProbeAnswer, type ProbeTarget } from '../../../cluster/front-door/prober.js';
import { manualClock } from '../support/manual-clock.js';

interface FakeTarget extends ProbeTarget {
  asked: number;
  cancelled: number;
  closed: boolean;
  answer(answer: ProbeAnswer): void;
}

function fakeTarget(): FakeTarget {
  let pending: ((answer: ProbeAnswer) => void) | undefined;
  const target: FakeTarget = {
    asked: 0,
    cancelled: 0,
    closed: false,
    ask(answered) {
      target.asked += 1;
      pending = answered;
      return {
        cancel: () => {
          target.cancelled += 1;
        },
      };
    },
    close: () => {
      target.closed = true;
    },
    answer: (answer) => pending?.(answer),
  };
  return target;
}

function setup() {
  const clock = manualClock();
  const answers: string[] = [];
  const prober = createProber({
    clock,
    onAnswer: (name, answer) => answers.push(`${clock.monotonicMilliseconds()} ${name} ${answer.kind}`),
  });
  return { clock, answers, prober };
}

describe('probing a member', () => {
  it('asks every 250 ms once it was ready', () => {
    const { clock, answers, prober } = setup();
    const target = fakeTarget();
    prober.watch('m1', target);
    target.answer({ kind: 'ready' });
    clock.advance(249);
    expect(target.asked).toBe(1);
    clock.advance(1);
    expect(target.asked).toBe(2);
    target.answer({ kind: 'unready', reason: 'no quorum' });
    expect(answers).toEqual(['0 m1 ready', '250 m1 unready']);
    clock.advance(250);
    expect(target.asked).toBe(3);
  });

  it('asks more often until it was ready for the first time', () => {
    const { clock, prober } = setup();
    const target = fakeTarget();
    prober.watch('m1', target);
    target.answer({ kind: 'unready', reason: 'starting' });
    clock.advance(40);
    expect(target.asked).toBe(2);
  });

  it('finds a paused member out within a second', () => {
    const { clock, answers, prober } = setup();
    const target = fakeTarget();
    prober.watch('m1', target);
    target.answer({ kind: 'ready' });
    // It stops just after it answered.
    clock.advance(999);
    expect(answers).toEqual(['0 m1 ready', '750 m1 unreachable']);
    expect(target.cancelled).toBe(1);
  });

  it('counts an answer that lay in the socket while this process itself stalled', () => {
    const stalled = manualClock();
    const deferred: (() => void)[] = [];
    const answers: string[] = [];
    const target = fakeTarget();
    const prober = createProber({
      clock: { ...stalled, defer: (callback) => deferred.push(callback) },
      onAnswer: (_, answer) => answers.push(answer.kind),
    });
    prober.watch('m1', target);
    stalled.advance(500);
    target.answer({ kind: 'ready' });
    for (const callback of deferred) callback();
    expect(answers).toEqual(['ready']);
  });

  it('ignores an answer that comes after the timeout', () => {
    const { clock, answers, prober } = setup();
    const target = fakeTarget();
    prober.watch('m1', target);
    clock.advance(500);
    expect(answers).toEqual(['500 m1 unreachable']);
    prober.stop();
    target.answer({ kind: 'ready' });
    expect(answers).toHaveLength(1);
  });

  it('says nothing more about a member that was forgotten', () => {
    const { clock, answers, prober } = setup();
    const target = fakeTarget();
    prober.watch('m1', target);
    prober.forget('m1');
    expect(target.closed).toBe(true);
    target.answer({ kind: 'ready' });
    clock.advance(10_000);
    expect(answers).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});
