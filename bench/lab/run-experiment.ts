/**
 * What every benchmark is around its measurements: what it announces, a folder for a while, progress, and at the end
 * the document, as tables on the terminal and as files. What was found before an interruption or a failure is kept.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { kuorumVersion, UserError } from '../../cluster/index.js';
import { type Clock, systemClock } from '../../platform/index.js';
import { createProgress, type Output } from '../progress.js';
import { documentHtml, documentText } from '../report/index.js';
import type { BenchDocument } from './document.js';
import type { Experiment } from './experiment.js';
import { FoundSoFar } from './findings.js';
import { describeMachine } from './machine.js';

export interface RunOptions {
  /** The folder of the report; one named after the benchmark and the time in `bench/reports` by default. */
  readonly out?: string;
  /** Progress and tables go here; standard output by default. */
  readonly output?: Output;
  /** Aborted: stop measuring, tear down, keep what was found. */
  readonly signal?: AbortSignal;
}

export interface ExperimentReport {
  /** Where report.json and report.html stand. */
  readonly folder: string;
  readonly document: BenchDocument;
  /** By `signal`: the document is partial then. */
  readonly interrupted: boolean;
}

/** `45 s`, `about 12 min` */
export function expectedTimeText(seconds: number): string {
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${Math.ceil(seconds / 60)} min`;
}

/** Before anything starts: whoever measures for half an hour must not hear at the end that there is no place. */
async function makeReportFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const there = await stat(folder).catch(() => undefined);
    throw new UserError(
      there === undefined
        ? `--out ${folder} cannot be made (${String(error)})`
        : `--out ${folder} is no folder: the report is two files, for which it must be one`,
      { cause: error },
    );
  }
}

async function writeReport(folder: string, document: BenchDocument): Promise<void> {
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(document, null, 2)}\n`);
  await writeFile(join(folder, 'report.html'), documentHtml(document));
}

interface Ending {
  /** undefined: it went to its end. */
  readonly partial: string | undefined;
  /** To be thrown once what was found is safe. */
  readonly failure: unknown;
}

const whole: Ending = { partial: undefined, failure: undefined };

function endingOf(error: unknown, signal: AbortSignal): Ending {
  if (signal.aborted) return { partial: 'it was interrupted', failure: undefined };
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
  return { partial: `it failed: ${line ?? ''}`, failure: error };
}

/** Rejects when the experiment does, and keeps what it had found. Leaves no folder behind but the report's. */
export async function runExperiment(
  experiment: Experiment,
  options: RunOptions = {},
): Promise<ExperimentReport> {
  const output = options.output ?? process.stdout;
  const signal = options.signal ?? new AbortController().signal;
  const clock = systemClock();
  const startedAt = timeOf(clock);
  const name = `${experiment.benchmark}-${startedAt.replaceAll(':', '-')}`;
  const reportFolder = resolve(options.out ?? join('bench', 'reports', name));
  await makeReportFolder(reportFolder);
  output.write(`${experiment.title}: ${expectedTimeText(experiment.expectedSeconds)}\n`);
  const folder = await mkdtemp(join(tmpdir(), 'kuorum-bench-'));
  const found = new FoundSoFar();
  const progress = createProgress(output, clock, experiment.steps);
  try {
    const machine = await describeMachine(folder, clock);
    const ending = await experiment
      .run({ folder, clock, progress, signal, record: found })
      .then(() => whole)
      .catch((error: unknown) => endingOf(error, signal));
    progress.end();
    const document: BenchDocument = {
      formatVersion: 2,
      benchmark: experiment.benchmark,
      title: experiment.title,
      command: experiment.command,
      startedAt,
      finishedAt: timeOf(clock),
      machine,
      versions: {
        kuorum: kuorumVersion(),
        ...(experiment.etcdVersion === undefined ? {} : { etcd: experiment.etcdVersion }),
      },
      partial: ending.partial,
      notes: found.notes,
      measurements: found.measurements,
      timelines: found.timelines,
      sections: experiment.sections(found, machine),
    };
    await writeReport(reportFolder, document);
    if (ending.failure !== undefined) throw ending.failure;
    output.write(documentText(document, output.columns));
    return { folder: reportFolder, document, interrupted: ending.partial !== undefined };
  } finally {
    progress.end();
    await rm(folder, { recursive: true, force: true });
  }
}

function timeOf(clock: Clock): string {
  return new Date(clock.wallMilliseconds()).toISOString();
}
