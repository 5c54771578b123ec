import { describe, expect, it } from 'vitest';
import { runSteps, type Steps, waitFor } from '../../storage/steps.js';

function* sum(values: readonly (number | Promise<number>)[]): Steps<number> {
  let total = 0;
  for (const value of values) total += typeof value === 'number' ? value : yield* waitFor(value);
  return total;
}

describe('steps', () => {
  it('that wait for nothing give their value at once', () => {
    expect(runSteps(sum([1, 2]))).toBe(3);
  });

  it('that wait go on when each promise has its value', async () => {
    const result = runSteps(sum([1, Promise.resolve(2), 3, Promise.resolve(4)]));
    expect(result).toBeInstanceOf(Promise);
    expect(await result).toBe(10);
  });

  it('throw at once what they throw before they wait', () => {
    function* failing(): Steps<void> {
      yield* sum([1]);
      throw new Error('broken');
    }
    expect(() => runSteps(failing())).toThrow('broken');
  });

  it('are told of a rejection where they wait, and may go on after it', async () => {
    const failure = new Error('no disk');
    function* careful(): Steps<string> {
      try {
        yield* waitFor(Promise.reject(failure));
        return 'read';
      } catch (error) {
        yield* waitFor(Promise.resolve());
        return String(error);
      }
    }
    expect(await runSteps(careful())).toBe('Error: no disk');
    await expect(runSteps(sum([Promise.reject(failure)]))).rejects.toBe(failure);
  });
});
