import { describe, expect, it } from 'vitest';
import { chaosPlan } from '../../../chaos/nemesis/options.js';

const draw = (): number => 42;

describe('what a chaos run is asked for', () => {
  it('is five members, a minute, every nemesis but member, and a seed that is drawn and named', () => {
    expect(chaosPlan({}, draw)).toEqual({
      members: 5,
      durationMilliseconds: 60_000,
      seed: 42,
      nemeses: ['partition', 'kill', 'pause', 'clock', 'link'],
      clients: 8,
      rate: 150,
      pace: 'usual',
    });
    expect(chaosPlan({ seed: 7, nemeses: ['kill', 'member', 'kill'] }, draw)).toMatchObject({
      seed: 7,
      nemeses: ['kill', 'member'],
    });
  });

  it.each([
    [{ nemeses: ['kill', 'meteor'] }, 'unknown nemesis meteor: take some of partition, kill'],
    [{ pace: 'slow' }, 'unknown pace slow: take one of usual, fast'],
    [{ nemeses: [] }, 'a chaos run needs a nemesis'],
    [{ durationMilliseconds: 10 }, 'from one second to one hour'],
    [{ durationMilliseconds: Number.NaN }, 'from one second to one hour'],
    [{ durationMilliseconds: 3_600_000, rate: 1000 }, 'more than 500000 operations'],
  ])('is refused when it cannot be: %j', (options, message) => {
    expect(() => chaosPlan(options, draw)).toThrow(message);
  });
});
