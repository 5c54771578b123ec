/** What `kuorum bench faults` is to do. */
import { UserError } from '../../cluster/index.js';
import { checkQuorumSize, checkRate } from '../failover/plan.js';
import { checkDistinct } from '../lab/inputs.js';
import { type FaultName, faultNames, type PhaseName } from './phases.js';

export interface FaultsSettings {
  readonly members: number;
  readonly perSecond: number;
  readonly faultSeconds: number;
  /** In the order of `faultNames`, whatever the order here. */
  readonly only: readonly string[];
}

export const defaultFaultsSettings: FaultsSettings = {
  members: 3,
  perSecond: 200,
  faultSeconds: 10,
  only: faultNames,
};

export const MAX_MEMBERS = 7;
const MAX_FAULT_SECONDS = 3_600;

/** Load without a fault before each one. */
export const STEADY_MILLISECONDS = 1_000;
/** And after it, once all members are well: to see how soon clients are. */
export const SETTLE_MILLISECONDS = 2_000;

/** Throws a UserError for what cannot be measured. */
export function checkFaultsSettings({ members, perSecond, faultSeconds, only }: FaultsSettings): void {
  checkQuorumSize('what faults do', members);
  checkRate(perSecond);
  if (!(faultSeconds > 0 && faultSeconds <= MAX_FAULT_SECONDS))
    throw new UserError(`--duration-per-fault: more than nothing and at most an hour, not ${faultSeconds} s`);
  for (const name of only) {
    if (faultNames.some((known) => known === name)) continue;
    throw new UserError(`--only: there is no fault ${name}; take some of ${faultNames.join(', ')}`);
  }
  checkDistinct('--only', only);
}

/** In the order in which they are run. */
export function phasesOf({ members, only }: FaultsSettings): readonly PhaseName[] {
  const faults = faultNames.filter((name) => only.includes(name) && !isIdle(name, members));
  return ['quiet-before', ...faults, 'quiet-after'];
}

/** A cluster that is as large as it can be does not grow. */
export function isIdle(name: FaultName, members: number): boolean {
  return name === 'growth' && members >= MAX_MEMBERS;
}

/** About. */
export function phaseSeconds(name: PhaseName, { members, faultSeconds }: FaultsSettings): number {
  const around = (STEADY_MILLISECONDS + SETTLE_MILLISECONDS) / 1000 + 1;
  switch (name) {
    case 'quiet-before':
    case 'quiet-after':
      return faultSeconds;
    case 'rolling-restart':
      return around + 2.5 * members;
    case 'growth':
      return around + 6 * (MAX_MEMBERS - members);
    default:
      return around + faultSeconds;
  }
}
