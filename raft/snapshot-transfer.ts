/**
 * Snapshots on their way: the ones this member sends to followers that are behind its log, and the one it installs.
 *
 * Faults assumed: either end or the network fails at any time. A snapshot that was not installed whole has changed
 * nothing, and the leader is told that it failed.
 */
import { type Clock, DiskFailedError, type Logger } from '../platform/index.js';
import type { CoreEvent } from './core/events.js';
import type { LogIndex, MemberId, SnapshotMetadata } from './core/types.js';
import type { RetainedLog } from './retained-log.js';
import type { StateMachine } from './state-machine.js';
import type { Transport } from './transport.js';

export interface SnapshotTransferOptions {
  readonly stateMachine: StateMachine;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retained: RetainedLog;
  /** What the core is told. */
  readonly tell: (event: CoreEvent) => void;
  /** Resolves when no entries are being applied. */
  readonly applied: () => Promise<void>;
  /** This member's disk has failed: what is on it is unknown. */
  readonly diskFailed: (error: DiskFailedError) => void;
}

export class SnapshotTransfer {
  readonly #options: SnapshotTransferOptions;
  readonly #sending = new Set<MemberId>();
  #installation: Promise<void> | undefined;

  constructor(options: SnapshotTransferOptions) {
    this.#options = options;
  }

  /** The state is being replaced: nothing may be applied. Resolves when that is over, never rejects. */
  get installation(): Promise<void> | undefined {
    return this.#installation;
  }

  /** Rejects when it was not installed; one that brings nothing new is over at once. */
  async receive(
    from: MemberId,
    metadata: SnapshotMetadata,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    if (metadata.index <= this.#options.stateMachine.appliedIndex) return;
    if (this.#installation !== undefined) throw new Error('another snapshot is being installed');
    const installing = this.#install(from, metadata, chunks);
    this.#installation = installing.catch(() => undefined);
    try {
      await installing;
    } catch (error) {
      this.#noteDiskFailure(error);
      throw error;
    } finally {
      this.#installation = undefined;
    }
  }

  async #install(
    from: MemberId,
    metadata: SnapshotMetadata,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const { stateMachine, logger, applied, tell } = this.#options;
    await applied();
    // What was being applied may have gone past the snapshot, and a state never goes back.
    if (metadata.index <= stateMachine.appliedIndex) return;
    logger.info('installing a snapshot', { from, index: metadata.index });
    await stateMachine.installSnapshot(metadata, chunks);
    tell({ kind: 'snapshot-installed', snapshot: metadata });
  }

  /** One at a time to each follower. How it went is told to the core; also whether the other has installed it. */
  async send(to: MemberId): Promise<boolean> {
    if (this.#sending.has(to)) return false;
    this.#sending.add(to);
    const { logger, tell } = this.#options;
    try {
      const index = await this.#stream(to);
      this.#sending.delete(to);
      tell({ kind: 'snapshot-sent', to, index });
      return true;
    } catch (error) {
      logger.warn('sending a snapshot failed', { to, error: String(error) });
      this.#noteDiskFailure(error);
      this.#sending.delete(to);
      tell({ kind: 'snapshot-failed', to });
      return false;
    }
  }

  /**
   * Whatever else went wrong may go better the next time. A database that failed is never written again: a leader that
   * cannot read its own state would hold its office and bring nobody back.
   */
  #noteDiskFailure(error: unknown): void {
    if (error instanceof DiskFailedError && error.kind !== 'closed') this.#options.diskFailed(error);
  }

  async #stream(to: MemberId): Promise<LogIndex> {
    const { stateMachine, transport, logger, clock, retained } = this.#options;
    const source = await stateMachine.openSnapshot();
    try {
      const { index } = source.metadata;
      retained.begin(to, index);
      logger.info('sending a snapshot', { to, index });
      await transport.sendSnapshot(to, source.metadata, source.chunks());
      return index;
    } finally {
      retained.end(to, clock.monotonicMilliseconds());
      await source.close();
    }
  }
}
