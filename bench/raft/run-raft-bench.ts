/**
 * The benchmark of the log: entries a second through the core alone, through three members in one process and
 * through three processes, side by side, so that the machine's own ups and downs touch all alike.
 */
import { join } from 'node:path';
import { type BenchStage, type ReportOptions, reportedRun } from '../reported-run.js';
import { openCores } from './core-alone.js';
import { openInProcessMembers } from './in-process.js';
import { memberProgram, openProcesses } from './processes.js';
import { type RaftBenchResults, raftResultsText, ratiosOf } from './report.js';
import type { Layer, RunResult, Subject } from './run.js';

export interface RaftBenchOptions extends ReportOptions {
  /** Bytes of each proposal; 16, 256 and 4096 by default. */
  readonly payloads?: readonly number[];
  /** Proposals under way at once; 1, 64 and 512 by default. A member takes at most 1,000. */
  readonly inFlight?: readonly number[];
  /** Of each measurement; 2 by default. */
  readonly secondsPerRun?: number;
  /** All three by default. */
  readonly layers?: readonly Layer[];
  /** The built program of a member's process; beside this one by default. */
  readonly memberProgram?: string;
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

interface Bench extends BenchStage {
  readonly layers: readonly Layer[];
  readonly seconds: number;
  readonly program: string;
}

/** Rejects with a `UserError` when interrupted. Leaves no process and no folder behind, only the report. */
export function runRaftBench(options: RaftBenchOptions = {}): Promise<RaftBenchReport> {
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
  const seconds = options.secondsPerRun ?? 2;
  const program = options.memberProgram ?? memberProgram();
  return reportedRun(
    options,
    { steps, namePrefix: 'raft-' },
    async (stage) => {
      const runs: RunResult[] = [];
      for (const plan of plans) runs.push(...(await measure({ ...stage, layers, seconds, program }, plan)));
      return { runs, ratios: ratiosOf(runs) };
    },
    raftResultsText,
  );
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
