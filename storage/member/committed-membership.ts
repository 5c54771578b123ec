/**
 * The membership that this member has applied, told to whoever listens when it changes: the configuration in
 * force takes effect earlier, but what is applied can never be rolled back.
 */
import type { Clock, Timer } from '../../platform/index.js';
import type { Configuration, LogIndex } from '../../raft/index.js';
import type { Membership } from '../cluster-admin.js';
import { describeMembers, isJoint } from './membership.js';

export interface AppliedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

export class CommittedMembership {
  readonly #applied: () => AppliedConfiguration;
  readonly #clock: Clock;
  readonly #listeners = new Set<(membership: Membership) => void>();

  constructor(applied: () => AppliedConfiguration, clock: Clock) {
    this.#applied = applied;
    this.#clock = clock;
  }

  current(): Membership {
    const { index, configuration } = this.#applied();
    return {
      appliedIndex: index,
      commitIndex: index,
      members: describeMembers(configuration, []),
      removed: configuration.removed ?? [],
      settled: !isJoint(configuration),
    };
  }

  /** A configuration was applied, or a snapshot brought another one. */
  changed(): void {
    const membership = this.current();
    for (const listener of this.#listeners) listener(membership);
  }

  /** Returns the way to stop. */
  onChange(listener: (membership: Membership) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The first that fits, from the present one on; undefined: not within the time. */
  until(
    fits: (membership: Membership) => boolean,
    timeoutMilliseconds: number,
  ): Promise<Membership | undefined> {
    const now = this.current();
    if (fits(now)) return Promise.resolve(now);
    return new Promise((resolve) => {
      const end = (membership: Membership | undefined): void => {
        timer.cancel();
        stop();
        resolve(membership);
      };
      const stop = this.onChange((membership) => {
        if (fits(membership)) end(membership);
      });
      const timer: Timer = this.#clock.setTimer(timeoutMilliseconds, () => end(undefined));
    });
  }
}
