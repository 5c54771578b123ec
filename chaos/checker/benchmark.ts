/** What checking costs: simulated histories of each model, checked, with the time and the memory it took. */
import type { Random } from '../../platform/index.js';
import { checkLinearizability } from './linearizability.js';
import type { ModelName } from './model.js';
import { simulatedHistory } from './simulated-history.js';
import type { Verdict } from './verdict.js';

export interface CheckerBenchmarkOptions {
  readonly operations: number;
  readonly clients: number;
  readonly operationsPerKey: number;
  /** In [0, 1]. */
  readonly unknownShare: number;
  readonly random: Random;
  readonly nowMilliseconds: () => number;
  readonly residentBytes: () => number;
  readonly onResult?: (result: CheckerBenchmarkResult) => void;
}

export interface CheckerBenchmarkResult {
  readonly model: ModelName;
  /** How many different values were written; undefined: each write had its own. */
  readonly distinctValues: number | undefined;
  readonly verdict: Verdict['kind'];
  readonly operations: number;
  readonly milliseconds: number;
  /** Of the whole process, just after. */
  readonly residentBytes: number;
}

const cases: readonly { readonly model: ModelName; readonly distinctValues: number | undefined }[] = [
  { model: 'register', distinctValues: undefined },
  { model: 'register', distinctValues: 5 },
  { model: 'register', distinctValues: 20 },
  { model: 'cas', distinctValues: undefined },
  { model: 'cas', distinctValues: 5 },
  { model: 'append', distinctValues: undefined },
  { model: 'set', distinctValues: undefined },
];

/** Only the checking is timed, not the making of the history. */
export function benchmarkChecker(options: CheckerBenchmarkOptions): readonly CheckerBenchmarkResult[] {
  return cases.map(({ model, distinctValues }) => {
    const history = simulatedHistory({
      ...options,
      model,
      ...(distinctValues === undefined ? {} : { distinctValues }),
    });
    const begun = options.nowMilliseconds();
    const { kind } = checkLinearizability(history, { model });
    const result = {
      model,
      distinctValues,
      verdict: kind,
      operations: history.length,
      milliseconds: options.nowMilliseconds() - begun,
      residentBytes: options.residentBytes(),
    };
    options.onResult?.(result);
    return result;
  });
}
