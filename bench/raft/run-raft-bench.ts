/**
 * The benchmark of the log: entries a second through the core alone, through three members in one process and
 * through three processes, side by side, so that the machine's own ups and downs touch all alike.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../cluster/index.js';
import { type Clock, systemClock } from '../../platform/index.js';
import { createProgress, type Output, type Progress } from '../progress.js';
import { writeReport } from '../report.js';
import { openCores } from './core-alone.js';
import { openInProcessMembers } from './in-process.js';
import { memberProgram, openProcesses } from './processes.js';
import { type RaftBenchResults, raftResultsText, ratiosOf } from './report.js';
import type { Layer, RunResult, Subject } from './run.js';

export interface RaftBenchOptions {
  /** Bytes of each proposal; 16, 256 and 4096 by default. */
  readonly payloads?: readonly number[];
  /** Proposals under way at once; 1, 64 and 512 by default. A member takes at most 1,000. */
  readonly inFlight?: readonly number[];
  /** Of each measurement; 2 by default. */
  readonly secondsPerRun?: number;
  /** All three by default. */
  readonly layers?: readonly Layer[];
  /** Where the JSON report goes; `bench/reports/raft-TIME.json` by default. */
  readonly out?: string;
  /** Progress and tables go here; standard output by default. */
  readonly output?: Output;
  /** The built program of a member's process; beside this one by default. */
  readonly memberProgram?: string;
  /** Aborted: stop measuring, tear down, reject. */
  readonly signal?: AbortSignal;
}

export interface RaftBenchReport {
  readonly path: string;
  readonly results: RaftBenchResults;
}

/** With nothing shared a few measurements tell enough. */
const unsharedPayloadBytes = 256;
const unsharedInFlight = 64;

interface Plan {
  readonly payloads: readonly number[];
  readonly inFlight: readonly number[];
  readonly batching: boolean;
}

interface Bench {
  readonly layers: readonly Layer[];
  readonly seconds: number;
  readonly folder: string;
  readonly program: string;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Rejects with a `UserError` when interrupted. Leaves no process and no folder behind, only the report. */
export async function runRaftBench(options: RaftBenchOptions = {}): Promise<RaftBenchReport> {
  const output = options.output ?? process.stdout;
  const clock = systemClock();
  const startedAt = new Date(clock.wallMilliseconds()).toISOString();
  const signal = options.signal ?? new AbortController().signal;
  const layers = options.layers ?? ['core', 'in-process', 'processes'];
  const payloads = options.payloads ?? [16, 256, 4096];
  const inFlight = options.inFlight ?? [1, 64, 512];
  const plans: readonly Plan[] = [
    { payloads, inFlight, batching: true },
    {
      payloads: payloads.filter((bytes) => bytes === unsharedPayloadBytes),
      inFlight: inFlight.filter((count) => count === unsharedInFlight),
      batching: false,
    },
  ];
  const steps = plans.reduce(
    (count, plan) => count + layers.length * plan.payloads.length * plan.inFlight.length,
    0,
  );
  const progress = createProgress(output, clock, steps);
  const folder = await mkdtemp(join(tmpdir(), 'kuorum-bench-'));
  const seconds = options.secondsPerRun ?? 2;
  const program = options.memberProgram ?? memberProgram();
  try {
    const runs: RunResult[] = [];
    for (const plan of plans)
      runs.push(...(await measure({ layers, seconds, folder, program, clock, progress, signal }, plan)));
    const results = { runs, ratios: ratiosOf(runs) };
    progress.end();
    output.write(raftResultsText(results));
    const name = `raft-${startedAt.replaceAll(':', '-')}.json`;
    const path = resolve(options.out ?? join('bench', 'reports', name));
    await writeReport(path, results, startedAt);
    return { path, results };
  } catch (error) {
    if (signal.aborted)
      throw new UserError('the benchmark was interrupted; no report was written', { cause: error });
    throw error;
  } finally {
    progress.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(bench: Bench, plan: Plan): Promise<readonly RunResult[]> {
  if (plan.payloads.length === 0 || plan.inFlight.length === 0) return [];
  const subjects: Subject[] = [];
  try {
    for (const layer of bench.layers) subjects.push(await openLayer(bench, layer, plan.batching));
    const results: RunResult[] = [];
    for (const payloadBytes of plan.payloads) {
      for (const inFlight of plan.inFlight) {
        for (const subject of subjects) {
          bench.progress.step(
            `${subject.layer}, ${payloadBytes} B, ${inFlight} in flight${plan.batching ? '' : ', nothing shared'}`,
            bench.seconds + Math.min(0.5, bench.seconds / 2),
          );
          const { batching } = plan;
          const options = { payloadBytes, inFlight, batching, seconds: bench.seconds };
          results.push(await subject.run(options, bench.signal));
        }
      }
    }
    return results;
  } finally {
    await Promise.all(subjects.map((subject) => subject.close()));
  }
}

function openLayer(bench: Bench, layer: Layer, batching: boolean): Promise<Subject> {
  const { clock, program } = bench;
  const folder = join(bench.folder, `${layer}-${batching ? 'shared' : 'unshared'}`);
  switch (layer) {
    case 'core':
      return Promise.resolve(openCores(clock, batching));
    case 'in-process':
      return openInProcessMembers(folder, clock, batching);
    case 'processes':
      return openProcesses({ folder, program, clock, batching });
  }
}
