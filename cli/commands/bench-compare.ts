/** `kuorum bench compare BEFORE AFTER`: what changed beyond noise? */
import type { CompareOutcome } from '../../bench/index.js';
import type { Judged } from '../judging.js';

export interface BenchCompareOptions {
  readonly failOnRegression: boolean;
}

const judged: Readonly<Record<CompareOutcome, Judged>> = {
  clean: 'clean',
  regression: 'violation',
  undecided: 'undecided',
};

export async function benchCompare(
  before: string,
  after: string,
  { failOnRegression }: BenchCompareOptions,
): Promise<Judged> {
  const { runCompare } = await import('../../bench/index.js');
  return judged[await runCompare({ paths: [before, after], failOnRegression })];
}
