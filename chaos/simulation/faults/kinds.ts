/** The faults that a simulation knows, by the names that its summary prints. */

export const faultKinds = [
  'drop',
  'delay',
  'duplicate',
  'reorder',
  'clog',
  'isolate',
  'split',
  'one-way-cut',
  'deaf',
  'mute',
  'ring',
  'bridge',
  'power-loss',
  'power-loss-at-write',
  'power-loss-of-all',
  'kill',
  'restart',
  'rolling-restart',
  'pause',
  'slow-disk',
  'full-disk',
  'failed-write',
  'lost-batches',
  'log-bit-flip',
  'witness-bit-flip',
  'state-bit-flip',
  'old-copy',
  'clock-drift',
  'clock-jump',
  'add-learner',
  'add-voter',
  'promote',
  'demote',
  'remove',
  'replace',
  'resize',
  'set-priority',
  'transfer',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** How often a fault begins, on average; a kind without an entry is off. */
export type FaultRates = ReadonlyMap<FaultKind, { readonly everyMilliseconds: number }>;
