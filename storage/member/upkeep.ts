/**
 * What the leader does unasked: forgets history that is older than anybody should need, and keeps the leases. Both
 * go through the log; ages are told by the log's own times.
 */

import type { Clock, Logger, Timer } from '../../platform/index.js';
import type { RaftNode } from '../../raft/index.js';
import type { Command } from '../commands/command.js';
import type { ReplicatedState } from '../mvcc/state.js';
import type { CallContext, Outcome } from '../store.js';
import { keepLeases } from './keep-leases.js';

export interface UpkeepOptions {
  readonly raft: RaftNode;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: () => ReplicatedState;
  readonly run: (command: Command, context: CallContext) => Promise<Outcome<unknown>>;
  /** undefined: history is kept until somebody compacts it. */
  readonly retentionMilliseconds: number | undefined;
}

interface Sample {
  readonly timeMilliseconds: number;
  readonly revision: number;
}

const TICK_MILLISECONDS = 1000;
const SAMPLES_PER_RETENTION = 10;
const CONTEXT: CallContext = { caller: 'upkeep', timeoutMilliseconds: 5000 };

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #samples: Sample[] = [];
  #timer: Timer | undefined;
  #working = false;
  #stopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    const state = options.state();
    const { timeMilliseconds, revision } = state;
    if (timeMilliseconds > 0) this.#samples.push({ timeMilliseconds, revision });
  }

  start(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.setTimer(TICK_MILLISECONDS, () => {
      void this.#tick();
      this.start();
    });
  }

  /** Remembers, now and then, which revision the store had at a time of the log. */
  entryApplied(timeMilliseconds: number, revision: number): void {
    const { retentionMilliseconds } = this.#options;
    if (retentionMilliseconds === undefined) return;
    const last = this.#samples.at(-1);
    if (
      last !== undefined &&
      timeMilliseconds - last.timeMilliseconds < retentionMilliseconds / SAMPLES_PER_RETENTION
    ) {
      return;
    }
    this.#samples.push({ timeMilliseconds, revision });
  }

  /** The newest revision that was current a whole retention ago, by the log. */
  compactionTarget(): number | undefined {
    const { retentionMilliseconds, state } = this.#options;
    if (retentionMilliseconds === undefined) return undefined;
    const limit = state().timeMilliseconds - retentionMilliseconds;
    while (this.#samples.length > 1 && this.#samples[1]!.timeMilliseconds <= limit) this.#samples.shift();
    const oldest = this.#samples[0];
    if (oldest === undefined || oldest.timeMilliseconds > limit) return undefined;
    return oldest.revision > state().compactRevision ? oldest.revision : undefined;
  }

  async #tick(): Promise<void> {
    const target = this.compactionTarget();
    if (this.#working || this.#stopped || this.#options.raft.status().role !== 'leader') return;
    this.#working = true;
    try {
      if (target !== undefined) await this.#options.run({ kind: 'compact', revision: target }, CONTEXT);
      await keepLeases({
        state: this.#options.state,
        logTimeMilliseconds: () => this.#options.raft.logTimeMilliseconds(),
        run: (command) => this.#options.run(command, CONTEXT),
      });
    } catch (error) {
      if (!this.#stopped)
        this.#options.logger.warn('upkeep failed and is tried again', { error: String(error) });
    } finally {
      this.#working = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }
}
