/** A cluster that is measured through the etcd API, whoever's it is and however many members it has. */
import type { Cluster } from '../../cluster/index.js';
import type { Access } from '../generator/protocol.js';

export interface SystemOptions {
  readonly members: number;
  /** Empty; the system's own while it runs. */
  readonly folder: string;
  readonly electionTimeoutMilliseconds?: number;
}

export interface MeasuredSystem {
  readonly name: 'kuorum' | 'etcd';
  readonly version: string;
  readonly memberNames: readonly string[];
  /** Of all members, in the order of `memberNames`. */
  readonly access: Access;
  /** Of the members' processes now; 0: it does not run. */
  pids(): Promise<readonly number[]>;
  /** Which of `memberNames` leads now; waits for one. */
  leader(): Promise<number>;
  /** Since the start, for each member; undefined where the system does not tell. */
  counters(): Promise<readonly (MemberCounters | undefined)[]>;
  /** What a benchmark may do to single members, each by its place in `memberNames`. */
  readonly control: MemberControl;
  /** Where each member writes down what it becomes; undefined: it was not asked to. */
  readonly logPaths: readonly string[] | undefined;
  /** Kuorum's own handle, for faults; undefined for others. */
  readonly cluster: Cluster | undefined;
  close(): Promise<void>;
}

export interface MemberControl {
  /** SIGKILL; resolves when the process is gone. */
  kill(member: number): Promise<void>;
  /** Starts one that was killed; it is still on its way when it resolves. */
  restart(member: number): Promise<void>;
  /** SIGSTOP. */
  pause(member: number): Promise<void>;
  resume(member: number): Promise<void>;
}

export interface MemberCounters {
  readonly entriesCommitted: number;
  readonly logSyncs: number;
  /** undefined: it does not count them (etcd counts only their bytes). */
  readonly messagesSent: number | undefined;
}
