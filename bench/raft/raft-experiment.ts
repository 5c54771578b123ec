/**
 * The benchmark of the log: entries a second through the core alone, through three members in one process and
 * through three processes, in turns, so that the machine's own ups and downs touch all alike.
 */
import { join } from 'node:path';
import type { Measurement, Metric } from '../lab/document.js';
import type { Experiment, ExperimentStage } from '../lab/experiment.js';
import { figure, latencyFigures, merged, metricOf, sum } from '../lab/figures.js';
import { checkDistinct } from '../lab/inputs.js';
import { openCores } from './core-alone.js';
import { openInProcessMembers } from './in-process.js';
import { memberProgram, openProcesses } from './processes.js';
import type { Layer, OpenSubject, RunOptions, RunResult, Subject } from './run.js';
import { raftSections } from './sections.js';

export interface RaftBenchOptions {
  /** Bytes of each proposal; 16, 256 and 4096 by default. */
  readonly payloads?: readonly number[];
  /** Proposals under way at once; 1, 64 and 512 by default. A member takes at most 1,000. */
  readonly inFlight?: readonly number[];
  /** Of each measurement, over all its rounds; 2 by default. */
  readonly secondsPerRun?: number;
  /** The built program of a member's process; beside this one by default. */
  readonly memberProgram?: string;
}

const layers: readonly Layer[] = ['core', 'in-process', 'processes'];
/** Of each measurement. */
const ROUNDS = 3;
/** With nothing shared a few measurements tell enough. */
const unsharedPayloadBytes = 256;
const unsharedInFlight = 64;
/** What a round takes besides, for its warm-up and what is said over the pipe. */
const ROUND_OVERHEAD_SECONDS = 0.1;

interface Plan {
  readonly payloads: readonly number[];
  readonly inFlight: readonly number[];
  readonly batching: boolean;
}

interface Settings {
  readonly plans: readonly Plan[];
  readonly seconds: number;
  readonly program: string;
}

interface Bench extends Settings {
  readonly stage: ExperimentStage;
}

/** @throws UserError for what cannot be measured */
export function raftExperiment(options: RaftBenchOptions = {}): Experiment {
  const payloads = options.payloads ?? [16, 256, 4096];
  const inFlight = options.inFlight ?? [1, 64, 512];
  checkDistinct('--payloads', payloads);
  checkDistinct('--in-flight', inFlight);
  const seconds = options.secondsPerRun ?? 2;
  const plans: readonly Plan[] = [
    { payloads, inFlight, batching: true },
    {
      payloads: payloads.filter((bytes) => bytes === unsharedPayloadBytes),
      inFlight: inFlight.filter((count) => count === unsharedInFlight),
      batching: false,
    },
  ];
  const settings = { plans, seconds, program: options.memberProgram ?? memberProgram() };
  const conditions = sum(plans.map((plan) => plan.payloads.length * plan.inFlight.length));
  return {
    benchmark: 'raft',
    title: 'The log by itself: the core alone, three members in one process, three processes',
    command: `kuorum bench raft --payloads ${payloads.join(',')} --in-flight ${inFlight.join(',')} --seconds-per-run ${seconds}`,
    steps: conditions + payloads.length,
    expectedSeconds:
      5 * plans.length + conditions * conditionSeconds(settings) + payloads.length * layerSeconds(settings),
    async run(stage) {
      for (const plan of plans) await measurePlan({ ...settings, stage }, plan);
    },
    sections: raftSections,
  };
}

/** With the warm-up of each round. */
function layerSeconds({ seconds }: Settings): number {
  return seconds * 1.5 + ROUNDS * ROUND_OVERHEAD_SECONDS;
}

function conditionSeconds(settings: Settings): number {
  return layers.length * layerSeconds(settings);
}

async function measurePlan(bench: Bench, plan: Plan): Promise<void> {
  if (plan.payloads.length === 0 || plan.inFlight.length === 0) return;
  const subjects: Subject[] = [];
  try {
    for (const layer of ['core', 'in-process'] as const)
      subjects.push(await openLayer(bench, layer, plan.batching));
    const processes = await openThreeProcesses(bench, plan.batching);
    subjects.push(processes);
    for (const payloadBytes of plan.payloads) {
      let most = 0;
      for (const inFlight of plan.inFlight)
        most = Math.max(most, await measure(bench, plan, subjects, { payloadBytes, inFlight }));
      if (plan.batching) await measureAtHalf(bench, processes, payloadBytes, most);
    }
  } finally {
    await Promise.all(subjects.map((subject) => subject.close()));
  }
}

/** Resolves with the entries a second of the three processes. */
async function measure(
  bench: Bench,
  { batching }: Plan,
  subjects: readonly Subject[],
  { payloadBytes, inFlight }: { readonly payloadBytes: number; readonly inFlight: number },
): Promise<number> {
  const { stage, seconds } = bench;
  stage.progress.step(
    `${payloadBytes} B, ${inFlight} in flight${batching ? '' : ', nothing shared'}`,
    conditionSeconds(bench),
  );
  const results = new Map<Layer, RunResult[]>(subjects.map(({ layer }) => [layer, []]));
  const load = { kind: 'closed', inFlight } as const;
  const options = { payloadBytes, load, batching, seconds: seconds / ROUNDS };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed())
      results.get(subject.layer)!.push(await subject.run(options, stage.signal));
  }
  for (const runs of results.values()) stage.record.measurement(measurementOf(runs));
  const processes = measurementOf(results.get('processes')!);
  return metricOf(processes, 'throughput')?.value ?? 0;
}

/** Three processes under half of the most that they took. */
async function measureAtHalf(
  bench: Bench,
  processes: OpenSubject,
  payloadBytes: number,
  mostPerSecond: number,
): Promise<void> {
  const { stage, seconds } = bench;
  stage.progress.step(`${payloadBytes} B, half of the most`, layerSeconds(bench));
  if (mostPerSecond === 0) return;
  const runs: RunResult[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const options: RunOptions = {
      payloadBytes,
      load: { kind: 'open', perSecond: mostPerSecond / 2, seed: round + 1 },
      batching: true,
      seconds: seconds / ROUNDS,
    };
    runs.push(await processes.run(options, stage.signal));
  }
  stage.record.measurement(measurementOf(runs));
}

function loadLabels({ load }: RunResult): Readonly<Record<string, string | number>> {
  switch (load.kind) {
    case 'closed':
      return { 'in flight': load.inFlight };
    case 'open':
      return { load: '50%' };
  }
}

/** @param runs rounds of one condition, at least one */
export function measurementOf(runs: readonly RunResult[]): Measurement {
  const { layer, payloadBytes, load, batching } = runs[0]!;
  const histograms = runs.map(({ histogram }) => histogram);
  const shared = batching ? 'shared' : 'unshared';
  const mean = (kind: Pick<Metric, 'name' | 'unit' | 'better'>, of: (run: RunResult) => number) =>
    figure(kind, runs, (some) => {
      const entries = sum(some.map((run) => run.entries));
      return entries === 0 ? undefined : sum(some.map((run) => of(run) * run.entries)) / entries;
    });
  return {
    id: `propose layer=${layer} payload=${payloadBytes} ${load.kind === 'closed' ? `in-flight=${load.inFlight}` : 'load=50%'} ${shared}`,
    labels: { layer, payload: payloadBytes, ...loadLabels(runs[0]!), writes: shared },
    metrics: [
      ...figure({ name: 'offered', unit: 'operations/s', better: 'neither' }, runs, ([run]) =>
        run?.load.kind === 'open' ? run.load.perSecond : undefined,
      ),
      ...figure(
        { name: 'throughput', unit: 'operations/s', better: 'higher' },
        runs,
        (some) => sum(some.map(({ entries }) => entries)) / sum(some.map((run) => run.seconds)),
      ),
      ...latencyFigures(histograms),
      ...figure({ name: 'errors', unit: 'count', better: 'lower' }, runs, (some) =>
        sum(some.map(({ errors }) => errors)),
      ),
      ...mean({ name: 'entries per sync', unit: 'entries', better: 'higher' }, (run) => run.entriesPerWrite),
      ...mean(
        { name: 'entries per message', unit: 'entries', better: 'higher' },
        (run) => run.entriesPerMessage,
      ),
      ...mean({ name: 'bytes per entry', unit: 'bytes', better: 'lower' }, (run) => run.bytesPerEntry),
    ],
    histogram: merged(histograms).encode(),
    invalid: runs.find((run) => run.invalid !== undefined)?.invalid,
  };
}

function folderOf({ stage }: Bench, layer: Layer, batching: boolean): string {
  return join(stage.folder, `${layer}-${batching ? 'shared' : 'unshared'}`);
}

function openLayer(bench: Bench, layer: 'core' | 'in-process', batching: boolean): Promise<Subject> {
  const { clock } = bench.stage;
  switch (layer) {
    case 'core':
      return Promise.resolve(openCores(clock, batching));
    case 'in-process':
      return openInProcessMembers(folderOf(bench, layer, batching), clock, batching);
  }
}

function openThreeProcesses(bench: Bench, batching: boolean): Promise<OpenSubject> {
  const { stage, program } = bench;
  return openProcesses({
    folder: folderOf(bench, 'processes', batching),
    program,
    clock: stage.clock,
    batching,
  });
}
