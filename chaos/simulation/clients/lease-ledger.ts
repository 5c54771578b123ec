/**
 * The leases that clients were told they have, each with the time until which it certainly lives: its time to live
 * counted from when the grant or keep-alive was asked for, by the fastest clock that a leader may have.
 */
import type { Report } from '../invariants/violation.js';

/** No drift that the simulator draws is faster. */
const FASTEST_RATE = 1.4;
const MILLISECONDS_PER_SECOND = 1000;

interface Held {
  readonly id: number;
  readonly ttlSeconds: number;
  livesUntilMilliseconds: number;
}

export class LeaseLedger {
  readonly #report: Report;
  readonly #held = new Map<number, Held>();

  constructor(report: Report) {
    this.#report = report;
  }

  get size(): number {
    return this.#held.size;
  }

  /** In the order in which they were granted. */
  ids(): readonly number[] {
    return [...this.#held.keys()];
  }

  granted(id: number, ttlSeconds: number, askedMilliseconds: number): void {
    this.#held.set(id, { id, ttlSeconds, livesUntilMilliseconds: 0 });
    this.keptAlive(id, askedMilliseconds);
  }

  keptAlive(id: number, askedMilliseconds: number): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    const least = (held.ttlSeconds * MILLISECONDS_PER_SECOND) / FASTEST_RATE;
    held.livesUntilMilliseconds = Math.max(held.livesUntilMilliseconds, askedMilliseconds + least);
  }

  /** Somebody is about to revoke it: nothing is certain any more. */
  revoking(id: number): void {
    this.#held.delete(id);
  }

  /** A client was told that there is no such lease. */
  gone(id: number, nowMilliseconds: number, what: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    if (nowMilliseconds >= held.livesUntilMilliseconds) return;
    const tooEarly = Math.ceil(held.livesUntilMilliseconds - nowMilliseconds);
    this.#report(
      'lease-lifetime',
      `${what}: lease ${id} is gone ${tooEarly} ms before its acknowledged time`,
    );
  }
}
