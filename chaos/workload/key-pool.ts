/**
 * The keys that clients use now. The search for an order grows with the operations of a key and, steeply, with
 * those whose outcome is unknown: so a key is given up for a fresh one after a number of either.
 */
import type { Random } from '../../platform/index.js';

export interface KeyPoolOptions {
  /** First part of every name. */
  readonly prefix: string;
  readonly active: number;
  readonly maxOperations: number;
  readonly maxUnknown: number;
}

export const defaultKeyLimits = { active: 4, maxOperations: 400, maxUnknown: 12 } as const;

interface Slot {
  readonly key: string;
  operations: number;
  unknown: number;
}

export class KeyPool {
  readonly #options: KeyPoolOptions;
  readonly #slots: Slot[] = [];
  readonly #byKey = new Map<string, Slot>();

  constructor(options: KeyPoolOptions) {
    this.#options = options;
    for (let index = 0; index < options.active; index += 1) this.#slots.push(this.#fresh());
  }

  /** A key for one more operation. */
  pick(random: Random): string {
    const index = random.integer(0, this.#slots.length);
    let slot = this.#slots[index] ?? this.#fresh();
    const { maxOperations, maxUnknown } = this.#options;
    if (slot.operations >= maxOperations || slot.unknown >= maxUnknown) {
      slot = this.#fresh();
      this.#slots[index] = slot;
    }
    slot.operations += 1;
    return slot.key;
  }

  /** An operation on the key ended without an answer. */
  unknown(key: string): void {
    const slot = this.#byKey.get(key);
    if (slot !== undefined) slot.unknown += 1;
  }

  /** Every key there ever was. */
  all(): readonly string[] {
    return [...this.#byKey.keys()];
  }

  #fresh(): Slot {
    const slot: Slot = { key: `${this.#options.prefix}-${this.#byKey.size}`, operations: 0, unknown: 0 };
    this.#byKey.set(slot.key, slot);
    return slot;
  }
}
