import { describe, expect, it } from 'vitest';
import { parseMembershipRequest } from '../../../cluster/supervisor/membership-request.js';
import { isUserError } from '../../../cluster/user-error.js';

describe('an order about the membership', () => {
  it.each([
    [{ kind: 'add' }, { kind: 'add' }],
    [
      { kind: 'add', name: 'm4', learner: true, priority: -3, extra: 1 },
      { kind: 'add', name: 'm4', learner: true, priority: -3 },
    ],
    [
      { kind: 'add', count: 2 },
      { kind: 'add', count: 2 },
    ],
    [
      { kind: 'remove', member: 'm4' },
      { kind: 'remove', member: 'm4', force: false },
    ],
    [
      { kind: 'replace', member: 'leader', force: true },
      { kind: 'replace', member: 'leader', force: true },
    ],
    [
      { kind: 'promote', member: 'm4' },
      { kind: 'promote', member: 'm4' },
    ],
    [
      { kind: 'priority', member: 'm4', priority: 9 },
      { kind: 'priority', member: 'm4', priority: 9 },
    ],
    [
      { kind: 'move-leader', member: 'm4' },
      { kind: 'move-leader', member: 'm4' },
    ],
  ])('%j is understood', (value, request) => {
    expect(parseMembershipRequest(value)).toEqual(request);
  });

  it.each([
    [null, /is an object with a kind/],
    [[], /is an object with a kind/],
    ['add', /is an object with a kind/],
    [{}, /unknown order undefined/],
    [{ kind: 'explode' }, /unknown order explode/],
    [{ kind: 'add', name: 4 }, /the name of a new member is a text/],
    [{ kind: 'add', learner: 'yes' }, /learner is true or false/],
    [{ kind: 'add', priority: 0.5 }, /from -1000 to 1000/],
    [{ kind: 'add', count: 0 }, /count is from 1 to 7/],
    [{ kind: 'add', count: 2, name: 'm4' }, /a name is one member's/],
    [{ kind: 'remove' }, /remove needs a member/],
    [{ kind: 'remove', member: 'm'.repeat(65) }, /remove needs a member/],
    [{ kind: 'demote', member: 'm1', force: 1 }, /force is true or false/],
    [{ kind: 'priority', member: 'm1', priority: '5' }, /from -1000 to 1000/],
    [{ kind: 'priority', member: 'm1', priority: 1_001 }, /from -1000 to 1000/],
    [{ kind: 'move-leader', member: '' }, /move-leader needs a member/],
  ])('%j is refused with the reason', (value, reason) => {
    try {
      parseMembershipRequest(value);
    } catch (error) {
      expect(isUserError(error)).toBe(true);
      expect((error as Error).message).toMatch(reason);
      return;
    }
    throw new Error('it was understood');
  });
});
