import { describe, expect, it } from 'vitest';
import type { MemberReport } from '../../../cluster/member/protocol.js';
import { chooseSavers, SnapshotOrders } from '../../../cluster/snapshot/snapshot-orders.js';
import { parseSnapshotRequest } from '../../../cluster/snapshot/snapshot-request.js';
import type { SnapshotAnswer } from '../../../cluster/snapshot/write-snapshot.js';

const report = (change: Partial<MemberReport> = {}): MemberReport => ({
  role: 'follower',
  term: 1,
  leader: 'm1',
  commitIndex: 10,
  appliedIndex: 10,
  revision: 5,
  databaseBytes: 0,
  stateHash: '',
  hasQuorum: true,
  condition: 'intact',
  failure: undefined,
  warnings: [],
  residentBytes: 0,
  cpuMilliseconds: 0,
  ...change,
});

describe('who saves a snapshot', () => {
  it('is a follower before the leader, and nobody who cannot say that it is up to date', () => {
    const members = [
      { name: 'm1', report: report({ role: 'leader' }) },
      { name: 'm2', report: report({ hasQuorum: false }) },
      { name: 'm3', report: report() },
      { name: 'm4', report: report({ failure: 'disk full' }) },
      { name: 'm5', report: undefined },
    ];
    expect(chooseSavers(members, false)).toEqual(['m3', 'm1']);
  });

  it('is without a majority the one that has most', () => {
    const members = [
      { name: 'm1', report: report({ role: 'leader', hasQuorum: false, appliedIndex: 7 }) },
      { name: 'm2', report: report({ hasQuorum: false, appliedIndex: 9 }) },
      { name: 'm3', report: report({ hasQuorum: false, appliedIndex: 8 }) },
    ];
    expect(chooseSavers(members, true)).toEqual(['m2', 'm3', 'm1']);
  });
});

describe('the order to save', () => {
  const written: SnapshotAnswer = { kind: 'written', bytes: 1 };

  function orders(answers: Readonly<Record<string, SnapshotAnswer | undefined>>, hasQuorum = true) {
    const asked: string[] = [];
    const given = new SnapshotOrders({
      running: () => Object.keys(answers),
      report: async (name) => report({ role: name === 'm1' ? 'leader' : 'follower', hasQuorum }),
      writeSnapshot: async (name) => {
        asked.push(name);
        return answers[name];
      },
    });
    const write = (member?: string, local = false) =>
      given.write({ path: '/a', member, local }, () => {}).catch((error: unknown) => String(error));
    return { write, asked };
  }

  it('goes to the next member when one cannot, and to no other when nobody could', async () => {
    const passing: SnapshotAnswer = { kind: 'failed', message: 'no leader', elsewhere: true };
    const once = orders({ m1: written, m2: passing, m3: passing });
    expect(await once.write()).toBe('m1');
    expect(once.asked).toEqual(['m2', 'm3', 'm1']);
    const full: SnapshotAnswer = { kind: 'failed', message: 'the disk is full', elsewhere: false };
    const nobody = orders({ m1: written, m2: full, m3: written });
    expect(await nobody.write()).toContain('m2: the disk is full');
    expect(nobody.asked).toEqual(['m2']);
  });

  it('goes to nobody else while a member that does not answer may still be writing', async () => {
    const silent = orders({ m1: written, m2: undefined, m3: written });
    expect(await silent.write()).toContain('m2: it ended, or did not answer in time');
    expect(silent.asked).toEqual(['m2']);
  });

  it('goes to the one that is named, or says that there is none', async () => {
    const named = orders({ m1: written, m2: written });
    expect(await named.write('m1')).toBe('m1');
    expect(await named.write('m9')).toContain('there is no running member m9');
    expect(named.asked).toEqual(['m1']);
  });

  it('says without a majority how a snapshot can be had all the same', async () => {
    const cut = orders({ m1: written, m2: written }, false);
    expect(await cut.write()).toContain('--local saves what one of them has');
    expect(await cut.write(undefined, true)).toBe('m2');
    expect(await orders({}).write()).toContain('no member answers');
  });

  it('is checked for shape before anything acts on it', () => {
    expect(parseSnapshotRequest({ path: '/a/b', local: true })).toEqual({
      path: '/a/b',
      member: undefined,
      local: true,
    });
    expect(parseSnapshotRequest({ path: '/a', member: 'm1' })).toMatchObject({ member: 'm1', local: false });
    for (const bad of [null, undefined, 7, {}, { path: 'a' }, { path: 7 }, { path: '/a', member: 7 }]) {
      expect(() => parseSnapshotRequest(bad)).toThrow(/path|name/);
    }
  });
});
