import { describe, expect, it } from 'vitest';
import { type LookedAt, planRecovery } from '../../../cluster/recover/plan.js';
import type { Candidate } from '../../../storage/index.js';

const ids = [1, 2, 3];

function folder(id: number, change: Partial<Candidate> = {}): LookedAt {
  const candidate: Candidate = {
    identity: { clusterId: 'c1', memberId: id, name: `m${id}`, formatVersion: 1 },
    stateName: 'state',
    condition: { kind: 'intact' },
    term: 4,
    end: {
      index: 120,
      term: 4,
      timeMilliseconds: 0,
      configuration: {
        voters: ids,
        votersOutgoing: [],
        learners: [],
        members: ids.map((each) => ({ id: each, name: `m${each}`, peerAddress: '127.0.0.1:0' })),
      },
    },
    committedIndex: 120,
    committedRevision: 90,
    revision: 90,
    appliedIndex: 110,
    stateHash: 'h',
    endStateHash: 'e',
    condemned: false,
    ...change,
  };
  return { path: `members/m${id}`, inPlace: true, examination: { kind: 'readable', candidate } };
}

const damaged: LookedAt = {
  path: 'members/m3',
  inPlace: true,
  examination: { kind: 'damaged', identity: undefined, reason: 'the identity file is damaged' },
};

function losses(...folders: readonly LookedAt[]): readonly string[] {
  return planRecovery('/dir', 'c1', folders).losses;
}

describe('what can be lost', () => {
  it('names the members that are not there, and from where on they may have acknowledged writes', () => {
    expect(losses(folder(1))).toEqual([
      'm2, m3 are not among the folders: every write after entry 120 of term 4 that was acknowledged without m1 is ' +
        'lost. How many there are cannot be told from here.',
    ]);
  });

  it('is nothing when a majority is there and intact', () => {
    expect(losses(folder(1), folder(2), folder(3))).toEqual([]);
    expect(losses(folder(1), folder(2))).toEqual([]);
  });

  it('names entries that become permanent although nobody knows whether they were acknowledged', () => {
    const all = [
      folder(1, { committedIndex: 118 }),
      folder(2, { committedIndex: 117 }),
      folder(3, { committedIndex: 1 }),
    ];
    expect(losses(...all)).toEqual([
      'It is not known whether entries 119 to 120 of the chosen log were ever acknowledged: what they wrote becomes ' +
        'permanent, also where a client was told that its write failed.',
    ]);
  });

  it('names folders that are damaged, and those that have lost a part of their log', () => {
    const recovering = (promisedIndex: number): Partial<Candidate> => ({
      condition: { kind: 'recovering', promisedIndex, promisedTerm: 4, reason: 'entry 101 is missing' },
      end: {
        index: 100,
        term: 4,
        timeMilliseconds: 0,
        configuration: { voters: ids, votersOutgoing: [], learners: [], members: [] },
      },
    });
    const [, second, third] = losses(folder(1), folder(2, recovering(130)), damaged);
    expect(second).toBe(
      'members/m2 has lost a part of its log (entry 101 is missing). It once held entries up to 130: those after 120 are lost.',
    );
    expect(third).toBe(
      'members/m3 cannot be read (the identity file is damaged): what only it holds is lost.',
    );
    expect(losses(folder(1), folder(2, recovering(110)), folder(3))).toEqual([
      'members/m2 has lost a part of its log (entry 101 is missing). What is left of it ends at entry 100.',
    ]);
  });
});

describe('two folders that end with the same entry', () => {
  it('and hold different states are named: one of them is wrong', () => {
    expect(losses(folder(1), folder(2, { endStateHash: 'other' }), folder(3))).toEqual([
      'members/m2 ends with the same entry as the chosen folder but holds another state: one of them is wrong.',
    ]);
  });
});

describe('the plan', () => {
  it('says of each folder why it was chosen or not', () => {
    const older = folder(2);
    if (older.examination.kind !== 'readable') throw new Error();
    const { end } = older.examination.candidate;
    const why = (...folders: readonly LookedAt[]): readonly string[] =>
      planRecovery('/dir', 'c1', folders).folders.map((planned) => planned.why);
    expect(why(folder(1), folder(2, { end: { ...end, term: 3, index: 900 } }), damaged)).toEqual([
      'the most complete log',
      'its last entry is of an older term',
      'it cannot be read',
    ]);
    expect(why(folder(1), folder(2), folder(3, { end: { ...end, index: 119 } }))).toEqual([
      'no log is more complete',
      'it holds the same',
      'its log is shorter',
    ]);
    expect(why(folder(1, { committedIndex: 118 }), folder(2))).toEqual([
      'it holds the same, but knows less to be committed',
      'no log is more complete',
    ]);
    expect(
      why(folder(1, { identity: { clusterId: 'c9', memberId: 1, name: 'm1', formatVersion: 1 } })),
    ).toEqual(['it is of another cluster']);
  });

  it('begins above every revision that any folder of the cluster knows', () => {
    const foreign = folder(3, {
      revision: 999,
      identity: { clusterId: 'c9', memberId: 3, name: 'm3', formatVersion: 1 },
    });
    expect(
      planRecovery('/dir', 'c1', [folder(1), folder(2, { term: 3, revision: 95 }), foreign]),
    ).toMatchObject({
      highestRevision: 95,
      notNeeded: '2 of 3 voting members are here and intact',
    });
  });
});
