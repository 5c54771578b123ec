/**
 * Gives the operations of unknown outcome that were seen their revisions: the earliest deadline first, each the
 * first free revision at which it overwrites nothing that was still seen later.
 *
 * This is a choice, and with values that repeat it can be the wrong one: then what does not fit is not called a
 * violation (see `certain` and `chosen`). With mod revisions, or with values of their own, there is none to make.
 */

import { firstBeyond } from '../sorted.js';
import type { Attribution, Slot, Writers } from './attribute.js';
import type { Observations } from './observations.js';
import type { Transaction } from './transaction.js';
import { type Writing } from './versions.js';

export interface Placement {
  readonly placed: readonly Writing[];
  /** Those for which there is no place, whatever was chosen for others. */
  readonly impossible: readonly { readonly slot: Slot; readonly certain: boolean }[];
  /** Whether anything could also have been placed otherwise. */
  readonly chosen: boolean;
}

export interface PlacementInput {
  readonly attribution: Attribution;
  readonly observations: Observations;
  /** All unknown operations that write. */
  readonly unknown: Writers;
  /** Revisions that others certainly made. */
  readonly taken: ReadonlySet<number>;
}

/** Revisions (after, until] that would overwrite what was seen at `until`. */
interface Blocked {
  readonly after: number;
  readonly until: number;
  /** False: another unknown operation could have written again what was seen. */
  readonly certain: boolean;
}

function* freeRevisions(
  { from, to }: Slot,
  blocked: readonly Blocked[],
  isTaken: (revision: number) => boolean,
): Generator<number> {
  const inOrder = [...blocked].sort((left, right) => left.after - right.after);
  let next = 0;
  let blockedUntil = 0;
  for (let revision = from; revision <= to; revision += 1) {
    for (; next < inOrder.length && inOrder[next]!.after < revision; next += 1) {
      blockedUntil = Math.max(blockedUntil, inOrder[next]!.until);
    }
    if (revision <= blockedUntil) revision = blockedUntil;
    else if (!isTaken(revision)) yield revision;
  }
}

class Placer {
  readonly #input: PlacementInput;
  readonly #placedAt = new Map<Transaction, number>();
  /** Where each key was written by those that are placed. */
  readonly #placedByKey = new Map<string, number[]>();
  readonly #used = new Set<number>();

  constructor(input: PlacementInput) {
    this.#input = input;
  }

  run(): Placement {
    const impossible: { slot: Slot; certain: boolean }[] = [];
    let chosen = false;
    const slots = [...this.#input.attribution.slots].sort(
      (left, right) => left.to - right.to || left.from - right.from,
    );
    for (const slot of slots) {
      const { taken } = this.#input;
      const blocked = this.#blocked(slot);
      const certainly = blocked.filter((range) => range.certain);
      const anywhere = freeRevisions(slot, certainly, (revision) => taken.has(revision)).next();
      if (slot.contradicted || anywhere.done === true) {
        impossible.push({ slot, certain: !slot.guessed });
        continue;
      }
      chosen ||= slot.guessed || slot.from < slot.to;
      this.#comeAfter(slot);
      const here = freeRevisions(
        slot,
        blocked,
        (revision) => taken.has(revision) || this.#used.has(revision),
      ).next();
      if (here.done === true) impossible.push({ slot, certain: false });
      else this.#place(slot.transaction, here.value);
    }
    const placed = [...this.#placedAt].map(([transaction, revision]) => ({ transaction, revision }));
    return { placed, impossible, chosen };
  }

  #place(transaction: Transaction, revision: number): void {
    this.#used.add(revision);
    this.#placedAt.set(transaction, revision);
    for (const key of transaction.writes.keys()) {
      const places = this.#placedByKey.get(key);
      if (places === undefined) this.#placedByKey.set(key, [revision]);
      else places.push(revision);
    }
  }

  /** After those whose writes it found, and after those that would hide it from who saw it. */
  #comeAfter(slot: Slot): void {
    for (const before of slot.after) {
      slot.from = Math.max(slot.from, (this.#placedAt.get(before) ?? 0) + 1);
    }
    for (const { found, at } of slot.observations) {
      for (const revision of this.#placedByKey.get(found.key) ?? []) {
        if (revision <= at) slot.from = Math.max(slot.from, revision + 1);
      }
    }
  }

  #blocked(slot: Slot): readonly Blocked[] {
    const { attribution, observations, unknown } = this.#input;
    return [...slot.transaction.writes].flatMap(([key, value]) => {
      const seen = observations.get(key) ?? [];
      const blocked: Blocked[] = [];
      for (let index = firstBeyond(seen, ({ at }) => at >= slot.from); index < seen.length; index += 1) {
        const observation = seen[index]!;
        const { at, explainedBy, found } = observation;
        if (explainedBy !== undefined && explainedBy >= slot.to) break;
        if (found.value === value) continue;
        const writer = attribution.writers.get(observation);
        const after = explainedBy ?? (writer === undefined ? undefined : this.#placedAt.get(writer));
        const certain = explainedBy !== undefined && unknown.of(key, found.value).length === 0;
        if (after !== undefined) blocked.push({ after, until: at, certain });
      }
      return blocked;
    });
  }
}

export function placeUnknown(input: PlacementInput): Placement {
  return new Placer(input).run();
}
