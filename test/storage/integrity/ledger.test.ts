import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../platform/index.js';
import type { Configuration } from '../../../raft/index.js';
import {
  beginCheckpoint,
  clear,
  decodeLedger,
  emptyLedger,
  encodeLedger,
  judge,
  keepMembers,
  type Ledger,
  raise,
  report,
} from '../../../storage/integrity/ledger.js';

const members = (ids: readonly number[]): Configuration['members'] =>
  ids.map((id) => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` }));

const of = (voters: readonly number[], more: Partial<Configuration> = {}): Configuration => ({
  voters,
  votersOutgoing: [],
  learners: [],
  members: members([...voters, ...(more.learners ?? [])]),
  ...more,
});

const hashOf = (text: string): Uint8Array => new TextEncoder().encode(text.padEnd(16, '-'));

/** The ledger after each of these reported its hash for the checkpoint at 10, in entries 11, 12, … */
function reported(configuration: Configuration, hashes: readonly (readonly [number, string])[]): Ledger {
  return hashes.reduce<Ledger>(
    (ledger, [memberId, hash], at) =>
      report(ledger, configuration, { memberId, hash: hashOf(hash), index: 10 }, 11 + at),
    beginCheckpoint(emptyLedger, 10),
  );
}

const alarmed = (ledger: Ledger): readonly string[] =>
  ledger.alarms.map(
    ({ memberId, kind, atIndex, raisedIndex }) => `${memberId} ${kind} ${atIndex} ${raisedIndex}`,
  );

describe('a checkpoint', () => {
  it('accuses nobody while all report the same', () => {
    expect(
      alarmed(
        reported(of([1, 2, 3]), [
          [1, 'a'],
          [2, 'a'],
          [3, 'a'],
        ]),
      ),
    ).toEqual([]);
  });

  it('accuses whoever differs from a majority of voters, as soon as there is one', () => {
    const configuration = of([1, 2, 3]);
    expect(
      alarmed(
        reported(configuration, [
          [2, 'b'],
          [1, 'a'],
        ]),
      ),
    ).toEqual([]);
    expect(
      alarmed(
        reported(configuration, [
          [2, 'b'],
          [1, 'a'],
          [3, 'a'],
        ]),
      ),
    ).toEqual(['2 corrupt 10 13']);
    expect(
      alarmed(
        reported(configuration, [
          [1, 'a'],
          [3, 'a'],
          [2, 'b'],
        ]),
      ),
    ).toEqual(['2 corrupt 10 13']);
  });

  it('measures learners by the majority of voters, and never by their own number', () => {
    const configuration = of([1], { learners: [2, 3] });
    expect(
      alarmed(
        reported(configuration, [
          [2, 'b'],
          [3, 'b'],
          [1, 'a'],
        ]),
      ),
    ).toEqual(['2 corrupt 10 13', '3 corrupt 10 13']);
  });

  it('accuses the whole cluster when no hash can have a majority any more, and not before', () => {
    const configuration = of([1, 2, 3]);
    expect(
      alarmed(
        reported(configuration, [
          [1, 'a'],
          [2, 'b'],
        ]),
      ),
    ).toEqual([]);
    expect(
      alarmed(
        reported(configuration, [
          [1, 'a'],
          [2, 'b'],
          [3, 'c'],
        ]),
      ),
    ).toEqual(['0 corrupt 10 13']);
    expect(
      alarmed(
        reported(of([1, 2]), [
          [1, 'a'],
          [2, 'b'],
        ]),
      ),
    ).toEqual(['0 corrupt 10 12']);
  });

  it('needs both majorities of a joint configuration', () => {
    const configuration = of([1, 2, 3], { votersOutgoing: [3, 4, 5], members: members([1, 2, 3, 4, 5]) });
    expect(
      alarmed(
        reported(configuration, [
          [1, 'a'],
          [2, 'a'],
          [3, 'b'],
        ]),
      ),
    ).toEqual([]);
    expect(
      alarmed(
        reported(configuration, [
          [1, 'a'],
          [2, 'a'],
          [3, 'b'],
          [4, 'a'],
          [5, 'a'],
        ]),
      ),
    ).toEqual(['3 corrupt 10 15']);
  });

  it('counts a member once, and only reports of the newest checkpoint', () => {
    const configuration = of([1, 2, 3]);
    const once = reported(configuration, [
      [1, 'a'],
      [1, 'b'],
      [1, 'b'],
    ]);
    expect(once.checkpoint?.reports).toHaveLength(1);
    const newer = beginCheckpoint(once, 20);
    expect(report(newer, configuration, { memberId: 2, hash: hashOf('x'), index: 10 }, 21)).toBe(newer);
  });

  it('is judged as counting by hand judges it, whatever is reported (seeds 1 to 2000)', () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const random = seededRandom(seed);
      const voters = Array.from({ length: random.integer(1, 8) }, (_, at) => at + 1);
      const configuration = of(voters);
      const given = voters.flatMap((id): (readonly [number, string])[] =>
        random.float() < 0.8 ? [[id, 'abc'[random.integer(0, 3)]!]] : [],
      );
      const verdict = judge(reported(configuration, given).checkpoint!, configuration);
      // By hand: fill in what is missing in the way that favours each hash in turn.
      const silent = voters.filter((id) => !given.some(([each]) => each === id)).length;
      const majority = Math.floor(voters.length / 2) + 1;
      const counts = ['a', 'b', 'c', 'd'].map((hash) => given.filter(([, each]) => each === hash).length);
      const expected = counts.some((count) => count >= majority)
        ? 'agreed'
        : counts.some((count) => count + silent >= majority)
          ? 'open'
          : 'split';
      expect(verdict.kind, `seed ${seed}`).toBe(expected);
    }
  });
});

describe('an alarm', () => {
  const corrupt = (atIndex: number, raisedIndex = 100) =>
    ({ memberId: 2, kind: 'corrupt', atIndex, raisedIndex }) as const;

  it('stands once for a member and a kind, and moves only to later findings', () => {
    const first = raise(emptyLedger, corrupt(10));
    expect(raise(first, corrupt(9, 101))).toBe(first);
    expect(raise(first, corrupt(10, 101))).toBe(first);
    expect(alarmed(raise(first, corrupt(11, 101)))).toEqual(['2 corrupt 11 101']);
    expect(alarmed(raise(first, { ...corrupt(0, 102), kind: 'no-space' }))).toEqual([
      '2 no-space 0 102',
      '2 corrupt 10 100',
    ]);
  });

  it('is not cleared by what happened before it', () => {
    const ledger = raise(emptyLedger, corrupt(10));
    expect(clear(ledger, 2, 'corrupt', 10)).toBe(ledger);
    expect(clear(ledger, 2, 'no-space', 99)).toBe(ledger);
    expect(clear(ledger, 2, 'corrupt', 11).alarms).toEqual([]);
  });

  it('of a member that was removed goes with it', () => {
    const ledger = raise(raise(emptyLedger, corrupt(10)), { ...corrupt(10), memberId: 0 });
    expect(keepMembers(ledger, of([1, 2]))).toBe(ledger);
    expect(keepMembers(ledger, of([1, 3])).alarms.map(({ memberId }) => memberId)).toEqual([0]);
  });
});

it('a ledger is the same after it was written and read', () => {
  const ledger = raise(
    reported(of([1, 2, 3]), [
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
    ]),
    {
      memberId: 3,
      kind: 'no-space',
      atIndex: 0,
      raisedIndex: 20,
    },
  );
  expect(ledger.alarms).toHaveLength(2);
  expect(decodeLedger(encodeLedger(ledger))).toEqual({
    ...ledger,
    checkpoint: {
      index: 10,
      reports: ledger.checkpoint!.reports.map((each) => ({ ...each, hash: Uint8Array.from(each.hash) })),
    },
  });
  expect(decodeLedger(encodeLedger(emptyLedger))).toEqual(emptyLedger);
});
