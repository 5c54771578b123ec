import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../raft/index.js';
import { type Candidate, chooseCandidate, countQuorum } from '../../../storage/index.js';

const configuration = (voters: readonly number[], votersOutgoing: readonly number[] = []): Configuration => ({
  voters,
  votersOutgoing,
  learners: [],
  members: [...new Set([...voters, ...votersOutgoing])].map((id) => ({
    id,
    name: `m${id}`,
    peerAddress: '127.0.0.1:0',
  })),
});

interface Shape {
  readonly id: number;
  readonly term: number;
  readonly index: number;
  readonly committed?: number;
  readonly lost?: true;
  readonly condemned?: true;
}

function candidate({ id, term, index, committed = 0, lost, condemned }: Shape): Candidate {
  return {
    identity: { clusterId: 'c1', memberId: id, name: `m${id}`, formatVersion: 1 },
    stateName: 'state',
    condition:
      lost === true
        ? { kind: 'recovering', promisedIndex: index + 10, promisedTerm: term, reason: 'lost' }
        : { kind: 'intact' },
    term,
    end: { index, term, timeMilliseconds: 0, configuration: configuration([1, 2, 3]) },
    committedIndex: committed,
    committedRevision: 1,
    revision: 1,
    appliedIndex: committed,
    stateHash: '',
    endStateHash: '',
    condemned: condemned === true,
  };
}

const chosen = (...shapes: readonly Shape[]): number | undefined =>
  chooseCandidate(shapes.map(candidate))?.identity.memberId;

describe('the most complete log', () => {
  it('is the one whose last entry has the highest term, however long the others are', () => {
    expect(chosen({ id: 1, term: 3, index: 900 }, { id: 2, term: 4, index: 10 })).toBe(2);
  });

  it('is the longest one among equal terms', () => {
    expect(chosen({ id: 1, term: 4, index: 9 }, { id: 2, term: 4, index: 10 })).toBe(2);
  });

  it('may have lost a part, when what is left reaches further than every intact one', () => {
    expect(chosen({ id: 1, term: 4, index: 90 }, { id: 2, term: 4, index: 100, lost: true })).toBe(2);
    expect(chosen({ id: 1, term: 4, index: 200 }, { id: 2, term: 5, index: 100, lost: true })).toBe(2);
  });

  it('is among equals one whose state no alarm speaks against, even if it has lost more of its log', () => {
    expect(
      chosen({ id: 1, term: 4, index: 9, condemned: true }, { id: 2, term: 4, index: 9, lost: true }),
    ).toBe(2);
    expect(chosen({ id: 1, term: 4, index: 10, condemned: true }, { id: 2, term: 4, index: 9 })).toBe(1);
  });

  it('is the intact one among equals, then the one that knows more to be committed', () => {
    expect(chosen({ id: 1, term: 4, index: 9, lost: true }, { id: 2, term: 4, index: 9 })).toBe(2);
    expect(
      chosen({ id: 1, term: 4, index: 9, committed: 5 }, { id: 2, term: 4, index: 9, committed: 7 }),
    ).toBe(2);
    expect(chosen({ id: 1, term: 4, index: 9 }, { id: 2, term: 4, index: 9 })).toBe(1);
  });

  it('does not exist among no candidates', () => {
    expect(chosen()).toBeUndefined();
  });
});

describe('a majority', () => {
  const present = (lost: readonly number[], ...ids: readonly number[]): readonly Candidate[] =>
    ids.map((id) =>
      candidate({ id, term: 1, index: 1, ...(lost.includes(id) ? { lost: true as const } : {}) }),
    );

  it('is more than half of the voters, all intact', () => {
    expect(countQuorum(configuration([1, 2, 3]), present([], 1, 2))).toEqual({
      votersTotal: 3,
      intactVoters: 2,
      majority: true,
    });
    expect(countQuorum(configuration([1, 2, 3]), present([2], 1, 2)).majority).toBe(false);
    expect(countQuorum(configuration([1, 2, 3, 4]), present([], 1, 2)).majority).toBe(false);
  });

  it('does not count members that do not vote', () => {
    expect(countQuorum(configuration([1, 2, 3]), present([], 1, 8, 9)).majority).toBe(false);
  });

  it('is needed in both halves of a joint configuration', () => {
    const joint = configuration([1, 2, 3], [3, 4, 5]);
    expect(countQuorum(joint, present([], 1, 2, 3)).majority).toBe(false);
    expect(countQuorum(joint, present([], 2, 3, 4)).majority).toBe(true);
  });
});
