/** Operations and verdicts as text that a person can follow. */
import { textTable } from '../../platform/index.js';
import type { HistoryCall, HistoryValue, Operation } from './history.js';
import type { Verdict, Violation } from './verdict.js';

const barColumns = 36;
const maxListElements = 12;
/** One fault often shows in many places. */
const maxShown = 5;

function valueText(value: HistoryValue | readonly HistoryValue[]): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const shown = value.slice(-maxListElements).map((element) => JSON.stringify(element));
  return `[${[...(value.length > maxListElements ? [`${value.length - maxListElements} more`] : []), ...shown].join(', ')}]`;
}

/** `write 3`, `cas 1 → 2`; a read's answer is not part of it. */
export function callText(call: HistoryCall): string {
  switch (call.f) {
    case 'read':
      return 'read';
    case 'write':
    case 'append':
    case 'add':
      return `${call.f} ${valueText(call.value)}`;
    case 'cas':
      return `cas ${valueText(call.expected)} → ${valueText(call.next)}`;
    case 'txn':
      return `txn ${call.operations
        .map((operation) =>
          operation.kind === 'read'
            ? `read ${operation.key}`
            : `write ${operation.key} = ${valueText(operation.value)}`,
        )
        .join(', ')}`;
  }
}

function foundText(call: HistoryCall): string {
  switch (call.f) {
    case 'read':
      return valueText(call.value);
    case 'txn': {
      const found = call.operations.flatMap((operation) =>
        operation.kind === 'read' ? [`${operation.key} = ${valueText(operation.value)}`] : [],
      );
      return found.length === 0 ? 'ok' : found.join(', ');
    }
    case 'write':
    case 'cas':
    case 'append':
    case 'add':
      return 'ok';
  }
}

/** What the client was told. */
export function answerText({ call, outcome }: Operation): string {
  switch (outcome.kind) {
    case 'ok': {
      const revision = outcome.revision === undefined ? '' : ` (revision ${outcome.revision})`;
      return `${foundText(call)}${revision}`;
    }
    case 'failed':
      return `failed${outcome.error === undefined ? '' : `: ${outcome.error}`}`;
    case 'unknown':
      return outcome.error === undefined ? 'unknown' : `unknown: ${outcome.error}`;
  }
}

interface Unit {
  readonly name: string;
  readonly nanoseconds: number;
  readonly digits: number;
}

function unitFor(spanNanoseconds: number): Unit {
  if (spanNanoseconds < 10_000) return { name: 'ns', nanoseconds: 1, digits: 0 };
  if (spanNanoseconds < 10_000_000) return { name: 'µs', nanoseconds: 1_000, digits: 1 };
  return { name: 'ms', nanoseconds: 1_000_000, digits: 3 };
}

/** An unknown outcome has no end: it may take effect at any time. */
const endOf = ({ outcome }: Operation): number | undefined =>
  outcome.kind === 'unknown' ? undefined : outcome.timeNanoseconds;

/** `├───┤` over the order of times, not their distance, so that overlaps show. */
function bars(operations: readonly Operation[]): (operation: Operation) => string {
  const times = [
    ...new Set(
      operations.flatMap((operation) => [operation.invokedNanoseconds, endOf(operation) ?? []].flat()),
    ),
  ].sort((left, right) => left - right);
  const scale = Math.min(3, barColumns / Math.max(1, times.length));
  const column = new Map(times.map((time, index) => [time, Math.floor(index * scale)]));
  const width = Math.floor(times.length * scale);
  return (operation) => {
    const from = column.get(operation.invokedNanoseconds) ?? 0;
    const end = endOf(operation);
    const to = end === undefined ? width : (column.get(end) ?? width);
    const line = '─'.repeat(Math.max(0, to - from - 1));
    return `${' '.repeat(from)}├${line}${end === undefined ? '┄' : '┤'}`;
  };
}

/** A table of operations in the order of their beginnings. */
export function operationsText(operations: readonly Operation[]): string {
  const ordered = [...operations].sort((left, right) => left.invokedNanoseconds - right.invokedNanoseconds);
  const first = ordered[0]?.invokedNanoseconds ?? 0;
  const last = Math.max(
    first,
    ...ordered.map((operation) => endOf(operation) ?? operation.invokedNanoseconds),
  );
  const unit = unitFor(last - first);
  const time = (nanoseconds: number | undefined): string =>
    nanoseconds === undefined ? '-' : (nanoseconds / unit.nanoseconds).toFixed(unit.digits);
  const bar = bars(ordered);
  const withKey = new Set(ordered.map(({ call }) => (call.f === 'txn' ? undefined : call.key))).size > 1;
  return textTable(
    [
      ['PROCESS', `FROM (${unit.name})`, `TO (${unit.name})`, 'OPERATION', 'ANSWER', ''],
      ...ordered.map((operation) => {
        const { call } = operation;
        const key = withKey && call.f !== 'txn' ? ` (${call.key})` : '';
        return [
          String(operation.process),
          time(operation.invokedNanoseconds),
          time(endOf(operation)),
          `${callText(call)}${key}`,
          answerText(operation),
          bar(operation),
        ];
      }),
    ],
    '  ',
  );
}

export function violationText({ subject, explanation, operations }: Violation): string {
  const lines = operationsText(operations)
    .split('\n')
    .map((line) => `  ${line}`);
  return [`${subject}: ${explanation}`, '', ...lines].join('\n');
}

function more(count: number, what: string): readonly string[] {
  return count > maxShown ? [`\nand ${count - maxShown} more ${what}`] : [];
}

export function verdictText(verdict: Verdict): string {
  const size = `${verdict.operations} operations on ${verdict.keys} keys`;
  switch (verdict.kind) {
    case 'linearizable':
      return `linearizable: ${size}`;
    case 'undecided':
      return [
        `undecided: ${size}`,
        ...verdict.undecided.slice(0, maxShown).map(({ subject, reason }) => `${subject}: ${reason}`),
        ...more(verdict.undecided.length, 'undecided'),
      ].join('\n');
    case 'violation':
      return [
        `not linearizable: ${size}`,
        ...verdict.violations.slice(0, maxShown).map((violation) => `\n${violationText(violation)}`),
        ...more(verdict.violations.length, 'violations'),
        ...verdict.undecided
          .slice(0, maxShown)
          .map(({ subject, reason }) => `\nundecided besides: ${subject}: ${reason}`),
      ].join('\n');
  }
}
