/** What a watcher was told, step by step, and what is known to have happened. */
import type { HistoryValue } from '../history.js';
import type { Stretch } from './stretches.js';

export type WatchedChange = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface WatchedEvent {
  readonly key: string;
  /** Null: deleted. */
  readonly value: HistoryValue;
  /** Which revision did it. */
  readonly revision: number;
  /** What it was called; absent where watches call it nothing. */
  readonly type?: WatchedChange;
}

export type WatcherStep =
  /** Begins, or begins again after an end: everything from this revision on; absent: from now on. */
  | { readonly kind: 'start'; readonly startRevision?: number }
  /**
   * Everything there was at a revision, each with its last change. The next start goes on from there, whatever came
   * between.
   */
  | {
      readonly kind: 'list';
      readonly revision: number;
      readonly objects: readonly Omit<WatchedEvent, 'type'>[];
    }
  /**
   * Events as they came together, or none. `completeRevision`: what the watcher was told it has now seen
   * everything up to; absent when it was told nothing.
   */
  | { readonly kind: 'batch'; readonly events: readonly WatchedEvent[]; readonly completeRevision?: number }
  /** After an end because of compaction the watcher lists again and may start anywhere. */
  | { readonly kind: 'end'; readonly compacted?: boolean };

export interface WatcherHistory {
  readonly name: string;
  /** Which keys it watches; absent: all. */
  readonly watches?: (key: string) => boolean;
  readonly steps: readonly WatcherStep[];
}

/** What one revision is known to have done. */
export interface CommittedRevision {
  readonly revision: number;
  readonly events: readonly Omit<WatchedEvent, 'revision'>[];
}

/** What is known besides. */
export interface WatchKnowledge {
  /** Where what is committed leaves no revision out: what else was seen there did not happen. In order. */
  readonly complete?: readonly Stretch[];
  /** There was nothing at this revision, so that lists can be held against what was done since. */
  readonly emptyAt?: number;
  /** Every watcher must have seen everything up to this revision. */
  readonly until?: number;
}
