/** What a client does: one operation of a history, in one or more requests. */
import type { ApiClient } from '../../client/index.js';
import type { Random } from '../../platform/index.js';
import type { HistoryCall } from '../checker/index.js';
import type { Failure } from './outcome.js';

export type Ending =
  | { readonly kind: 'ok'; readonly call: HistoryCall; readonly revision?: number }
  | Failure;

export interface PlannedOperation {
  /** As asked, before anything is answered. */
  readonly call: HistoryCall;
  /** For the books and the picture: the key, or the group of keys. */
  readonly subject: string;
  /** Never rejects for anything that a server or a network can do. */
  perform(api: ApiClient): Promise<Ending>;
}

export interface Workload {
  readonly name: string;
  plan(random: Random): PlannedOperation;
  /** Reads of everything that was ever written, for the end. */
  finalReads(): readonly PlannedOperation[];
}
