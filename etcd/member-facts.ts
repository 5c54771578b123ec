/**
 * What every response says about the member that sent it, and whether there is a leader: looked up a few times a
 * second instead of for each call.
 *
 * Faults assumed: the store may be gone, and then the last facts stay.
 */
import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../platform/index.js';
import type { ClusterAdmin, MemberStatus } from '../storage/index.js';
import type { Init } from './proto/codec.js';
import type { ResponseHeader } from './proto/generated/rpc.js';

const lookMilliseconds = 100;
/** So long without a leader, and streams that insist on one are ended: three election timeouts, as in etcd. */
const leaderLossMilliseconds = 3_000;

/** As clients see it: the first 52 bits of ours, which has 64. */
export function clusterIdNumber(clusterId: string): number {
  const hexadecimal = /^[0-9a-f]{13}/.test(clusterId)
    ? clusterId
    : createHash('sha256').update(clusterId).digest('hex');
  return Number.parseInt(hexadecimal.slice(0, 13), 16);
}

export class MemberFacts {
  readonly #admin: ClusterAdmin;
  readonly #clock: Clock;
  readonly #lossListeners = new Set<() => void>();
  readonly #clusterId: number;
  readonly #memberId: number;
  #term: number;
  #revision: number;
  #leaderId: number | undefined;
  #isLearner: boolean;
  #leaderSeen: number;
  #timer: Timer | undefined;
  #stopped = false;

  private constructor(admin: ClusterAdmin, clock: Clock, status: MemberStatus) {
    this.#admin = admin;
    this.#clock = clock;
    this.#clusterId = clusterIdNumber(status.clusterId);
    this.#memberId = status.id;
    this.#term = status.term;
    this.#revision = status.revision;
    this.#leaderId = status.leaderId;
    this.#isLearner = status.role === 'learner';
    this.#leaderSeen = clock.monotonicMilliseconds();
  }

  static async learn(admin: ClusterAdmin, clock: Clock): Promise<MemberFacts> {
    const facts = new MemberFacts(admin, clock, await admin.status());
    facts.#schedule();
    return facts;
  }

  /** With the revision that an answer is about; without: the latest that is known here. */
  header(revision: number = this.#revision): Init<ResponseHeader> {
    if (revision > this.#revision) this.#revision = revision;
    return {
      clusterId: this.#clusterId,
      memberId: this.#memberId,
      revision,
      raftTerm: this.#term,
    };
  }

  get memberId(): number {
    return this.#memberId;
  }

  get isLearner(): boolean {
    return this.#isLearner;
  }

  get hasLeader(): boolean {
    return this.#leaderId !== undefined;
  }

  /** Called once when there has been no leader for a while; returns how to stop listening. */
  onLeaderLost(listener: () => void): () => void {
    this.#lossListeners.add(listener);
    return () => this.#lossListeners.delete(listener);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimer(lookMilliseconds, () => {
      void this.#look().finally(() => this.#schedule());
    });
  }

  async #look(): Promise<void> {
    const status = await this.#admin.status().catch(() => undefined);
    if (status === undefined) return;
    this.#term = status.term;
    this.#leaderId = status.leaderId;
    this.#isLearner = status.role === 'learner';
    if (status.revision > this.#revision) this.#revision = status.revision;
    const now = this.#clock.monotonicMilliseconds();
    if (status.leaderId !== undefined) this.#leaderSeen = now;
    else if (now - this.#leaderSeen >= leaderLossMilliseconds) this.#tellLoss();
  }

  #tellLoss(): void {
    const listeners = [...this.#lossListeners];
    this.#lossListeners.clear();
    for (const listener of listeners) listener();
  }
}
