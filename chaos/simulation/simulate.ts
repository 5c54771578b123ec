/** One seed: a cluster's whole life, faults included, in one process and in virtual time. */
import { seededRandom } from '../../platform/index.js';
import type { OperationCounts } from './clients/workload.js';
import type { FaultKind } from './faults/kinds.js';
import type { InvariantName } from './invariants/violation.js';
import type { MarkName } from './marks.js';
import { SeedRun } from './seed-run.js';
import { drawProfile } from './swarm.js';

export interface SimulationOptions {
  readonly seed: number;
  /** One of these is drawn; 3, 5 and 7 by default. */
  readonly members?: readonly number[];
  /** Of the safety phase, in virtual time; 60 s by default. */
  readonly durationMilliseconds?: number;
  /** Only these faults, all of them on; by default each seed draws its own. */
  readonly faults?: readonly FaultKind[];
  /** Faults come this many times as often. */
  readonly intensity?: number;
  /** Reads along: one line for each event. */
  readonly onLine?: (line: string) => void;
}

export interface SeedStatistics {
  readonly seed: number;
  readonly members: number;
  /** The same seed gives the same one. */
  readonly traceHash: string;
  readonly virtualMilliseconds: number;
  readonly events: number;
  readonly messages: number;
  readonly operations: Readonly<OperationCounts>;
  readonly proposals: number;
  readonly elections: number;
  readonly committedEntries: number;
  /** How long the healed majority took to answer everywhere; undefined when it did not come to that. */
  readonly recoveredAfterMilliseconds: number | undefined;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly marks: Readonly<Partial<Record<MarkName, number>>>;
}

export type SeedResult = SeedStatistics &
  (
    | { readonly kind: 'clean' }
    | {
        readonly kind: 'violation';
        readonly invariant: InvariantName;
        readonly message: string;
        readonly atMilliseconds: number;
        /** What happened before, oldest first. */
        readonly lastEvents: readonly string[];
      }
  );

const DEFAULT_MEMBERS = [3, 5, 7];
const DEFAULT_DURATION_MILLISECONDS = 60_000;

export async function simulate(options: SimulationOptions): Promise<SeedResult> {
  const random = seededRandom(options.seed);
  const profile = drawProfile(random, {
    members: options.members ?? DEFAULT_MEMBERS,
    faults: options.faults,
    intensity: options.intensity ?? 1,
  });
  const run = new SeedRun({
    seed: options.seed,
    random,
    profile,
    durationMilliseconds: options.durationMilliseconds ?? DEFAULT_DURATION_MILLISECONDS,
    onLine: options.onLine,
  });
  return run.run();
}
