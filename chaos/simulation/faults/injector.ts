/** Lets each fault that is on begin at random moments, until it is stopped. */

import {
  failedWrite,
  fullDisk,
  logBitFlip,
  lostBatches,
  slowDisk,
  stateBitFlip,
  witnessBitFlip,
} from './disk-faults.js';
import { type FaultKind, type FaultRates } from './kinds.js';
import {
  addLearner,
  addVoter,
  demote,
  promote,
  remove,
  replace,
  resize,
  setPriority,
  transfer,
} from './membership-faults.js';
import {
  bridge,
  clog,
  deaf,
  delay,
  drop,
  duplicate,
  isolate,
  mute,
  oneWayCut,
  reorder,
  ring,
  split,
} from './network-faults.js';
import {
  clockDrift,
  clockJump,
  kill,
  pause,
  powerLoss,
  powerLossAtWrite,
  powerLossOfAll,
  restart,
  rollingRestart,
} from './process-faults.js';
import type { FaultSetting } from './setting.js';

const faults: Readonly<Record<FaultKind, (setting: FaultSetting) => void>> = {
  drop,
  delay,
  duplicate,
  reorder,
  clog,
  isolate,
  split,
  'one-way-cut': oneWayCut,
  deaf,
  mute,
  ring,
  bridge,
  'power-loss': powerLoss,
  'power-loss-at-write': powerLossAtWrite,
  'power-loss-of-all': powerLossOfAll,
  kill,
  restart,
  'rolling-restart': rollingRestart,
  pause,
  'slow-disk': slowDisk,
  'full-disk': fullDisk,
  'failed-write': failedWrite,
  'lost-batches': lostBatches,
  'log-bit-flip': logBitFlip,
  'witness-bit-flip': witnessBitFlip,
  'state-bit-flip': stateBitFlip,
  'old-copy': (setting) => setting.oldCopies.putBack(setting),
  'clock-drift': clockDrift,
  'clock-jump': clockJump,
  'add-learner': addLearner,
  'add-voter': addVoter,
  promote,
  demote,
  remove,
  replace,
  resize,
  'set-priority': setPriority,
  transfer,
};

/** Changes of who the members are; they end with the safety phase, as a healed majority is chosen by them. */
const membershipKinds: ReadonlySet<FaultKind> = new Set([
  'add-learner',
  'add-voter',
  'promote',
  'demote',
  'remove',
  'replace',
  'resize',
  'set-priority',
]);

export class FaultInjector {
  readonly #setting: FaultSetting;
  #running = false;
  #membersFixed = false;

  constructor(setting: FaultSetting) {
    this.#setting = setting;
  }

  start(rates: FaultRates): void {
    this.#running = true;
    for (const [kind, { everyMilliseconds }] of rates) this.#schedule(kind, everyMilliseconds);
  }

  fixMembers(): void {
    this.#membersFixed = true;
  }

  stop(): void {
    this.#running = false;
  }

  #schedule(kind: FaultKind, everyMilliseconds: number): void {
    const setting = this.#setting;
    const delay = -Math.log(1 - setting.random.float()) * everyMilliseconds;
    setting.later(delay, () => {
      if (!this.#running || (this.#membersFixed && membershipKinds.has(kind))) return;
      faults[kind](setting);
      this.#schedule(kind, everyMilliseconds);
    });
  }
}
