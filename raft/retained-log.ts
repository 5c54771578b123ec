/**
 * Which entries are kept for followers that are being sent a snapshot, or were just sent one: without those after it
 * they would need the next snapshot at once.
 */
import type { LogIndex, MemberId } from './core/types.js';

/** After the snapshot has arrived. */
const RETENTION_MILLISECONDS = 60_000;

interface Retained {
  readonly index: LogIndex;
  /** undefined: the snapshot is on its way. */
  readonly untilMilliseconds: number | undefined;
}

export class RetainedLog {
  readonly #retained = new Map<MemberId, Retained>();

  /** A snapshot through `index` is on its way to `to`. */
  begin(to: MemberId, index: LogIndex): void {
    this.#retained.set(to, { index, untilMilliseconds: undefined });
  }

  /** It has arrived, or failed. */
  end(to: MemberId, nowMilliseconds: number): void {
    const known = this.#retained.get(to);
    if (known === undefined) return;
    this.#retained.set(to, { ...known, untilMilliseconds: nowMilliseconds + RETENTION_MILLISECONDS });
  }

  /** Entries after this are kept. `matchIndex`: what a follower is known to have; undefined: it is none of ours. */
  floor(nowMilliseconds: number, matchIndex: (id: MemberId) => LogIndex | undefined): LogIndex {
    let floor = Number.MAX_SAFE_INTEGER;
    for (const [id, { index, untilMilliseconds }] of this.#retained) {
      const matched = matchIndex(id);
      const isNeeded =
        untilMilliseconds === undefined ||
        (matched !== undefined && matched < index && nowMilliseconds < untilMilliseconds);
      if (isNeeded) floor = Math.min(floor, index);
      else this.#retained.delete(id);
    }
    return floor;
  }
}
