/** The books of an open loop: intervals, gaps, and whether they say anything. */
import { describe, expect, it } from 'vitest';
import { GapBook } from '../../../bench/generator/open/gap-book.js';
import { IntervalBook } from '../../../bench/generator/open/interval-book.js';
import { fellBehind, type Pace } from '../../../bench/generator/open/validity.js';

describe('the book of intervals', () => {
  it('counts latencies where they were due and answers where they came', () => {
    const book = new IntervalBook(100, 0.3);
    for (const [due, answered] of [
      [10, 20],
      [20, 250],
      [110, 120],
    ] as const) {
      book.due(due);
      book.answered(due, answered);
    }
    book.due(130);
    book.failed(140);
    expect(book.intervals(250)).toEqual([
      {
        fromMilliseconds: 0,
        due: 2,
        answers: 1,
        failures: 0,
        p50Milliseconds: 10,
        p99Milliseconds: 230,
        maxMilliseconds: 230,
      },
      {
        fromMilliseconds: 100,
        due: 2,
        answers: 1,
        failures: 1,
        p50Milliseconds: 10,
        p99Milliseconds: 10,
        maxMilliseconds: 10,
      },
      {
        fromMilliseconds: 200,
        due: 0,
        answers: 1,
        failures: 0,
        p50Milliseconds: null,
        p99Milliseconds: null,
        maxMilliseconds: null,
      },
    ]);
  });

  it('grows for answers that come after the plan', () => {
    const book = new IntervalBook(100, 0.1);
    book.due(50);
    book.answered(50, 430);
    expect(book.intervals(100).map(({ answers }) => answers)).toEqual([0, 0, 0, 0, 1]);
  });
});

describe('the book of intervals, of a plan that ended early', () => {
  it('leaves out what nobody planned for in the end', () => {
    const book = new IntervalBook(100, 60);
    book.due(150);
    book.answered(150, 160);
    expect(book.intervals(250).map(({ due }) => due)).toEqual([0, 1, 0]);
    book.answered(150, 480);
    expect(book.intervals(250).map(({ answers }) => answers)).toEqual([0, 1, 0, 0, 1]);
  });
});

describe('the book of gaps', () => {
  it('has the longest first, those at the ends too', () => {
    const book = new GapBook();
    for (const at of [50, 60, 400, 410]) book.answered(at);
    expect(book.gaps(1_000).slice(0, 3)).toEqual([
      { fromMilliseconds: 410, toMilliseconds: 1_000 },
      { fromMilliseconds: 60, toMilliseconds: 400 },
      { fromMilliseconds: 0, toMilliseconds: 50 },
    ]);
  });

  it('keeps ten', () => {
    const book = new GapBook();
    let at = 0;
    for (let length = 1; length <= 30; length += 1) {
      at += length;
      book.answered(at);
    }
    const lengths = book
      .gaps(at)
      .map(({ fromMilliseconds, toMilliseconds }) => toMilliseconds - fromMilliseconds);
    expect(lengths).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21]);
  });
});

describe('a run', () => {
  const good: Pace = {
    due: 100,
    sent: 100,
    sentLateMilliseconds: 1,
    latencyP99Milliseconds: 10,
    busyShare: 0.3,
  };

  it('is valid when the generator kept up, by a grain of time or by a fifth of what it measured', () => {
    expect(fellBehind(good)).toBeUndefined();
    expect(fellBehind({ ...good, sentLateMilliseconds: 5 })).toBeUndefined();
    expect(fellBehind({ ...good, sentLateMilliseconds: 20, latencyP99Milliseconds: 100 })).toBeUndefined();
  });

  it('is void when it did not, and says why', () => {
    expect(fellBehind({ ...good, sent: 90 })).toBe(
      'the generator could not send 10 of 100 requests that were due',
    );
    expect(fellBehind({ ...good, sentLateMilliseconds: 5.1 })).toContain('more than 5.1 ms late');
    expect(fellBehind({ ...good, sentLateMilliseconds: 21, latencyP99Milliseconds: 100 })).toContain(
      '20.0 ms is the most',
    );
    expect(fellBehind({ ...good, busyShare: 0.91 })).toContain('busy for 91% of the time');
  });
});
