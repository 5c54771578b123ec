/** The verdict over a run: clean only when every check says so. */
import { describe, expect, it } from 'vitest';
import type { HistoryCall, HistoryEvent } from '../../../chaos/checker/index.js';
import { figuresOf } from '../../../chaos/nemesis/figures.js';
import { type Judgement, judge } from '../../../chaos/nemesis/judge.js';
import { chaosPlan } from '../../../chaos/nemesis/options.js';
import type { Storm } from '../../../chaos/nemesis/storm.js';
import type { Change, MemberStory } from '../../../chaos/nemesis/story.js';
import { verdictText } from '../../../chaos/nemesis/verdict-text.js';
import type { WatchLog, WatchRecord } from '../../../chaos/workload/index.js';

const change = (revision: number, value: string): Change => ({
  kind: 'event',
  type: revision === 11 ? 'ADDED' : 'MODIFIED',
  key: 'register-0',
  revision,
  value,
});
const changes = [change(11, 'v1'), change(12, 'v2')];

const story = (member: string, some: readonly Change[] = changes): MemberStory => ({
  member,
  stretch: { from: 10, to: 12 },
  changes: some,
});

const watch = (...events: readonly Change[]): WatchLog => {
  const list: WatchRecord = { kind: 'list', revision: 10, objects: [] };
  return {
    name: 'watcher 1',
    records: [list, ...events].map((record) => ({ ...record, target: 'm1', atMilliseconds: 0 })),
  };
};

/** One client after the other: each call begins and ends by itself. */
function history(
  ...calls: readonly { readonly call: HistoryCall; readonly revision?: number }[]
): HistoryEvent[] {
  return calls.flatMap(({ call, revision }, index): HistoryEvent[] => {
    const asked: HistoryCall = call.f === 'read' ? { f: 'read', key: call.key, value: null } : call;
    return [
      { process: 0, timeNanoseconds: 10 * index, type: 'invoke', call: asked },
      {
        process: 0,
        timeNanoseconds: 10 * index + 5,
        type: 'ok',
        call,
        ...(revision === undefined ? {} : { revision }),
      },
    ];
  });
}
const key = 'register-0';
const write = (value: string, revision: number): { call: HistoryCall; revision: number } => ({
  call: { f: 'write', key, value },
  revision,
});
const read = (value: string): { call: HistoryCall } => ({ call: { f: 'read', key, value } });

function storm(more: Partial<Storm> = {}): Storm {
  return {
    startMilliseconds: 0,
    stormEndMilliseconds: 100,
    endMilliseconds: 200,
    events: history(write('v1', 11), read('v1'), write('v2', 12), read('v2')),
    operations: [],
    faults: [],
    observations: [],
    watches: [watch(...changes)],
    convergence: { kind: 'equal', appliedIndex: 9, stateHash: 'ab'.repeat(16), milliseconds: 5 },
    stories: [story('m1'), story('m2')],
    firstRevision: 10,
    lastRevision: 12,
    stuck: [],
    ...more,
  };
}

const titles = ({ violations }: Judgement): readonly string[] => violations.map(({ title }) => title);

describe('the verdict', () => {
  it('is clean when every answer is explained, every watch complete and all members equal', () => {
    expect(judge(storm())).toMatchObject({
      verdict: 'clean',
      violations: [],
      undecided: [],
      checkedKeys: 1,
      checkedOperations: 4,
      checkedWatchEvents: 2,
    });
  });

  it('is a violation when a read was stale, and names the operations', () => {
    const judgement = judge(storm({ events: history(write('v1', 11), write('v2', 12), read('v1')) }));
    expect(judgement.verdict).toBe('violation');
    expect(titles(judgement)).toEqual(['not linearizable: key "register-0"']);
    expect(judgement.violations[0]?.operations).toContain(2);
  });

  it('is a violation when a transaction found what was not there at its revision', () => {
    const put = (value: string): HistoryCall => ({
      f: 'txn',
      operations: [{ kind: 'write', key: 'k', value }],
    });
    const found = (value: string): HistoryCall => ({
      f: 'txn',
      operations: [{ kind: 'read', key: 'k', value }],
    });
    const events: HistoryEvent[] = [];
    const calls = [
      { call: put('a'), revision: 11 },
      { call: put('b'), revision: 12 },
      { call: found('a'), revision: 12 },
    ];
    for (const [index, { call, revision }] of calls.entries()) {
      const asked: HistoryCall =
        index === 2 ? { f: 'txn', operations: [{ kind: 'read', key: 'k', value: null }] } : call;
      events.push({ process: 0, timeNanoseconds: 10 * index, type: 'invoke', call: asked });
      events.push({ process: 0, timeNanoseconds: 10 * index + 5, type: 'ok', call, revision });
    }
    const told = [
      { ...change(11, 'a'), key: 'k' },
      { ...change(12, 'b'), key: 'k' },
    ];
    const judgement = judge(storm({ events, stories: [story('m1', told)], watches: [watch(...told)] }));
    expect(judgement.verdict).toBe('violation');
    expect(titles(judgement)[0]).toMatch(/^not linearizable/);
  });

  it.each<[string, Partial<Storm>, string]>([
    [
      'members diverged while it ran',
      {
        observations: [
          { atMilliseconds: 1, leader: 'm1', term: 1, ready: [], members: [], diverged: 'm1 and m2' },
        ],
      },
      'members diverged',
    ],
    [
      'members did not become equal',
      { convergence: { kind: 'not-equal', reason: 'm1: no quorum' } },
      'members did not become equal',
    ],
    [
      'members remember different things',
      { stories: [story('m1'), story('m2', [change(11, 'v1'), change(12, 'v9')])] },
      'members remember different histories',
    ],
    [
      'an acknowledged write is lost',
      { events: history(write('v1', 11), write('v7', 12)) },
      'a client was told what did not happen',
    ],
    ['a watcher missed a change', { watches: [watch(change(12, 'v2'))] }, 'watcher 1 was not complete'],
    ['it did not recover', { stuck: ['no write was acknowledged'] }, 'the cluster did not recover'],
  ])('is a violation when %s', (_, more, title) => {
    const judgement = judge(storm(more));
    expect(judgement.verdict).toBe('violation');
    expect(titles(judgement)).toContain(title);
  });

  it('is undecided, never clean, when history was forgotten before anybody read it', () => {
    const late = { member: 'm1', stretch: { from: 11, to: 12 }, changes: changes.slice(1) };
    const judgement = judge(storm({ stories: [late], watches: [] }));
    expect(judgement.verdict).toBe('undecided');
    expect(judgement.undecided).toEqual([
      'what happened after revision 10 up to 11 was compacted before anybody read it',
    ]);
  });

  it('is told with the figures, and with what was found', () => {
    const stormy = storm({ stuck: ['no write was acknowledged in 60 s after every fault was ended'] });
    const text = verdictText(
      chaosPlan({ seed: 7 }, () => 0),
      stormy,
      figuresOf([]),
      judge(stormy),
    );
    expect(text).toContain('run          5 members, partition,kill,pause,clock,link for 60.00 s, seed 7');
    expect(text).toContain('no write was acknowledged in 60 s');
    expect(text).toMatch(/VIOLATION: 1 finding\n$/);
    const clean = storm();
    expect(
      verdictText(
        chaosPlan({ seed: 7 }, () => 0),
        clean,
        figuresOf([]),
        judge(clean),
      ),
    ).toMatch(/\nclean: linearizable, watches complete, members equal, nothing lost\n$/);
  });
});
