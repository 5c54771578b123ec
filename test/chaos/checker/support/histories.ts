/** Histories written down as a person would tell them. */
import type {
  HistoryCall,
  HistoryValue,
  MicroOperation,
  Operation,
} from '../../../../chaos/checker/index.js';

type Told = readonly [process: number, from: number, to: number | 'unknown' | 'failed', call: HistoryCall];

/** Times in nanoseconds; a fifth element is the revision. */
export function history(...told: readonly (Told | readonly [...Told, number])[]): readonly Operation[] {
  return told.map(([process, invokedNanoseconds, to, call, revision], id): Operation => {
    const base = { id, process, invokedNanoseconds, call };
    switch (to) {
      case 'unknown':
        return { ...base, outcome: { kind: 'unknown' } };
      case 'failed':
        return { ...base, outcome: { kind: 'failed', timeNanoseconds: invokedNanoseconds + 1 } };
      default:
        return {
          ...base,
          outcome: {
            kind: 'ok',
            timeNanoseconds: to,
            ...(revision === undefined ? {} : { revision }),
          },
        };
    }
  });
}

export const read = (value: HistoryValue | readonly HistoryValue[], key = 'k'): HistoryCall => ({
  f: 'read',
  key,
  value,
});
export const write = (value: HistoryValue, key = 'k'): HistoryCall => ({ f: 'write', key, value });
export const cas = (expected: HistoryValue, next: HistoryValue, key = 'k'): HistoryCall => ({
  f: 'cas',
  key,
  expected,
  next,
});
export const append = (value: HistoryValue, key = 'k'): HistoryCall => ({ f: 'append', key, value });
export const add = (value: HistoryValue, key = 'k'): HistoryCall => ({ f: 'add', key, value });

/** `['r', key, value, modRevision?]` and `['w', key, value]`, as in a history's text. */
export function txn(
  ...operations: readonly (
    | readonly ['r', string, HistoryValue, number?]
    | readonly ['w', string, HistoryValue]
  )[]
): HistoryCall {
  return {
    f: 'txn',
    operations: operations.map(([kind, key, value, modRevision]): MicroOperation => {
      if (kind === 'w') return { kind: 'write', key, value };
      return { kind: 'read', key, value, ...(modRevision === undefined ? {} : { modRevision }) };
    }),
  };
}
