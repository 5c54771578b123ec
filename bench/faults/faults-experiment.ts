/** `kuorum bench faults`: what clients see while a cluster suffers one thing after the other. */
import { join } from 'node:path';
import type { Experiment, ExperimentStage } from '../lab/experiment.js';
import { durationText } from '../lab/inputs.js';
import { startKuorumSystem } from '../lab/kuorum-system.js';
import { startLoadGenerator } from '../lab/steady-load.js';
import { faultsTimeline } from './faults-timeline.js';
import { calmP99, type PhaseFigures, phaseFigures, phaseMeasurement } from './phase-figures.js';
import type { PhaseRecord } from './phase-record.js';
import { faultNames, phaseTexts } from './phases.js';
import {
  checkFaultsSettings,
  defaultFaultsSettings,
  type FaultsSettings,
  isIdle,
  phaseSeconds,
  phasesOf,
} from './plan.js';
import { type PhaseStage, runPhase } from './run-phase.js';
import { faultsSections } from './sections.js';

export interface FaultsOptions extends Partial<FaultsSettings> {
  /** The built program of the process that makes the load; beside this one by default. */
  readonly loadProgram?: string;
  /** Of the times of the requests. */
  readonly seed?: number;
}

const START_SECONDS = 5;
const DEFAULT_SEED = 1;
/** With fewer answered in the quiet phase, what came after it would say nothing about faults. */
const MIN_ANSWERED_SHARE = 0.9;

/** Throws a UserError for what cannot be measured, before anything starts. */
export function faultsExperiment({ loadProgram, seed = DEFAULT_SEED, ...own }: FaultsOptions): Experiment {
  const settings: FaultsSettings = { ...defaultFaultsSettings, ...own };
  checkFaultsSettings(settings);
  const phases = phasesOf(settings);
  return {
    benchmark: 'faults',
    title: `What faults do to ${settings.members} members`,
    command: commandOf(settings),
    steps: 1 + phases.length,
    expectedSeconds: START_SECONDS + phases.reduce((total, name) => total + phaseSeconds(name, settings), 0),
    run: (stage) => run(settings, stage, seed, loadProgram),
    sections: faultsSections,
  };
}

function commandOf({ members, perSecond, faultSeconds, only }: FaultsSettings): string {
  const all = faultNames.every((name) => only.includes(name));
  return `kuorum bench faults --members ${members} --rate ${perSecond} --duration-per-fault ${durationText(faultSeconds * 1000)}${
    all ? '' : ` --only ${only.join(',')}`
  }`;
}

async function run(
  settings: FaultsSettings,
  stage: ExperimentStage,
  seed: number,
  loadProgram: string | undefined,
): Promise<void> {
  const { folder, clock, signal, progress, record } = stage;
  for (const name of faultNames) {
    if (settings.only.includes(name) && isIdle(name, settings.members))
      record.note(`A cluster of ${settings.members} members is as large as it can be: it did not grow.`);
  }
  progress.step(`starting ${settings.members} members`, START_SECONDS);
  const generator = startLoadGenerator({ program: loadProgram, record });
  try {
    const system = await startKuorumSystem({
      members: settings.members,
      folder: join(folder, 'kuorum'),
      clock,
      signal,
      faults: true,
    });
    try {
      signal.throwIfAborted();
      await generator.ask({ kind: 'open', side: system.name, access: system.access }, 'ready', signal);
      const { cluster } = system;
      if (cluster === undefined) throw new Error('a cluster that cannot be broken');
      await runPhases({ ...settings, stage, system, cluster, generator, seed }, settings);
    } finally {
      await system.close();
    }
  } finally {
    await generator.end();
  }
}

async function runPhases(lab: PhaseStage, settings: FaultsSettings): Promise<void> {
  const { progress, record: book } = lab.stage;
  const records: PhaseRecord[] = [];
  let calm: number | undefined;
  try {
    for (const [index, name] of phasesOf(settings).entries()) {
      progress.step(phaseTexts[name].title, phaseSeconds(name, settings));
      const record = await runPhase({ ...lab, seed: lab.seed + index }, name);
      records.push(record);
      if (name === 'quiet-before') calm = calmP99(record);
      const figures = phaseFigures(record, calm);
      const excess = name === 'quiet-before' ? rateBeyondReach(figures, settings) : undefined;
      book.measurement(phaseMeasurement({ ...record, invalid: excess ?? record.invalid }, figures, settings));
      if (excess === undefined) continue;
      book.note(`Nothing was broken: ${excess}.`);
      return;
    }
  } finally {
    // Also of those before an interruption.
    if (records.length > 0) book.timeline(faultsTimeline(records));
  }
}

/** Why a rate is too high for this machine; undefined: it is not. */
function rateBeyondReach(
  { due, notAnswered, seconds }: PhaseFigures,
  { perSecond }: FaultsSettings,
): string | undefined {
  const answered = due - notAnswered;
  if (answered >= MIN_ANSWERED_SHARE * due) return undefined;
  return `without any fault ${(answered / seconds).toFixed(0)} of ${perSecond} requests a second were answered, which is too few to tell a fault by`;
}
