/**
 * What one seed's cluster is like, drawn at random: its size and speed, its limits, which faults are on and how
 * often they come. Each seed has some faults only: a bug that one fault would hide shows under another set.
 */
import type { Random } from '../../platform/index.js';
import type { RaftLimits } from '../../raft/index.js';
import { type FaultKind, type FaultRates, faultKinds } from './faults/kinds.js';

export interface SeedProfile {
  readonly members: number;
  readonly latencyMilliseconds: { readonly minimum: number; readonly maximum: number };
  readonly diskLatencyMilliseconds: number;
  readonly limits: Partial<RaftLimits>;
  readonly retentionMilliseconds: number;
  readonly operationsPerSecond: number;
  readonly keys: number;
  readonly maxValueBytes: number;
  /** Reads by lease, with clocks that stay within this bound of each other; undefined: by rounds. */
  readonly leaseDriftBound: number | undefined;
  readonly faults: FaultRates;
  readonly maxAway: number;
  readonly maxFaultMilliseconds: number;
  readonly maxRestartMilliseconds: number;
}

/** As many seeds read by lease. */
const LEASE_SHARE = 0.25;
const LEASE_DRIFT_BOUND = 0.15;

/** Between the two, each order of magnitude as likely as the next. */
function spread(random: Random, minimum: number, maximum: number): number {
  return minimum * (maximum / minimum) ** random.float();
}

/** Rarer than the rest, as each of them takes a while to get over. */
const rareKinds: ReadonlySet<FaultKind> = new Set([
  'power-loss-of-all',
  'rolling-restart',
  'lost-batches',
  'log-bit-flip',
  'witness-bit-flip',
  'state-bit-flip',
  'full-disk',
]);

function drawFaults(random: Random, only: readonly FaultKind[] | undefined, intensity: number): FaultRates {
  const calm = spread(random, 1, 6);
  const share = 0.25 + random.float() * 0.5;
  const rates = new Map<FaultKind, { readonly everyMilliseconds: number }>();
  for (const kind of faultKinds) {
    const isOn = only?.includes(kind) ?? random.float() < share;
    // What was asked for by name comes often.
    const slowness = only === undefined ? calm * (rareKinds.has(kind) ? 2 : 1) : 0.5;
    const every = spread(random, 2_000, 20_000) * slowness;
    if (isOn) rates.set(kind, { everyMilliseconds: every / intensity });
  }
  return rates;
}

export function drawProfile(
  random: Random,
  choices: {
    readonly members: readonly number[];
    readonly faults: readonly FaultKind[] | undefined;
    readonly intensity: number;
  },
): SeedProfile {
  const members = choices.members[random.integer(0, choices.members.length)]!;
  const minimum = spread(random, 0.1, 1);
  const small = random.float() < 0.5;
  return {
    members,
    latencyMilliseconds: { minimum, maximum: minimum + spread(random, 0.2, 8) },
    diskLatencyMilliseconds: spread(random, 0.5, 12),
    limits: {
      logMarginEntries: Math.round(spread(random, 10, 400)),
      logMarginBytes: Math.round(spread(random, 4_000, 400_000)),
      ...(small ? { maxCachedBytes: 4_000, maxMessageBytes: 1_500, maxApplyBytes: 2_000 } : {}),
    },
    retentionMilliseconds: spread(random, 3_000, 60_000),
    operationsPerSecond: 11,
    keys: random.integer(2, 24),
    maxValueBytes: random.integer(8, 400),
    leaseDriftBound: random.float() < LEASE_SHARE ? LEASE_DRIFT_BOUND : undefined,
    faults: drawFaults(random, choices.faults, choices.intensity),
    maxAway: random.float() < 0.6 ? Math.floor((members - 1) / 2) : members,
    maxFaultMilliseconds: spread(random, 500, 8_000),
    maxRestartMilliseconds: spread(random, 200, 5_000),
  };
}
