/**
 * Whether a quorum answers this member: a read index was obtained lately. Probes lightly when nobody reads,
 * and at once when the leader changes, so that readiness follows an election without waiting.
 */
import type { Clock, Timer } from '../../platform/index.js';
import type { RaftNode, ReadIndexResult } from '../../raft/index.js';

const PROBE_MILLISECONDS = 500;
const PROBE_TIMEOUT_MILLISECONDS = 500;

export class QuorumProbe {
  readonly #raft: RaftNode;
  readonly #clock: Clock;
  #lastSuccessMilliseconds: number | undefined;
  #failed = true;
  #timer: Timer | undefined;
  #probing = false;
  #stopped = false;
  #stopListening: (() => void) | undefined;
  #leaderId: number | undefined;

  constructor(raft: RaftNode, clock: Clock) {
    this.#raft = raft;
    this.#clock = clock;
  }

  start(): void {
    this.#stopListening = this.#raft.onStatusChange((status) => {
      if (status.leaderId === this.#leaderId) return;
      this.#leaderId = status.leaderId;
      if (status.leaderId !== undefined) void this.#probe();
    });
    void this.#probe();
    this.#schedule();
  }

  get hasQuorum(): boolean {
    return !this.#failed && this.#raft.status().leaderId !== undefined;
  }

  /** Obtains a read index for a caller, and learns from it. */
  async readIndex(timeoutMilliseconds: number): Promise<ReadIndexResult> {
    const result = await this.#raft.readIndex({ timeoutMilliseconds });
    if (result.kind === 'index') {
      this.#lastSuccessMilliseconds = this.#clock.monotonicMilliseconds();
      this.#failed = false;
    }
    return result;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimer(PROBE_MILLISECONDS, () => {
      void this.#probe();
      this.#schedule();
    });
  }

  async #probe(): Promise<void> {
    if (this.#probing || this.#stopped) return;
    const last = this.#lastSuccessMilliseconds;
    if (last !== undefined && this.#clock.monotonicMilliseconds() - last < PROBE_MILLISECONDS) return;
    this.#probing = true;
    try {
      const result = await this.readIndex(PROBE_TIMEOUT_MILLISECONDS);
      if (result.kind === 'refused') this.#failed = true;
    } catch {
      this.#failed = true;
    } finally {
      this.#probing = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#failed = true;
    this.#timer?.cancel();
    this.#stopListening?.();
  }
}
