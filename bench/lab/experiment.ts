/** A benchmark as the harness sees it: what it is called, how long it takes, and what it does on the stage. */
import type { Clock } from '../../platform/index.js';
import type { Progress } from '../progress.js';
import type { BenchmarkName, Machine, Measurement, Section, Timeline } from './document.js';

export interface Experiment {
  readonly benchmark: BenchmarkName;
  readonly title: string;
  readonly command: string;
  /** Where an etcd is measured beside. */
  readonly etcdVersion?: string | undefined;
  /** Calls of `progress.step` to come. */
  readonly steps: number;
  /** What is announced before it begins. */
  readonly expectedSeconds: number;
  /**
   * Tells what it has found as soon as it has found it: when `stage.signal` is aborted it ends with that reason, and
   * what was told by then is kept. Whatever it started it ends itself, however it ends.
   */
  run(stage: ExperimentStage): Promise<void>;
  /** The report's text, tables and plots, from all that was told, also when that is only a part. */
  sections(findings: Findings, machine: Machine): readonly Section[];
}

export interface ExperimentStage {
  /** Empty at first, and gone at the end. */
  readonly folder: string;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly record: FindingsRecord;
}

/** Where an experiment writes down what it finds. */
export interface FindingsRecord {
  measurement(measurement: Measurement): void;
  timeline(timeline: Timeline): void;
  note(sentence: string): void;
}

export interface Findings {
  readonly measurements: readonly Measurement[];
  readonly timelines: readonly Timeline[];
}
