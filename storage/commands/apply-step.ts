/** How the application of a command ends: it is planned first, reading what it needs, and takes place at once. */
import type { AppliedChange } from '../mvcc/state.js';
import type { ApplyRefusal, ApplyResult } from './result.js';

export interface Applied {
  readonly result: ApplyResult;
  /** Of the one revision that was written, when one was. */
  readonly changes: readonly AppliedChange[];
}

/** Changes the state, at once; called in the same turn as the `commit` of its entry. */
export type ApplyStep = () => Applied;

export function answer(result: ApplyResult): Applied {
  return { result, changes: [] };
}

export function refuse(refusal: ApplyRefusal): ApplyStep {
  const answered = answer({ kind: 'refused', refusal });
  return () => answered;
}
