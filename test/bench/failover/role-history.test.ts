import { describe, expect, it } from 'vitest';
import { cutAt, roleChanges } from '../../../bench/failover/role-history.js';

const line = (fields: object): string => JSON.stringify(fields);
const at = Date.UTC(2026, 0, 1, 12, 0, 0, 250);
const time = new Date(at).toISOString();
const msg = 'raft role changed';

describe("the roles in a member's log", () => {
  it('are found among other lines, in order', () => {
    const text = [
      line({ level: 'info', time, msg: 'raft started', term: 3 }),
      line({ level: 'info', time, role: 'pre-candidate', term: 3, leader: null, msg }),
      line({ level: 'info', time, role: 'leader', term: 4, leader: 'm2', msg }),
      '',
    ].join('\n');
    expect(roleChanges('kuorum', 1, text)).toEqual([
      { member: 1, role: 'pre-candidate', term: 3, atMilliseconds: at },
      { member: 1, role: 'leader', term: 4, atMilliseconds: at },
    ]);
  });

  it('are not found where a line is cut off, or only speaks of them', () => {
    const whole = line({ time, role: 'leader', term: 4, msg });
    const lines = [
      whole.slice(0, -1),
      whole.slice(5),
      line({ time, role: 'leader', term: 4, msg: 'a', reason: msg }),
      line({ time, role: 'king', term: 4, msg }),
      line({ time: 'soon', role: 'leader', term: 4, msg }),
    ];
    expect(roleChanges('kuorum', 0, lines.join('\n'))).toEqual([]);
  });

  it("are read in etcd's words as well", () => {
    const text = [
      line({ level: 'info', ts: time, msg: 'b2c698ffb9a1e7e8 is starting a new election at term 2' }),
      line({ level: 'info', ts: time, msg: 'b2c698ffb9a1e7e8 became candidate at term 3' }),
      line({ level: 'info', ts: time, msg: 'b2c698ffb9a1e7e8 became leader at term 3' }),
      line({ level: 'info', ts: time, msg: 'something became old at term 3' }),
    ].join('\n');
    expect(roleChanges('etcd', 2, text)).toEqual([
      { member: 2, role: 'candidate', term: 3, atMilliseconds: at },
      { member: 2, role: 'leader', term: 3, atMilliseconds: at },
    ]);
  });
});

describe('the moment of a cut', () => {
  it('is that of the last change of the links', () => {
    const cut = (when: number): string =>
      line({ time: new Date(when).toISOString(), msg: 'link faults in force', from: [], to: ['m1'] });
    expect(cutAt([cut(at), cut(at + 7), ''].join('\n'))).toBe(at + 7);
    expect(cutAt(line({ time, msg: 'raft started' }))).toBeUndefined();
  });
});
