import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CommittedRevision,
  checkWatches,
  type WatchedEvent,
  type WatcherHistory,
  type WatcherStep,
  watchVerdictText,
} from '../../../../chaos/checker/index.js';
import { type Random, seededRandom } from '../../../../platform/index.js';

const event = (revision: number, key: string, value: string | null = `${key}${revision}`): WatchedEvent => ({
  key,
  value,
  revision,
});
/** A batch that says up to where it is complete: up to its last event unless told otherwise. */
const batch = (
  events: readonly WatchedEvent[],
  completeRevision = events.at(-1)?.revision ?? 0,
): WatcherStep => ({
  kind: 'batch',
  events,
  completeRevision,
});
/** Events one by one, as an HTTP watch has them: nothing is said about completeness. */
const untold = (...events: readonly WatchedEvent[]): readonly WatcherStep[] =>
  events.map((one) => ({ kind: 'batch', events: [one] }));
const start = (startRevision?: number): WatcherStep => ({
  kind: 'start',
  ...(startRevision === undefined ? {} : { startRevision }),
});

/** Revisions 1 to 4; the third is a transaction over two keys, the fourth deletes. */
const committed: readonly CommittedRevision[] = [
  { revision: 1, events: [{ key: 'a', value: 'a1' }] },
  { revision: 2, events: [{ key: 'b', value: 'b2' }] },
  {
    revision: 3,
    events: [
      { key: 'a', value: 'a3' },
      { key: 'b', value: 'b3' },
    ],
  },
  { revision: 4, events: [{ key: 'a', value: null }] },
];
const [one, two, threeA, threeB, four] = [
  event(1, 'a'),
  event(2, 'b'),
  event(3, 'a'),
  event(3, 'b'),
  event(4, 'a', null),
];

function findings(
  steps: readonly WatcherStep[],
  watches?: (key: string) => boolean,
): readonly (readonly unknown[])[] {
  const watcher: WatcherHistory = { name: 'w', steps, ...(watches === undefined ? {} : { watches }) };
  return checkWatches(committed, [watcher]).findings.map(({ kind, step, revision }) => [
    kind,
    step,
    revision,
  ]);
}

describe('a watch', () => {
  it.each<readonly [string, readonly WatcherStep[]]>([
    ['in one batch', [start(1), batch([one, two, threeA, threeB, four])]],
    ['in many', [start(1), batch([one]), batch([two]), batch([threeA, threeB]), batch([four])]],
    ['from the middle', [start(3), batch([threeA, threeB, four])]],
    ['from now on', [start(), batch([threeA, threeB]), batch([four])]],
    ['up to a point', [start(1), batch([one, two])]],
    ['with bookmarks', [start(1), batch([one], 1), batch([], 1), batch([two], 2), batch([], 2)]],
    ['that never said anything', [start(1)]],
    ['one by one', [start(1), ...untold(one, two, threeA, threeB, four)]],
    ['one by one, cut in the middle of a revision', [start(1), ...untold(one, two, threeA)]],
    ['resumed', [start(1), batch([one, two]), { kind: 'end' }, start(3), batch([threeA, threeB, four])]],
    [
      'resumed from what it had seen',
      [start(1), batch([one, two]), start(2), batch([two, threeA, threeB, four])],
    ],
    [
      'started anew after a compaction',
      [start(1), batch([one]), { kind: 'end', compacted: true }, start(4), batch([four])],
    ],
  ])('is complete %s', (_, steps) => {
    expect(findings(steps)).toEqual([]);
  });

  it('need not see keys that it does not watch', () => {
    const onlyA = (key: string): boolean => key === 'a';
    expect(findings([start(1), batch([one, threeA, four])], onlyA)).toEqual([]);
    expect(findings([start(1), batch([one], 2), batch([four], 4)], onlyA)).toEqual([
      ['missing', undefined, 3],
    ]);
    expect(findings([start(1), batch([one, two], 2)], onlyA)).toEqual([['foreign', 1, 2]]);
  });

  it.each<readonly [string, readonly WatcherStep[], readonly (readonly unknown[])[]]>([
    ['ordered', [start(1), batch([one, threeA, threeB, two, four])], [['out-of-order', 1, 2]]],
    [
      'ordered: nothing comes into the middle of a revision',
      [start(1), batch([one, two, threeA, four, threeB], 4)],
      [['out-of-order', 1, 3]],
    ],
    ['unique', [start(1), batch([one, two]), batch([two, threeA, threeB])], [['duplicate', 2, 2]]],
    ['atomic: a revision is whole', [start(1), batch([one, two, threeA, four])], [['partial', undefined, 3]]],
    [
      'atomic: a revision comes at once',
      [start(1), batch([one, two, threeA], 3), batch([threeB, four])],
      [['split', 2, 3]],
    ],
    ['complete', [start(1), batch([one, threeA, threeB])], [['missing', undefined, 2]]],
    ['complete to the bookmark', [start(1), batch([one]), batch([], 2)], [['missing', undefined, 2]]],
    ['complete from its start', [start(1), batch([two, threeA, threeB])], [['missing', undefined, 1]]],
    [
      'never ahead of its events',
      [start(1), batch([one], 2), batch([two, threeA, threeB])],
      [['ahead', 2, 2]],
    ],
    ['never told less than before', [start(1), batch([one, two]), batch([], 1)], [['back', 2, 1]]],
    ['never told less than it came with', [start(1), batch([one, two], 1)], [['back', 1, 1]]],
    ['true', [start(1), batch([event(1, 'a', 'other'), two])], [['foreign', 1, 1]]],
    ['true about keys', [start(1), batch([one, event(1, 'c')])], [['foreign', 1, 1]]],
    ['not earlier than asked', [start(2), batch([one, two])], [['early', 1, 1]]],
    [
      'resumed where it stood',
      [start(1), batch([one]), { kind: 'end' }, start(3), batch([threeA, threeB])],
      [['gap', 3, 3]],
    ],
    [
      'resumed without a loss',
      [start(1), batch([one]), { kind: 'end' }, start(2), batch([threeA, threeB])],
      [['missing', undefined, 2]],
    ],
    [
      'not resumed behind the half of a revision',
      [start(1), ...untold(one, two, threeA), start(4), ...untold(four)],
      [['partial', undefined, 3]],
    ],
    ['something that begins', [batch([one])], [['malformed', 0, undefined]]],
    ['something that ends', [start(1), { kind: 'end' }, batch([one])], [['malformed', 2, undefined]]],
  ])('is %s', (_, steps, expected) => {
    expect(findings(steps)).toEqual(expected);
  });

  it('that nobody acknowledged is held to what other watchers saw', () => {
    const whole: WatcherHistory = { name: 'w1', steps: [start(5), batch([event(5, 'a'), event(5, 'b')])] };
    const part: WatcherHistory = { name: 'w2', steps: [start(5), batch([event(5, 'a')])] };
    const other: WatcherHistory = {
      name: 'w3',
      steps: [start(5), batch([event(5, 'a', 'x'), event(5, 'b')])],
    };
    const verdict = checkWatches([], [whole, part, other]);
    expect(watchVerdictText(verdict)).toBe(
      [
        'watches wrong: 3 watchers, 5 events',
        'watcher w2: saw only a part of revision 5, without "b" = "b5" [partial]',
        'watcher w3 (step 1): saw "a" = "x" of revision 5, but that revision made it "a5" [foreign]',
      ].join('\n'),
    );
    expect(watchVerdictText(checkWatches([], [whole]))).toBe('watches complete: 1 watchers, 2 events');
  });
});

describe('a list', () => {
  const object = (key: string, revision: number): WatchedEvent => event(revision, key);
  const list = (revision: number, ...objects: readonly WatchedEvent[]): WatcherStep => ({
    kind: 'list',
    revision,
    objects,
  });
  const whole = [{ from: 0, to: 4 }];
  const kinds = (steps: readonly WatcherStep[], complete = whole): readonly string[] =>
    checkWatches(committed, [{ name: 'w', steps }], { complete, emptyAt: 0 }).findings.map(
      ({ kind }) => kind,
    );

  it('begins a watch, and a new one wherever the last ended', () => {
    expect(kinds([list(2, object('a', 1), object('b', 2)), start(3), batch([threeA, threeB])])).toEqual([]);
    expect(kinds([list(1, object('a', 1)), start(2), { kind: 'end' }, list(4, object('b', 3))])).toEqual([]);
  });

  it('shows what there was, all of it', () => {
    expect(kinds([list(2, object('a', 1))])).toEqual(['wrong-list']);
    expect(kinds([list(4, object('a', 3), object('b', 3))])).toEqual(['wrong-list']);
    expect(kinds([list(3, object('a', 3), object('b', 2))])).toEqual(['wrong-list']);
  });

  it('accuses nobody where a change may be unknown', () => {
    expect(kinds([list(2, object('a', 1))], [{ from: 1, to: 4 }])).toEqual([]);
  });

  it('never goes back, and is no watch', () => {
    expect(kinds([start(1), batch([one, two], 2), list(1, object('a', 1))])).toEqual(['back']);
    expect(kinds([list(3, object('a', 3), object('b', 3)), batch([four])])).toEqual(['malformed']);
  });
});

describe('where everything is known', () => {
  it('what nobody did is not believed, though a watcher tells it', () => {
    const steps = [start(5), batch([event(5, 'a')])];
    expect(checkWatches(committed, [{ name: 'w', steps }]).findings).toEqual([]);
    const { findings } = checkWatches(committed, [{ name: 'w', steps }], { complete: [{ from: 0, to: 5 }] });
    expect(findings.map(({ kind }) => kind)).toEqual(['foreign']);
  });
});

/** A committed history and a watcher that sees it as it should, through several watches. */
function faithful(random: Random): {
  readonly revisions: CommittedRevision[];
  readonly steps: WatcherStep[];
} {
  const revisions: CommittedRevision[] = [];
  for (let revision = 1; revisions.length < 20; revision += random.integer(1, 3)) {
    const keys = ['a', 'b', 'c'].filter(() => random.float() < 0.5);
    const events = (keys.length === 0 ? ['a'] : keys).map((key) => ({ key, value: `${key}${revision}` }));
    revisions.push({ revision, events });
  }
  const steps: WatcherStep[] = [start(1)];
  for (let next = 0; next < revisions.length; ) {
    const size = random.integer(0, 4);
    const part = revisions.slice(next, next + size);
    next += size;
    const events = part.flatMap(({ revision, events: some }) => some.map((one) => ({ ...one, revision })));
    const reached = revisions[Math.min(next, revisions.length) - 1]?.revision ?? 0;
    steps.push(batch(events, reached));
    if (random.float() < 0.2) steps.push({ kind: 'end' }, start(reached + 1));
  }
  return { revisions, steps };
}

/** Replaces the events of one random batch that has some. */
function changeBatch(
  steps: readonly WatcherStep[],
  random: Random,
  change: (events: readonly WatchedEvent[]) => readonly WatchedEvent[],
): readonly WatcherStep[] {
  const full = steps.flatMap((step, index) =>
    step.kind === 'batch' && step.events.length > 0 ? [index] : [],
  );
  const index = full[random.integer(0, full.length)];
  return steps.map((step, other) =>
    other === index && step.kind === 'batch' ? { ...step, events: change(step.events) } : step,
  );
}

describe('watchers drawn at random', () => {
  const changes: Readonly<Record<string, (events: readonly WatchedEvent[]) => readonly WatchedEvent[]>> = {
    'a lost event': (events) => events.slice(1),
    'an event seen twice': (events) => [...events, ...events.slice(-1)],
    'an event of a strange value': ([first, ...rest]) =>
      first === undefined ? rest : [{ ...first, value: 'strange' }, ...rest],
    'an event of another revision': ([first, ...rest]) =>
      first === undefined ? rest : [{ ...first, revision: first.revision + 1_000 }, ...rest],
    'an event too many': (events) => [...events, { ...events.at(-1)!, key: 'z' }],
  };

  it('are accepted when they saw everything, and each lie is found', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.constantFrom(...Object.keys(changes)), (seed, name) => {
        const random = seededRandom(seed);
        const { revisions, steps } = faithful(random);
        expect(checkWatches(revisions, [{ name: 'w', steps }]).findings).toEqual([]);
        const change = changes[name] ?? ((events: readonly WatchedEvent[]) => events);
        const changed = changeBatch(steps, random, change);
        expect(checkWatches(revisions, [{ name: 'w', steps: changed }]).kind).toBe('violation');
      }),
      { numRuns: 500 },
    );
  });
});
