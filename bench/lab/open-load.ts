/**
 * Open loop: requests are sent when they are due, answered or not, and a latency counts from when the request was due.
 * A closed loop would wait for a slow answer and leave out those who would have come meanwhile.
 */

export type OpenOperation =
  | 'put'
  | 'range-linearizable'
  | 'range-serializable'
  /** Half puts, half linearizable ranges. */
  | 'mixed';

export interface OpenLoadRequest {
  readonly operation: OpenOperation;
  /** Arrivals are fixed beforehand: a Poisson process of this rate, from the seed. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly seed: number;
  /** Connections over which the arrivals are spread, beginning at `firstMember`. */
  readonly clients: number;
  readonly firstMember: number;
  /** All connections go to it; else to each member as many. */
  readonly onlyFirstMember?: boolean;
  /** Of a request; a request that has no answer by then counts as unanswered. */
  readonly timeoutMilliseconds: number;
  /** A request that fails is counted, and its connection tries the next member with the following one. */
  readonly followTheLeader: boolean;
  readonly intervalMilliseconds: number;
  /** Every acknowledgement's times are wanted, not the books alone; off when absent. */
  readonly keepAnswers?: boolean;
}

/** Of one request that was answered well: in a result, milliseconds of the machine's wall clock. */
export interface SentAndAnswered {
  readonly dueMilliseconds: number;
  readonly sentMilliseconds: number;
  readonly answeredMilliseconds: number;
}

export interface OpenLoadResult {
  readonly seconds: number;
  readonly due: number;
  readonly answered: number;
  readonly failed: number;
  readonly unanswered: number;
  readonly firstError: string | undefined;
  /** Microseconds from due to answered, all that were answered. */
  readonly histogram: string;
  /** How late requests were sent, as the 99th percentile: what the generator itself adds. */
  readonly sentLateMilliseconds: number;
  /** Why the figures are void: the generator fell behind its own plan. */
  readonly invalid: string | undefined;
  readonly cpuSeconds: number;
  readonly busyShare: number;
  readonly intervals: readonly OpenInterval[];
  /** Wall-clock milliseconds of the run's beginning, to lay other processes' records beside it. */
  readonly startedAtMilliseconds: number;
  /** In the order of the answers; undefined: they were not asked for. */
  readonly answers?: readonly SentAndAnswered[];
  /** The longest times without any answer, longest first, at most ten. */
  readonly gaps: readonly { readonly fromMilliseconds: number; readonly toMilliseconds: number }[];
}

/** Of the requests due in it. */
export interface OpenInterval {
  readonly fromMilliseconds: number;
  readonly due: number;
  /** Answers that came in this interval, whenever they were due. */
  readonly answers: number;
  readonly failures: number;
  readonly p50Milliseconds: number | null;
  readonly p99Milliseconds: number | null;
  readonly maxMilliseconds: number | null;
}
