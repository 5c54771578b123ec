import { describe, expect, it } from 'vitest';
import {
  checkFailoverSettings,
  defaultFailoverSettings,
  type FailoverSettings,
  seriesOf,
} from '../../../bench/failover/plan.js';

const settings = (own: Partial<FailoverSettings>): FailoverSettings => ({
  ...defaultFailoverSettings,
  ...own,
});

describe('what is asked of failover', () => {
  it.each([
    [{ members: 4 }, /3, 5 or 7 members, not 4/],
    [{ members: 1 }, /3, 5 or 7 members, not 1/],
    [{ members: Number.NaN }, /3, 5 or 7 members, not NaN/],
    [{ rounds: 0 }, /one round or more, not 0/],
    [{ rounds: 1.5 }, /one round or more/],
    [{ perSecond: 0 }, /--rate: above 0/],
    [{ perSecond: Number.NaN }, /--rate: above 0 .* not NaN/],
    [{ perSecond: 1e9 }, /at most 1000000/],
    [{ electionTimeoutsMilliseconds: [] }, /--election-timeout names nothing/],
    [{ electionTimeoutsMilliseconds: [1_000, 20] }, /from 200ms to 10s, not 20ms/],
    [{ electionTimeoutsMilliseconds: [60_000] }, /not 60s/],
    [{ kinds: [] }, /--kinds names nothing/],
    [{ kinds: ['kill', 'kill'] }, /--kinds has kill twice/],
    [{ targets: [] }, /--targets names nothing/],
  ] as const)('is refused with a reason: %j', (own, reason) => {
    expect(() => checkFailoverSettings(settings(own))).toThrow(reason);
  });

  it('is done when it can be', () => {
    expect(() => checkFailoverSettings(defaultFailoverSettings)).not.toThrow();
    expect(() => checkFailoverSettings(settings({ members: 7, rounds: 1, perSecond: 0.5 }))).not.toThrow();
  });

  it('is each kind on each target under each timeout, systems beside each other', () => {
    const asked = settings({
      electionTimeoutsMilliseconds: [500, 1_000],
      kinds: ['kill', 'partition'],
      against: 'etcd',
    });
    const names = seriesOf(asked).map(
      ({ system, kind, target, electionTimeoutMilliseconds }) =>
        `${electionTimeoutMilliseconds} ${system} ${kind} ${target}`,
    );
    expect(names).toEqual(
      [500, 1_000].flatMap((timeout) => [
        `${timeout} kuorum kill leader`,
        `${timeout} kuorum kill follower`,
        `${timeout} kuorum partition leader`,
        `${timeout} kuorum partition follower`,
        // Nobody cuts the links of etcd.
        `${timeout} etcd kill leader`,
        `${timeout} etcd kill follower`,
      ]),
    );
  });
});
