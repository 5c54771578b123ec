import { describe, expect, it } from 'vitest';
import { electionTiming } from '../../cluster/election-timeout.js';
import { isUserError } from '../../cluster/index.js';

describe('the election timeout', () => {
  it('has ten heartbeats in it, and never fewer than one in 100 ms', () => {
    expect(electionTiming(200).heartbeatMilliseconds).toBe(20);
    expect(electionTiming(1_000).heartbeatMilliseconds).toBe(100);
    expect(electionTiming(5_000).heartbeatMilliseconds).toBe(100);
  });

  it.each([199, 60_001, 0, -1, Number.NaN])(
    'is refused when no cluster could work with it: %d',
    (milliseconds) => {
      try {
        electionTiming(milliseconds);
        expect.unreachable();
      } catch (error) {
        expect(isUserError(error)).toBe(true);
        expect((error as Error).message).toBe(
          `the election timeout must be from 200 to 60000 ms, not ${milliseconds}`,
        );
      }
    },
  );
});
