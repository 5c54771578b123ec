import { describe, expect, it } from 'vitest';
import { nextMemberName } from '../../cluster/member-name.js';
import { chooseCluster } from '../../cluster/new-cluster.js';
import { refusalNotice, startProblem } from '../../cluster/start-rules.js';
import { seededRandom } from '../../platform/index.js';

const members = (count: number, lost: readonly number[], learners: readonly number[] = []) =>
  Array.from({ length: count }, (_, index) => ({
    name: `m${index + 1}`,
    voting: !learners.includes(index + 1),
    refusal: lost.includes(index + 1) ? `m${index + 1} is missing` : undefined,
  }));

describe('a formed cluster', () => {
  it('starts without a minority that cannot', () => {
    expect(startProblem(members(3, [2]))).toBeUndefined();
    expect(startProblem(members(5, [1, 5]))).toBeUndefined();
    expect(startProblem(members(5, [4, 5], [4, 5]))).toBeUndefined();
    expect(refusalNotice('m2', 'its folder is missing')).toBe(
      'm2 does not take part: its folder is missing; give it a successor with: kuorum member replace m2',
    );
  });

  it('is refused without a majority of those that vote, and the way out is named', () => {
    expect(startProblem(members(3, [1, 3]))).toBe(
      '2 of 3 voting members cannot start, and 2 are needed (m1 is missing; m3 is missing): restore them from ' +
        'copies, or go on from what is left with kuorum recover',
    );
    expect(startProblem(members(4, [1, 2]))).toMatch(/^2 of 4 voting members cannot start, and 3 are needed/);
    expect(startProblem(members(5, [1, 2], [3, 4, 5]))).toMatch(/^2 of 2 voting members/);
    expect(startProblem(members(1, [1]))).toBe(
      'm1 is missing; restore it from a copy, or begin anew with --fresh',
    );
  });
});

describe('the number of members', () => {
  const random = seededRandom(1);
  const born = chooseCluster({ dataDir: 'D', members: undefined }, undefined, random);

  it('is three at birth, or what is asked for, each with an id of its own', () => {
    expect(born.members.map(({ name, role, joining }) => [name, role, joining])).toEqual(
      ['m1', 'm2', 'm3'].map((name) => [name, 'voter', false]),
    );
    expect(new Set(born.members.map(({ id }) => id)).size).toBe(3);
    expect(chooseCluster({ dataDir: 'D', members: 5 }, undefined, random).members).toHaveLength(5);
  });

  it('is what a folder holds, however it has grown; another one is refused', () => {
    const [first, second, third] = born.members as [
      (typeof born.members)[0],
      (typeof born.members)[0],
      (typeof born.members)[0],
    ];
    const grown = {
      ...born,
      members: [first, second, third, { ...third, name: 'm4', id: 4, role: 'learner' as const }],
    };
    expect(chooseCluster({ dataDir: 'D', members: undefined }, grown, random)).toBe(grown);
    expect(chooseCluster({ dataDir: 'D', members: 3 }, grown, random)).toBe(grown);
    expect(() => chooseCluster({ dataDir: 'D', members: 4 }, grown, random)).toThrow(
      /^D holds a cluster of 3 voting members and 1 learner, not 4: leave --members out \(kuorum member add and remove/,
    );
    expect(() => chooseCluster({ dataDir: 'D', members: 5 }, born, random)).toThrow(
      /^D holds a cluster of 3 members, not 5/,
    );
  });
});

describe('the next name', () => {
  it.each([
    [['m1', 'm2', 'm3'], 'm4'],
    [['m3', 'm12', 'archive', 'mx1'], 'm13'],
    [['archive'], 'm1'],
  ])('after %j is %s', (used, name) => {
    expect(nextMemberName(used)).toBe(name);
  });
});
