/** `kuorum simulate`: whole clusters in one process, seed after seed, with every invariant watched. */
import type { FaultKind, SeedResult, SimulationOptions } from '../../chaos/index.js';
import { UserError } from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { progressText, summaryText, violationText } from '../simulation-text.js';

export interface SimulateOptions {
  readonly seeds: number;
  readonly firstSeed: number;
  readonly seed?: number;
  readonly trace: boolean;
  readonly members: readonly number[];
  readonly duration: number;
  readonly jobs: number;
  /** Empty: as each seed draws them. */
  readonly faults: readonly string[];
}

const CLEAR_LINE = '\r\u001b[2K';

export async function simulate(options: SimulateOptions): Promise<void> {
  const { members, duration } = options;
  const faults = await chosenFaults(options.faults);
  const each = { members, durationMilliseconds: duration, ...(faults.length === 0 ? {} : { faults }) };
  if (options.trace) await trace({ ...each, seed: options.seed ?? options.firstSeed }, options);
  else await many(each, options);
}

async function chosenFaults(names: readonly string[]): Promise<readonly FaultKind[]> {
  const { faultKinds } = await import('../../chaos/index.js');
  return names.map((name) => {
    const kind = faultKinds.find((known) => known === name);
    if (kind === undefined) throw new UserError(`there is no fault ${name}: take ${faultKinds.join(', ')}`);
    return kind;
  });
}

/** How the seed is asked for again, with all that took part in drawing its life. */
function replayCommand(seed: number, options: SimulateOptions): string {
  const { members, duration, faults } = options;
  const only = faults.length === 0 ? '' : ` --faults ${faults.join(',')}`;
  return `kuorum simulate --seed ${seed} --members ${members.join(',')} --duration ${duration / 1_000}s${only} --trace`;
}

async function trace(request: Omit<SimulationOptions, 'onLine'>, options: SimulateOptions): Promise<void> {
  const chaos = await import('../../chaos/index.js');
  const result = await chaos.simulate({
    ...request,
    onLine: (line) => {
      process.stdout.write(`${line}\n`);
    },
  });
  process.stdout.write(`trace hash ${result.traceHash}\n`);
  if (result.kind === 'clean') return;
  process.stdout.write(violationText(result, replayCommand(result.seed, options)));
  process.exitCode = 1;
}

async function many(
  each: Omit<SimulationOptions, 'seed' | 'onLine'>,
  options: SimulateOptions,
): Promise<void> {
  const chaos = await import('../../chaos/index.js');
  const clock = systemClock();
  const began = clock.monotonicMilliseconds();
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort());
  const firstSeed = options.seed ?? options.firstSeed;
  const seeds = options.seed === undefined ? options.seeds : 1;
  const isTerminal = process.stderr.isTTY;
  let done = 0;
  let virtualMilliseconds = 0;
  const violations: SeedResult[] = [];
  const results = await chaos.simulateMany({
    firstSeed,
    seeds,
    jobs: options.jobs,
    each,
    signal: interrupted.signal,
    onResult: (result) => {
      done += 1;
      virtualMilliseconds += result.virtualMilliseconds;
      if (isTerminal) process.stderr.write(CLEAR_LINE);
      if (result.kind === 'violation') {
        process.stdout.write(violationText(result, replayCommand(result.seed, options)));
        violations.push(result);
      }
      const speed = virtualMilliseconds / Math.max(1, clock.monotonicMilliseconds() - began);
      if (isTerminal) process.stderr.write(progressText(done, seeds, violations.length, speed));
    },
  });
  if (isTerminal) process.stderr.write(CLEAR_LINE);
  const summary = chaos.summarise(results);
  const missing = chaos.unreached(summary);
  const realMilliseconds = clock.monotonicMilliseconds() - began;
  process.stdout.write(summaryText({ summary, missing, realMilliseconds }));
  if (seeds === 1 && results[0] !== undefined) process.stdout.write(`trace hash ${results[0].traceHash}\n`);
  if (violations.length > 0) process.exitCode = 1;
  const mustReachAll = results.length >= chaos.SEEDS_THAT_REACH_ALL && options.faults.length === 0;
  if (mustReachAll && missing.length > 0) {
    process.stderr.write(`kuorum: ${results.length} seeds never reached: ${missing.join(', ')}\n`);
    process.exitCode = 1;
  }
}
