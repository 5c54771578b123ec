/** The checks of a run can fail: each is shown what it is there to find. */
import { describe, expect, it } from 'vitest';
import {
  checkWatches,
  gaps,
  type HistoryEvent,
  pairOperations,
  type Stretch,
} from '../../../chaos/checker/index.js';
import { storyProblems } from '../../../chaos/nemesis/check-story.js';
import { difference, divergence } from '../../../chaos/nemesis/converge.js';
import {
  type Change,
  committedOf,
  type MemberStory,
  mergedStory,
  type Story,
  storyDifference,
  stretchesOf,
} from '../../../chaos/nemesis/story.js';
import { watcherHistoryOf } from '../../../chaos/nemesis/watcher-history.js';
import type { WatchedObject, WatchLog, WatchRecord } from '../../../chaos/workload/index.js';
import type { ClusterMemberStatus } from '../../../cluster/index.js';

const change = (revision: number, type: Change['type'], key: string, value: string | null): Change => ({
  kind: 'event',
  type,
  key,
  revision,
  value,
});

const changes: readonly Change[] = [
  change(11, 'ADDED', 'a', 'v1'),
  change(12, 'ADDED', 'b', 'v2'),
  change(14, 'MODIFIED', 'a', 'v3'),
  change(15, 'DELETED', 'b', null),
  change(17, 'MODIFIED', 'a', 'v4'),
];
const run = { from: 10, to: 17 };
const story: Story = { changes, complete: [run] };
const list = (revision: number): WatchRecord => {
  const state = new Map<string, WatchedObject>();
  for (const made of changes.filter((one) => one.revision <= revision)) {
    if (made.value === null) state.delete(made.key);
    else state.set(made.key, made);
  }
  return { kind: 'list', revision, objects: [...state.values()] };
};
const whole: readonly WatchRecord[] = [list(10), ...changes];
const broken: WatchRecord = { kind: 'broken', reason: 'the member died' };

const logOf = (records: readonly WatchRecord[]): WatchLog => ({
  name: 'w',
  records: records.map((record) => ({ ...record, target: 'm1', atMilliseconds: 0 })),
});

/** The first thing wrong with what one watcher saw. */
function watchProblem(
  records: readonly WatchRecord[],
  told: Story,
  { from, to }: Stretch,
): string | undefined {
  const { complete } = told;
  const watchers = [watcherHistoryOf(logOf(records))];
  const { findings } = checkWatches(committedOf(told), watchers, { complete, emptyAt: from, until: to });
  return findings[0]?.message;
}

describe('a watch', () => {
  it('is complete when it saw every change once and in order, through breaks and new lists', () => {
    expect(watchProblem(whole, story, run)).toBeUndefined();
    expect(
      watchProblem([list(12), ...changes.slice(2, 3), broken, ...changes.slice(3)], story, run),
    ).toBeUndefined();
    expect(watchProblem([list(10), changes[0]!, broken, list(15), changes[4]!], story, run)).toBeUndefined();
    expect(watchProblem([...whole, { kind: 'bookmark', revision: 20 }], story, run)).toBeUndefined();
  });

  it.each<[string, readonly WatchRecord[], string]>([
    ['leaves one out', [list(10), changes[0]!, ...changes.slice(2)], 'never saw revision 12: "b" = "v2"'],
    [
      'tells one twice',
      [list(10), changes[0]!, broken, ...changes],
      'saw "a" = "v1" of revision 11 though it asked for revision 12 and later',
    ],
    ['goes back', [list(10), changes[0]!, changes[1]!, changes[0]!], 'saw "a" = "v1" of revision 11 twice'],
    [
      'makes one up',
      [list(10), changes[0]!, changes[1]!, change(13, 'ADDED', 'c', 'v9'), ...changes.slice(2)],
      'saw "c" = "v9" of revision 13, which that revision did not do',
    ],
    [
      'tells a wrong value',
      [list(10), change(11, 'ADDED', 'a', 'v7')],
      'saw "a" = "v7" of revision 11, but that revision made it "v1"',
    ],
    [
      'calls a change by another name',
      [list(10), change(11, 'MODIFIED', 'a', 'v1')],
      'saw "a" = "v1" of revision 11 as MODIFIED, but that was ADDED',
    ],
    [
      'ends early',
      [list(10), changes[0]!],
      'has seen nothing past revision 11, though there were changes up to revision 17',
    ],
    ['sees nothing', [], 'has seen nothing, though there were changes up to revision 17'],
    [
      'passes over a change with a bookmark',
      [list(10), { kind: 'bookmark', revision: 12 }],
      'never saw revision 11',
    ],
    [
      'lists what was not so',
      [{ kind: 'list', revision: 14, objects: [change(11, 'ADDED', 'a', 'v1')] }],
      'a list at revision 14 showed "a" = "v1" of revision 11',
    ],
    [
      'lists too little',
      [{ kind: 'list', revision: 12, objects: [change(11, 'ADDED', 'a', 'v1')] }],
      'a list at revision 12 left out "b"',
    ],
    [
      'lists an older state than it had seen',
      [...whole, list(14)],
      'was listed revision 14 though it stood at revision 17',
    ],
    ['tells before any list', [changes[0]!], 'a batch outside of any watch'],
  ])('is not when it %s', (_, records, message) => {
    expect(watchProblem(records, story, run)).toContain(message);
  });

  it('is told with the member that it came from', () => {
    const { name, records } = logOf([list(10), changes[1]!, changes[2]!]);
    const watcher = watcherHistoryOf({
      name,
      records: records.map((record, index) => ({ ...record, target: `m${index}` })),
    });
    expect(watcher.targetOf({ kind: 'missing', watcher: name, message: '', revision: 11 })).toBe('m1');
    expect(watcher.targetOf({ kind: 'foreign', watcher: name, message: '', step: 3 })).toBe('m2');
    expect(watcher.targetOf({ kind: 'short', watcher: name, message: '', revision: 17 })).toBeUndefined();
  });
});

describe('the stories of two members', () => {
  const told = (from: number, some: readonly Change[]): MemberStory => ({
    member: 'm',
    stretch: { from, to: 17 },
    changes: some,
  });

  it('are the same or differ somewhere', () => {
    expect(storyDifference(told(10, changes), told(10, [...changes]))).toBeUndefined();
    expect(storyDifference(told(10, changes), told(10, changes.slice(0, 4)))).toBe(
      'MODIFIED a at 17 against nothing',
    );
    const other = told(10, [...changes.slice(0, 4), change(16, 'MODIFIED', 'a', 'v4')]);
    expect(storyDifference(told(10, changes), other)).toBe('MODIFIED a at 17 against MODIFIED a at 16');
  });

  it('are compared where both still remember', () => {
    expect(storyDifference(told(10, changes), told(12, changes.slice(2)))).toBeUndefined();
    expect(storyDifference(told(12, changes.slice(3)), told(10, changes))).toBe(
      'DELETED b at 15 against MODIFIED a at 14',
    );
  });
});

describe('the story of a run', () => {
  it('is what members still tell and what watchers saw of the rest', () => {
    const member: MemberStory = { member: 'm1', stretch: { from: 14, to: 17 }, changes: changes.slice(3) };
    const merged = mergedStory([member], [logOf([list(10), ...changes.slice(0, 3)])]);
    expect(merged.changes.map(({ revision }) => revision)).toEqual([11, 12, 14, 15, 17]);
    expect(merged.complete).toEqual([run]);
  });

  it('knows where it has holes: a watcher that had to list anew vouches for nothing in between', () => {
    const records = [list(10), changes[0]!, broken, list(14), changes[3]!, broken, changes[4]!];
    expect(stretchesOf(records)).toEqual([
      { from: 10, to: 11 },
      { from: 14, to: 17 },
    ]);
    const holed = mergedStory([], [logOf(records)]);
    expect(gaps(holed.complete, run)).toEqual([{ from: 11, to: 14 }]);
    expect(gaps(mergedStory([], []).complete, run)).toEqual([run]);
    expect(gaps(story.complete, run)).toEqual([]);
  });

  it("is the members' where one of them remembers, whatever a watcher saw", () => {
    const member: MemberStory = { member: 'm1', stretch: { from: 10, to: 17 }, changes };
    const merged = mergedStory([member], [logOf([list(10), change(13, 'ADDED', 'c', 'v9')])]);
    expect(merged.changes).toEqual(changes);
  });

  it('accuses nobody of what may stand in a hole', () => {
    const holed: Story = { changes: changes.slice(3), complete: [{ from: 14, to: 17 }] };
    const call = { f: 'write', key: 'a', value: 'v1' } as const;
    const operations = pairOperations([
      { process: 1, timeNanoseconds: 1, type: 'invoke', call },
      { process: 1, timeNanoseconds: 2, type: 'ok', call, revision: 11 },
    ]);
    expect(storyProblems(operations, holed)).toEqual([]);
    expect(storyProblems(operations, { ...holed, complete: [run] })).toHaveLength(1);
    const wrongList: WatchRecord = { kind: 'list', revision: 14, objects: [] };
    expect(watchProblem([wrongList, ...changes.slice(3)], holed, run)).toBeUndefined();
  });
});

describe('what clients were told', () => {
  let time = 0;
  const write = (value: string, end: 'ok' | 'fail' | 'info', revision?: number): readonly HistoryEvent[] => {
    const call = { f: 'write', key: 'a', value } as const;
    time += 1;
    const stamp = { process: time, timeNanoseconds: time, call };
    if (end !== 'ok')
      return [
        { ...stamp, type: 'invoke' },
        { ...stamp, type: end },
      ];
    return [
      { ...stamp, type: 'invoke' },
      { ...stamp, type: end, ...(revision === undefined ? {} : { revision }) },
    ];
  };
  const problems = (...events: readonly (readonly HistoryEvent[])[]): readonly string[] =>
    storyProblems(pairOperations(events.flat()), story).map(({ message }) => message);

  it('agrees with the story', () => {
    expect(
      problems(write('v1', 'ok', 11), write('v3', 'info'), write('v8', 'fail'), write('v9', 'info')),
    ).toEqual([]);
  });

  it.each([
    ['lost', write('v8', 'ok', 16), 'acknowledged and never happened'],
    ['refused and done', write('v3', 'fail'), 'was refused (no reason) and happened at 14'],
    ['acknowledged at another revision', write('v3', 'ok', 13), 'acknowledged at 13 and happened at 14'],
  ])('does not when a write was %s', (_, events, message) => {
    expect(problems(events)).toHaveLength(1);
    expect(problems(events)[0]).toContain(message);
  });

  it('counts the elements of lists and sets', () => {
    const lists = [change(21, 'ADDED', 'l', '1'), change(22, 'MODIFIED', 'l', '1,2')];
    const append = (value: number, end: 'ok' | 'fail'): readonly HistoryEvent[] => {
      const call = { f: 'append', key: 'l', value } as const;
      time += 1;
      const stamp = { process: time, timeNanoseconds: time, call };
      return [
        { ...stamp, type: 'invoke' },
        { ...stamp, type: end },
      ];
    };
    const operations = pairOperations([...append(1, 'ok'), ...append(2, 'fail'), ...append(3, 'ok')]);
    const told: Story = { changes: lists, complete: [{ from: 20, to: 22 }] };
    expect(storyProblems(operations, told).map(({ operation }) => operation)).toEqual([1, 2]);
  });
});

describe('members', () => {
  const member = (name: string, appliedIndex: number, stateHash: string): ClusterMemberStatus =>
    ({ name, appliedIndex, stateHash, ready: true, health: 'ok' }) as ClusterMemberStatus;

  it('are equal at one index with one hash, and diverged only with two at one index', () => {
    const equal = [member('m1', 9, 'aa'), member('m2', 9, 'aa')];
    const behind = [member('m1', 9, 'aa'), member('m2', 8, 'bb')];
    const diverged = [member('m1', 9, 'aa'), member('m2', 9, 'bb')];
    expect(difference({ members: equal })).toBeUndefined();
    expect(divergence({ members: equal })).toBeUndefined();
    expect(difference({ members: behind })).toBe('m1 has aa at index 9; m2 has bb at index 8');
    expect(divergence({ members: behind })).toBeUndefined();
    expect(divergence({ members: diverged })).toBe('m1 and m2 differ at index 9: aa and bb');
  });

  it('are not equal while one is not ready', () => {
    const unready = { ...member('m2', 9, 'aa'), ready: false, health: 'no quorum' };
    expect(difference({ members: [member('m1', 9, 'aa'), unready] })).toBe('m2: no quorum');
  });
});
