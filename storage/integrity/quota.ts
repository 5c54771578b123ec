/**
 * Keeps the database within its quota. Each member measures its own; the first that is above raises an alarm
 * through the log, and from then on all refuse what grows. When history has been forgotten the member that raised
 * it gives the space back to the file system, and ends the alarm once it is clearly below: the distance keeps an
 * alarm from coming and going with every write.
 */
import type { Clock, Logger, Timer } from '../../platform/index.js';
import type { MemberId } from '../../raft/index.js';
import type { Command } from '../commands/command.js';
import type { ReplicatedState } from '../mvcc/state.js';
import type { CallContext, Outcome } from '../store.js';
import { alarmOf } from './ledger.js';

/** As etcd's. */
export const DEFAULT_QUOTA_BYTES = 2 * 1024 * 1024 * 1024;

export interface QuotaOptions {
  /** 0: none. */
  readonly quotaBytes: number;
  readonly memberId: MemberId;
  readonly state: () => ReplicatedState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly run: (command: Command, context: CallContext) => Promise<Outcome<unknown>>;
}

/** From here on people are told. */
export const WARN_SHARE = 0.8;
const DISARM_SHARE = 0.9;
/** Once the quota is near it is watched more closely: measuring looks at every file. */
const FAR_MILLISECONDS = 5000;
const NEAR_MILLISECONDS = 1000;
const CONTEXT: CallContext = { caller: 'quota', timeoutMilliseconds: 5000 };

export class Quota {
  readonly #options: QuotaOptions;
  #timer: Timer | undefined;
  #stopped = false;
  /** At first it is not known: an alarm of an earlier life may have lost its cause. */
  #near = true;
  #warned = false;
  #reclaimedRevision: number | undefined;

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped || this.#options.quotaBytes === 0) return;
    const delay = this.#near ? NEAR_MILLISECONDS : FAR_MILLISECONDS;
    this.#timer = this.#options.clock.setTimer(delay, () => {
      void this.tick().finally(() => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Public for tests that do not wait for it. */
  async tick(): Promise<void> {
    const { logger } = this.#options;
    try {
      await this.#measure();
    } catch (error) {
      if (!this.#stopped)
        logger.warn('the database could not be measured or reclaimed', { error: String(error) });
    }
  }

  async #measure(): Promise<void> {
    const { quotaBytes, memberId, state } = this.#options;
    const bytes = await state().sizeBytes();
    if (this.#stopped) return;
    this.#warn(bytes);
    const standing = alarmOf(state().ledger, memberId, 'no-space');
    if (standing === undefined) {
      this.#reclaimedRevision = undefined;
      if (bytes <= quotaBytes) return;
      await this.#run({ kind: 'alarm-raise', memberId, alarm: 'no-space', atIndex: 0 });
    } else if (bytes < quotaBytes * DISARM_SHARE) {
      const belowIndex = Number.MAX_SAFE_INTEGER;
      await this.#run({ kind: 'alarm-clear', memberId, alarm: 'no-space', belowIndex });
    } else {
      await this.#reclaim();
    }
  }

  #warn(bytes: number): void {
    const { quotaBytes, logger } = this.#options;
    const near = bytes >= quotaBytes * WARN_SHARE;
    if (near && !this.#warned) logger.warn('the database comes close to its quota', { bytes, quotaBytes });
    this.#near = near;
    this.#warned = near;
  }

  /** Once for each history that was forgotten: only that makes the files smaller. */
  async #reclaim(): Promise<void> {
    const { deletedRevision, compactRevision } = this.#options.state();
    if (deletedRevision < compactRevision || deletedRevision === this.#reclaimedRevision) return;
    this.#reclaimedRevision = deletedRevision;
    await this.#options.state().flush();
    await this.#options.state().compactRange('\u0000', '\u00ff');
  }

  async #run(command: Command): Promise<void> {
    await this.#options.run(command, CONTEXT);
  }
}
