/** Says why what was found cannot be, and shows the operations that it takes to see it. */
import type { Operation } from '../history.js';
import type { Violation } from '../verdict.js';
import type { Observation } from './observations.js';
import type { Transaction } from './transaction.js';
import type { Version, Versions } from './versions.js';

/** A violation with each operation once, in the order of time. */
export function violationOf(
  subject: string,
  explanation: string,
  transactions: readonly (Transaction | undefined)[],
): Violation {
  const operations = new Set(
    transactions.flatMap((transaction): readonly Operation[] =>
      transaction === undefined ? [] : [transaction.operation],
    ),
  );
  return {
    subject,
    explanation,
    operations: [...operations].sort((left, right) => left.invokedNanoseconds - right.invokedNanoseconds),
  };
}

export const show = (value: unknown): string => JSON.stringify(value);

/** Where else the value that was found comes from: another time, another outcome, or nowhere. */
function originOf(
  { found, at }: Observation,
  expected: Version | undefined,
  versions: Versions,
  failed: readonly Transaction[],
): { readonly text: string; readonly writer: Transaction | undefined } {
  const { key, value, modRevision } = found;
  if (value !== null && expected?.value === value) {
    return { text: `written by revision ${modRevision}`, writer: undefined };
  }
  const same = versions.of(key).filter((version) => version.value === value);
  const older = same.filter((version) => version.revision <= at).at(-1);
  if (older !== undefined)
    return { text: `which is as old as revision ${older.revision}`, writer: older.writer };
  const newer = same.find((version) => version.revision > at);
  if (newer !== undefined)
    return { text: `which revision ${newer.revision} is yet to write`, writer: newer.writer };
  const writer = failed.find(({ writes }) => value !== null && writes.get(key) === value);
  if (writer !== undefined) return { text: 'which an operation that failed would have written', writer };
  return { text: value === null ? 'which nobody had deleted' : 'which nobody wrote', writer: undefined };
}

export function strangeValue(
  observation: Observation,
  versions: Versions,
  failed: readonly Transaction[],
): Violation {
  const { observer, found, at } = observation;
  const expected = versions.at(found.key, at);
  const origin = originOf(observation, expected, versions, failed);
  const held =
    expected === undefined
      ? 'nothing was written before'
      : `revision ${expected.revision} had written ${show(expected.value)}`;
  return violationOf(
    `key ${show(found.key)}`,
    `process ${observer.operation.process} found ${show(found.value)} at revision ${at}, ${origin.text}; ${held}`,
    [origin.writer, expected?.writer, observer],
  );
}
