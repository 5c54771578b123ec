/**
 * A nemesis plans and an executor acts. A plan is a pure function of a random sequence and of what the cluster
 * looks like; it names members that exist, and never does more than it says.
 */
import { type ClockFault, type LinkFaults, type Random, seededRandom } from '../../platform/index.js';

export const nemesisNames = ['partition', 'kill', 'pause', 'clock', 'link', 'member'] as const;
export type NemesisName = (typeof nemesisNames)[number];

export interface MemberView {
  readonly name: string;
  /** Its process runs and is not paused. */
  readonly running: boolean;
  readonly voter: boolean;
}

export interface ClusterView {
  /** At least one. */
  readonly members: readonly MemberView[];
  readonly leader: string | undefined;
  /** How many voters the cluster began with. */
  readonly initialVoters: number;
}

export type MembershipChange =
  | { readonly change: 'add' }
  | { readonly change: 'remove'; readonly member: string }
  | { readonly change: 'replace'; readonly member: string }
  | { readonly change: 'move-leader'; readonly member: string };

export type FaultPlan =
  /** These links and no others; `partition` cuts, `link` makes bad. */
  | { readonly kind: 'partition' | 'link'; readonly links: LinkFaults }
  | { readonly kind: 'kill' | 'pause'; readonly members: readonly string[] }
  | {
      readonly kind: 'clock';
      readonly clocks: readonly { readonly member: string; readonly fault: ClockFault }[];
    }
  /** Done when it is done: there is nothing to end. */
  | ({ readonly kind: 'member' } & MembershipChange);

export interface PlannedFault {
  readonly plan: FaultPlan;
  /** For people: `bridge over m3: m1,m5 | m2,m4`. */
  readonly text: string;
  /** On whose lane it is drawn. */
  readonly members: readonly string[];
}

/** What one plan is drawn from. */
export interface Draw {
  readonly random: Random;
  /** As from a shuffled deck: nothing comes again before everything has come. */
  readonly deal: <Value>(values: readonly [Value, ...Value[]]) => Value;
}

/** The draw for the turn-th plan of a nemesis. */
export function drawOf(options: {
  readonly deckSeed: number;
  readonly turn: number;
  readonly seed: number;
}): Draw {
  const { deckSeed, turn, seed } = options;
  return {
    random: seededRandom(seed),
    deal(values) {
      const deck = seededRandom(deckSeed + Math.floor(turn / values.length));
      return shuffled(deck, values)[turn % values.length] ?? values[0];
    },
  };
}

/** undefined: nothing of its kind can be done now. */
export type Planner = (draw: Draw, view: ClusterView) => PlannedFault | undefined;

export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

export function pick<Value>(random: Random, values: readonly Value[]): Value | undefined {
  return values[random.integer(0, Math.max(1, values.length))];
}

/** A random order (Fisher–Yates). */
export function shuffled<Value>(random: Random, values: readonly Value[]): readonly Value[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}
