/**
 * What a leader knows of one follower, and when it may send it more.
 *
 * Invariant: `matchIndex < nextIndex`. `probe`: where the logs agree is a guess, one message at a time.
 * `replicate`: they agree, messages are sent ahead of the answers. `snapshot`: entries that it needs are gone
 * from the log, a snapshot is on its way.
 */
import type { LogIndex } from './types.js';

export type ProgressState = 'probe' | 'replicate' | 'snapshot';

interface InflightMessage {
  readonly lastIndex: LogIndex;
  readonly bytes: number;
}

export class Progress {
  state: ProgressState = 'probe';
  matchIndex: LogIndex = 0;
  /** As far as it acknowledged while its word counted: a promise that its folder must hold from then on. */
  promisedIndex: LogIndex = 0;
  nextIndex: LogIndex;
  /** Something arrived from it since the last look (check-quorum). */
  recentlyActive = false;
  /** The leader's tick at which it last answered as a member that counts. */
  answeredTick = 0;
  /** False while it says that it is recovering. */
  counts = true;
  /** The highest commit index that it was told. */
  sentCommitIndex: LogIndex = 0;
  /** A learner that is to vote: the round of catching up that it is in. */
  catchUp: { readonly targetIndex: LogIndex; readonly startTick: number } | undefined;
  /** An older part of the log is being read for it. */
  fetching = false;
  #probeSent = false;
  #inflight: InflightMessage[] = [];
  #inflightBytes = 0;
  /** Answers to heartbeats since `matchIndex` last moved. */
  #idleHeartbeats = 0;

  constructor(nextIndex: LogIndex) {
    this.nextIndex = nextIndex;
  }

  maySend(limits: { readonly maxInflightMessages: number; readonly maxInflightBytes: number }): boolean {
    if (this.fetching) return false;
    switch (this.state) {
      case 'probe':
        return !this.#probeSent;
      case 'replicate':
        return (
          this.#inflight.length < limits.maxInflightMessages && this.#inflightBytes < limits.maxInflightBytes
        );
      case 'snapshot':
        return false;
    }
  }

  /** Entries through `lastIndex` have been sent; `bytes` 0 when there were none. */
  sent(lastIndex: LogIndex, bytes: number): void {
    if (this.state === 'probe') this.#probeSent = true;
    else if (bytes > 0) {
      this.#inflight.push({ lastIndex, bytes });
      this.#inflightBytes += bytes;
      this.nextIndex = lastIndex + 1;
    }
  }

  /** The follower holds everything through `matchIndex`. */
  accepted(matchIndex: LogIndex): void {
    const advanced = matchIndex > this.matchIndex;
    if (advanced) {
      this.matchIndex = matchIndex;
      this.#idleHeartbeats = 0;
    }
    if (this.nextIndex <= this.matchIndex) this.nextIndex = this.matchIndex + 1;
    // A repeated old answer must not end the wait for a snapshot.
    if (this.state === 'probe' || (this.state === 'snapshot' && advanced)) this.#enter('replicate');
    let freed = 0;
    while (freed < this.#inflight.length && this.#inflight[freed]!.lastIndex <= matchIndex) {
      this.#inflightBytes -= this.#inflight[freed]!.bytes;
      freed += 1;
    }
    if (freed > 0) this.#inflight.splice(0, freed);
  }

  /** Whether a rejection at `rejectedIndex` tells something new; answers to older messages do not. */
  isFreshRejection(rejectedIndex: LogIndex): boolean {
    switch (this.state) {
      case 'probe':
        return rejectedIndex === this.nextIndex - 1;
      case 'replicate':
        return rejectedIndex > this.matchIndex;
      case 'snapshot':
        return false;
    }
  }

  probeFrom(nextIndex: LogIndex): void {
    this.#enter('probe');
    this.nextIndex = Math.max(nextIndex, this.matchIndex + 1);
  }

  awaitSnapshot(): void {
    this.#enter('snapshot');
  }

  /** Its connection is gone: what is on its way is lost. A snapshot has its own end. */
  disconnected(): void {
    this.recentlyActive = false;
    if (this.state === 'replicate') this.probeFrom(this.matchIndex + 1);
  }

  /** It answered a heartbeat. True when messages on their way seem lost and the place should be probed. */
  heartbeatAnswered(lastIndex: LogIndex): boolean {
    if (this.state === 'replicate' && this.matchIndex >= lastIndex) {
      this.#idleHeartbeats = 0;
      return false;
    }
    // One may have overtaken what it is writing; by the second a message on its way has arrived or is lost.
    this.#idleHeartbeats += 1;
    if (this.#idleHeartbeats < 2) return false;
    this.#idleHeartbeats = 0;
    this.#probeSent = false;
    return this.state === 'replicate';
  }

  #enter(state: ProgressState): void {
    this.state = state;
    this.#probeSent = false;
    this.#inflight = [];
    this.#inflightBytes = 0;
    this.#idleHeartbeats = 0;
    this.sentCommitIndex = 0;
  }
}
