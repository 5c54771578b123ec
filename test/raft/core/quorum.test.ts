import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeConfiguration,
  encodeConfiguration,
  transitionProblem,
} from '../../../raft/core/configuration.js';
import { hasQuorum, quorumIndex, tallyVotes } from '../../../raft/core/quorum.js';
import { configurationOf } from '../support/cluster.js';

const voters = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 });
const maybeOutgoing = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 7 });

describe('a quorum', () => {
  it('overlaps with every other of the same configuration, also a joint one', () => {
    const subset = fc.uniqueArray(fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(voters, maybeOutgoing, subset, (incoming, votersOutgoing, agreeing) => {
        const configuration = { voters: incoming, votersOutgoing };
        const agrees = (id: number): boolean => agreeing.includes(id);
        expect(hasQuorum(configuration, agrees) && hasQuorum(configuration, (id) => !agrees(id))).toBe(false);
      }),
    );
  });

  it('index is the highest that a quorum holds', () => {
    const held = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(voters, maybeOutgoing, held, (incoming, votersOutgoing, indexes) => {
        const configuration = { voters: incoming, votersOutgoing };
        const candidates = [5, 4, 3, 2, 1, 0];
        const naive = candidates.find((index) => hasQuorum(configuration, (id) => indexes[id]! >= index));
        expect(quorumIndex(configuration, (id) => indexes[id]!)).toBe(naive);
      }),
    );
  });

  it('of nobody does not exist', () => {
    expect(hasQuorum({ voters: [], votersOutgoing: [] }, () => true)).toBe(false);
  });

  it('is lost when those who did not refuse are too few', () => {
    const five = { voters: [1, 2, 3, 4, 5], votersOutgoing: [] };
    const tally = (granted: number[], refused: number[]): string =>
      tallyVotes(
        five,
        (id) => granted.includes(id),
        (id) => refused.includes(id),
      );
    expect(tally([1, 2], [3, 4])).toBe('pending');
    expect(tally([1, 2], [3, 4, 5])).toBe('lost');
    expect(tally([1, 2, 3], [4, 5])).toBe('won');
  });
});

describe('a configuration', () => {
  it('has the same bytes however it is written down, and survives them', () => {
    const one = configurationOf([1, 2, 3], { learners: [9, 4] });
    const other = { ...one, voters: [3, 1, 2], learners: [4, 9], members: one.members.toReversed() };
    expect(encodeConfiguration(other)).toEqual(encodeConfiguration(one));
    expect(encodeConfiguration(decodeConfiguration(encodeConfiguration(one)))).toEqual(
      encodeConfiguration(one),
    );
  });

  it('is refused as bytes that are none', () => {
    for (const bytes of [
      '',
      'null',
      '{}',
      '{"voters":["x"],"votersOutgoing":[],"learners":[],"members":[]}',
    ]) {
      expect(() => decodeConfiguration(new TextEncoder().encode(bytes)), bytes).toThrow(TypeError);
    }
  });

  it('follows another only where their majorities overlap', () => {
    const current = configurationOf([1, 2, 3]);
    expect(transitionProblem(current, configurationOf([1, 2, 3, 4]))).toBeUndefined();
    expect(transitionProblem(current, configurationOf([1, 2]))).toBeUndefined();
    expect(transitionProblem(current, configurationOf([1, 2, 4]))).toBeDefined();
    expect(
      transitionProblem(current, configurationOf([1, 4, 5], { votersOutgoing: [1, 2, 3] })),
    ).toBeUndefined();
    expect(transitionProblem(current, configurationOf([1, 4, 5], { votersOutgoing: [1, 2] }))).toBeDefined();
    expect(transitionProblem(current, configurationOf([]))).toBeDefined();
    const joint = configurationOf([1, 4, 5], { votersOutgoing: [1, 2, 3] });
    expect(transitionProblem(joint, configurationOf([1, 4, 5]))).toBeUndefined();
    expect(transitionProblem(joint, configurationOf([1, 2, 3]))).toBeDefined();
  });
});
