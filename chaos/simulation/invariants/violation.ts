/** What a broken promise is called, and how a monitor says that it saw one. */

export type InvariantName =
  /** At most one leader a term, each elected by a quorum of members that vote once a term. */
  | 'election-safety'
  /** A leader never overwrites or removes entries of its log. */
  | 'leader-append-only'
  /** Entries with one index and term are the same entry, and so is everything before them. */
  | 'log-matching'
  /** What was committed in an earlier term is in the log of every later leader. */
  | 'leader-completeness'
  /** A leader commits by counting only entries of its own term. */
  | 'commit-rule'
  /** There is one history of committed entries across all members ever. */
  | 'committed-history'
  /** Members apply the committed history, whole and in order. */
  | 'state-machine-safety'
  /** Commit index, applied index and term never go back in a member's life. */
  | 'no-going-back'
  /** What a member promised, and what was committed, is durable; the latter on a quorum. */
  | 'durability'
  /** A member that lost something, may be an old copy, or is out, votes for nobody and counts for nothing. */
  | 'word-of-the-unproven'
  /** Members at one applied index have one state. */
  | 'state-hash'
  /** No two configurations that follow each other could elect or commit without each other. */
  | 'configuration-safety'
  /** A read index is at least what was committed when the read began. */
  | 'read-index'
  /** What clients were told can be ordered by revision, in real time, and read back. */
  | 'client-history'
  /** Each watch shows each revision once, whole, in order, and none is missing. */
  | 'watch-completeness'
  /** A lease is not gone before the time that was acknowledged has passed, by the fastest clock. */
  | 'lease-lifetime'
  /** A member stops only for a reason that was done to it. */
  | 'unexpected-failure'
  /** With a healthy majority the cluster converges and answers within its bound. */
  | 'liveness';

export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
}

/** Takes note; the first one ends the run. Monitors go on as if nothing had happened. */
export type Report = (invariant: InvariantName, message: string) => void;
