/**
 * How much work a member has done since its start, in numbers that cost an addition each: what shows that
 * proposals share writes and messages.
 */
import type { Effects } from './core/events.js';

export interface RaftStatistics {
  /** Durable steps handed to the log, each synced once; those with entries, and how many entries. */
  readonly logWrites: number;
  readonly entryWrites: number;
  readonly entriesWritten: number;
  /** All messages to peers; those with entries, how many entries, and the bytes of their data. */
  readonly messagesSent: number;
  readonly entryMessagesSent: number;
  readonly entriesSent: number;
  readonly entryBytesSent: number;
  /** Batches handed to the state machine, and how many entries. */
  readonly applyBatches: number;
  readonly entriesApplied: number;
}

export class RaftCounters {
  readonly #counts = {
    logWrites: 0,
    entryWrites: 0,
    entriesWritten: 0,
    messagesSent: 0,
    entryMessagesSent: 0,
    entriesSent: 0,
    entryBytesSent: 0,
    applyBatches: 0,
    entriesApplied: 0,
  };

  get statistics(): RaftStatistics {
    return { ...this.#counts };
  }

  /** The core has taken a step: what it wants done is done. */
  stepped({ messages, persist }: Pick<Effects, 'messages' | 'persist'>): void {
    const counts = this.#counts;
    counts.messagesSent += messages.length;
    for (const { message } of messages) {
      if (message.type !== 'append-request' || message.entries.length === 0) continue;
      counts.entryMessagesSent += 1;
      counts.entriesSent += message.entries.length;
      for (const { data } of message.entries) counts.entryBytesSent += data.length;
    }
    if (persist === undefined) return;
    counts.logWrites += 1;
    if (persist.kind === 'reset' || persist.entries.length === 0) return;
    counts.entryWrites += 1;
    counts.entriesWritten += persist.entries.length;
  }

  applied(entries: number): void {
    this.#counts.applyBatches += 1;
    this.#counts.entriesApplied += entries;
  }
}
