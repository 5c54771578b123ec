/** What is known of one phase when it has ended: what was done when, and what became of the load. */
import type { OpenInterval, SentAndAnswered } from '../lab/open-load.js';
import type { PhaseName } from './phases.js';
import type { Strike } from './strike.js';

export interface PhaseRecord {
  readonly name: PhaseName;
  /** Of a quiet phase: all of it. At least one. */
  readonly strikes: readonly Strike[];
  /** Wall clock. */
  readonly loadFromMilliseconds: number;
  readonly loadToMilliseconds: number;
  readonly intervalMilliseconds: number;
  readonly intervals: readonly OpenInterval[];
  /** In the order of the answers. */
  readonly answers: readonly SentAndAnswered[];
  readonly invalid: string | undefined;
}
