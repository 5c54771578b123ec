/** The page of a run stands alone, tells every fault, and cannot be broken by what it tells. */
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../chaos/nemesis/figures.js';
import type { Judgement } from '../../../../chaos/nemesis/judge.js';
import type { FaultRecord } from '../../../../chaos/nemesis/nemesis.js';
import { chaosPlan } from '../../../../chaos/nemesis/options.js';
import { nemesisNames } from '../../../../chaos/nemesis/plan.js';
import type { ReportData, ReportInput } from '../../../../chaos/nemesis/report/report-data.js';
import { reportHtml } from '../../../../chaos/nemesis/report/report-html.js';
import { reportScript } from '../../../../chaos/nemesis/report/report-script.js';
import type { Storm } from '../../../../chaos/nemesis/storm.js';
import type { OperationRecord } from '../../../../chaos/workload/index.js';

const operation = (index: number, ending: OperationRecord['ending'], error?: string): OperationRecord => ({
  client: index % 3,
  workload: 'register',
  f: 'write',
  subject: `register-${index % 2}`,
  isRead: false,
  target: 'm1',
  startMilliseconds: 1_000 + 10 * index,
  endMilliseconds: ending === undefined ? undefined : 1_005 + 10 * index,
  ending,
  error,
  surprising: false,
});

const faults: readonly FaultRecord[] = nemesisNames.map((nemesis, index) => ({
  nemesis,
  text: `what ${nemesis} did`,
  members: nemesis === 'member' ? [] : ['m2'],
  startMilliseconds: 1_100 + index,
  endMilliseconds: index === 0 ? undefined : 1_200 + index,
  trouble: nemesis === 'kill' ? 'it would not <die>' : undefined,
}));

const hostile = '</script><script>alert(1)</script>';

function input(violations: Judgement['violations']): ReportInput {
  const operations = [
    operation(0, 'ok'),
    operation(1, 'fail', hostile),
    operation(2, 'info', 'unknown: no answer'),
    operation(3, undefined),
  ];
  const storm: Storm = {
    startMilliseconds: 1_000,
    stormEndMilliseconds: 1_500,
    endMilliseconds: 2_000,
    events: [],
    operations,
    faults,
    observations: [
      {
        atMilliseconds: 1_000,
        leader: 'm2',
        term: 3,
        ready: ['m1'],
        members: ['m10', 'm2', 'm1'],
        diverged: undefined,
      },
    ],
    watches: [],
    convergence: { kind: 'equal', appliedIndex: 9, stateHash: 'ab'.repeat(16), milliseconds: 1 },
    stories: [],
    firstRevision: 1,
    lastRevision: 5,
    stuck: [],
  };
  return {
    plan: chaosPlan({ seed: 7, nemeses: nemesisNames }, () => 0),
    storm,
    figures: figuresOf(operations),
    judgement: {
      verdict: violations.length > 0 ? 'violation' : 'clean',
      violations,
      undecided: [],
      checkedKeys: 2,
      checkedOperations: 4,
      checkedWatchEvents: 0,
    },
    wallMilliseconds: Date.UTC(2026, 0, 2),
  };
}

function dataOf(page: string): ReportData {
  const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
  return JSON.parse(json) as ReportData;
}

describe('the page of a run', () => {
  it('needs nothing from anywhere', () => {
    const page = reportHtml(input([]));
    expect(page).not.toMatch(/https?:\/\//);
    expect(page).not.toMatch(/\b(src|href)\s*=/);
    expect(page).not.toMatch(/@import|url\(|fetch\(|XMLHttpRequest|import\(/);
  });

  it('tells every fault, in its table and in its timeline, also what did not go as planned', () => {
    const page = reportHtml(input([]));
    for (const { text } of faults) expect(page).toContain(`<td>${text}</td>`);
    expect(page).toContain('it would not &lt;die&gt;');
    const drawn = dataOf(page).faults;
    expect(drawn.map(({ text }) => text)).toEqual(faults.map(({ text }) => text));
    // What its own nemesis did not end, the final heal did.
    expect(drawn[0]).toMatchObject({ start: 100, end: 500 });
  });

  it('has every operation, in the order of the history', () => {
    const { operations, words } = dataOf(reportHtml(input([])));
    expect(operations.map(([, , , ending]) => ending)).toEqual([0, 1, 2, 2]);
    expect(operations.map(([, start, length]) => [start, length])).toEqual([
      [0, 5],
      [10, 5],
      [20, 5],
      [30, -1],
    ]);
    expect(operations.map((row) => words[row[5]])).toEqual([
      'register-0',
      'register-1',
      'register-0',
      'register-1',
    ]);
  });

  it('cannot be broken out of by an answer', () => {
    const page = reportHtml(input([{ title: hostile, text: hostile, operations: [1] }]));
    expect(page).not.toContain('<script>alert');
    expect(dataOf(page).words).toContain(hostile);
  });

  it('shows the verdict, and each finding with what it is about', () => {
    expect(reportHtml(input([]))).toContain('<p class="verdict clean">');
    const page = reportHtml(
      input([{ title: 'not linearizable', text: 'read 3, then 2', operations: [0, 2] }]),
    );
    expect(page).toContain('<p class="verdict violation">VIOLATION: 1 finding</p>');
    expect(page).toContain('<button data-violation="0">');
    expect(dataOf(page).violations[0]?.operations).toEqual([0, 2]);
  });

  it('lists members in the order of their numbers', () => {
    expect(dataOf(reportHtml(input([]))).members).toEqual(['m1', 'm2', 'm10']);
  });

  it('has a script that a browser can read', () => {
    expect(() => new Script(reportScript)).not.toThrow();
  });
});
