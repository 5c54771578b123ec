import { describe, expect, it } from 'vitest';
import { Atlas } from '../../../chaos/simulation/faults/atlas.js';
import { configurationOf } from './support/observed.js';

describe('the atlas of damage', () => {
  it('allows a minority to be damaged, and more once somebody is whole again', () => {
    const atlas = new Atlas(() => [configurationOf([1, 2, 3, 4, 5])]);
    expect(atlas.mayDamage(1)).toBe(true);
    atlas.damaged(1, 'log');
    expect(atlas.mayDamage(2)).toBe(true);
    atlas.damaged(2, 'log');
    expect(atlas.mayDamage(3)).toBe(false);
    atlas.intact(1);
    expect(atlas.mayDamage(3)).toBe(true);
  });

  it('does not take a damaged state for whole because the log is', () => {
    const atlas = new Atlas(() => [configurationOf([1, 2, 3])]);
    atlas.damaged(1, 'state');
    atlas.damaged(1, 'log');
    atlas.intact(1);
    expect(atlas.isWhole(1)).toBe(false);
    expect(atlas.mayDamage(2)).toBe(false);
    atlas.restored(1);
    expect(atlas.mayDamage(2)).toBe(true);
  });

  it('looks at every configuration that may come into force, and at both halves of a joint one', () => {
    const joint = new Atlas(() => [configurationOf([1, 2, 3, 4, 5], [1, 2, 3])]);
    joint.damaged(1, 'log');
    expect(joint.mayDamage(4)).toBe(true);
    expect(joint.mayDamage(2)).toBe(false);
    const undecided = new Atlas(() => [configurationOf([1, 2, 3, 4, 5]), configurationOf([1, 2, 3])]);
    undecided.damaged(1, 'log');
    expect(undecided.mayDamage(2)).toBe(false);
  });
});
