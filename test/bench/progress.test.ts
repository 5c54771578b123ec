import { describe, expect, it } from 'vitest';
import { bar, createProgress } from '../../bench/progress.js';
import { virtualClock } from '../client/support/virtual-clock.js';

describe('the progress bar', () => {
  it('fills with the steps and within a step, and never past its end', () => {
    expect(bar({ stepIndex: 0, steps: 4, name: 'a', fraction: 0 })).toBe(`[${'-'.repeat(24)}] 1/4 a`);
    expect(bar({ stepIndex: 1, steps: 4, name: 'b', fraction: 0.5 })).toBe(
      `[${'#'.repeat(9)}${'-'.repeat(15)}] 2/4 b`,
    );
    expect(bar({ stepIndex: 3, steps: 4, name: 'c', fraction: 9 })).toBe(`[${'#'.repeat(24)}] 4/4 c`);
  });

  it('writes one plain line a step where there is no terminal', () => {
    const lines: string[] = [];
    const progress = createProgress({ write: (text) => lines.push(text) }, virtualClock(), 2);
    progress.step('first', 1);
    progress.step('second', 1);
    progress.end();
    expect(lines).toEqual(['1/2 first\n', '2/2 second\n']);
  });

  it('redraws on a terminal until it ends, within the width', async () => {
    const clock = virtualClock();
    const writes: string[] = [];
    const progress = createProgress(
      { write: (text) => writes.push(text), isTTY: true, columns: 40 },
      clock,
      1,
    );
    progress.step('a step with a very long name indeed', 10);
    await clock.advance(1_000);
    expect(writes.length).toBeGreaterThanOrEqual(5);
    for (const text of writes) expect(text.replace('\r', '').replace('\u001b[K', '').length).toBeLessThan(40);
    progress.end();
    expect(clock.pendingTimers).toBe(0);
    expect(writes.at(-1)).toBe('\r\u001b[K');
  });
});
