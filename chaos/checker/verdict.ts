/** How a check ends. Nothing that was not proven is ever called clean. */
import type { Operation } from './history.js';

export interface Violation {
  /** What it is about, e.g. `key "a"`. */
  readonly subject: string;
  /** One sentence: what cannot be. */
  readonly explanation: string;
  /** The fewest operations found that show it. */
  readonly operations: readonly Operation[];
}

export interface Undecided {
  readonly subject: string;
  /** Which limit was hit, or what was missing. */
  readonly reason: string;
}

export type Verdict =
  | { readonly kind: 'linearizable'; readonly operations: number; readonly keys: number }
  | {
      readonly kind: 'violation';
      readonly operations: number;
      readonly keys: number;
      readonly violations: readonly Violation[];
      /** What could not be decided besides. */
      readonly undecided: readonly Undecided[];
    }
  | {
      readonly kind: 'undecided';
      readonly operations: number;
      readonly keys: number;
      readonly undecided: readonly Undecided[];
    };

/** One violation makes a violation; otherwise one open question leaves the whole undecided. */
export function verdictOf(
  size: { readonly operations: number; readonly keys: number },
  violations: readonly Violation[],
  undecided: readonly Undecided[],
): Verdict {
  const { operations, keys } = size;
  if (violations.length > 0) return { kind: 'violation', operations, keys, violations, undecided };
  if (undecided.length > 0) return { kind: 'undecided', operations, keys, undecided };
  return { kind: 'linearizable', operations, keys };
}
