/**
 * A running cluster as its owner sees it: what `startCluster` gives and what the command line drives. Plain
 * data and promises only.
 */
import type { ClockFault, DiskFault, LinkFaults } from '../platform/index.js';

export interface StartClusterOptions {
  /** 1, 3, 5 or 7; 3 when absent, or what the data folder holds. */
  readonly members?: number;
  /** Accept 2, 4 or 6 members, which tolerate no more failures than one fewer. */
  readonly allowEven?: boolean;
  /** Run the members in this process, without worker threads; for tests. Default: a process each. */
  readonly inProcess?: boolean;
  /** Where keys, data and logs lie. Absent: a temporary folder that `stop` removes. */
  readonly dataDir?: string;
  /** Delete what an earlier cluster left in `dataDir`. Refused for a folder that is not ours. */
  readonly fresh?: boolean;
  /** The front door's port; 0, the default, picks a free one. */
  readonly apiPort?: number;
  /** Allow fault control; on by default here, off by default on the command line. */
  readonly faults?: boolean;
  /** Serve linearizable reads under the leader's lease: quicker, and only right while clocks drift apart slowly. */
  readonly leaseReads?: boolean;
  /** A follower campaigns after a silence of one to one and a half of it; a second when absent, 200 ms to 60 s. */
  readonly electionTimeoutMilliseconds?: number;
  /** Save snapshots by the clock; absent: none. */
  readonly backups?: BackupSettings;
  /** Above this size of a member's database nothing that grows is taken; 2 GiB when absent, 0: no bound. */
  readonly quotaBytes?: number;
  /** Further names and addresses for the API servers' certificates. */
  readonly tlsSan?: readonly string[];
  /** How long to wait for readiness; 60,000 when absent. */
  readonly readyTimeoutMilliseconds?: number;
  /** Run the control loops (the namespace controller); on by default. */
  readonly controllers?: boolean;
  /** Where the built programs (`member.js` …) lie; found by itself when absent. */
  readonly programFolder?: string;
  /** Called with each step of the start, for people. */
  readonly onProgress?: (step: string) => void;
}

export interface ClusterMember {
  readonly name: string;
  /** The member's identity in the replicated configuration. */
  readonly id: number;
  /** undefined while it is down, and the caller's own pid for a cluster in one process. */
  readonly pid: number | undefined;
  /** `https://127.0.0.1:PORT`: this member's own API server, past the front door. */
  readonly url: string;
  readonly apiPort: number;
  readonly peerPort: number;
  /** The etcd API's port; null before the first time that it listened. */
  readonly clientPort: number | null;
}

/**
 * Where a member's process stands, as its supervisor knows it. `refused`: down until somebody mends what is
 * wrong with it, or replaces it.
 */
export type MemberProcessState =
  | 'starting'
  | 'running'
  | 'paused'
  | 'killed'
  | 'restarting'
  | 'refused'
  | 'stopped';

export type MemberRole = 'voter' | 'learner';

export interface ClusterMembershipEntry {
  readonly name: string;
  readonly id: number;
  readonly role: MemberRole;
  readonly priority: number;
  /** A learner that becomes a voter by itself once it has caught up. */
  readonly promoting: boolean;
  /** The member in whose place it will vote. */
  readonly replaces: string | undefined;
  /** How much of the leader's log it has, from 0 to 1; undefined when no leader said so. */
  readonly caughtUp: number | undefined;
  readonly leader: boolean;
  /** undefined: no process of this supervisor's. */
  readonly process: MemberProcessState | undefined;
}

export interface ClusterMemberStatus {
  readonly name: string;
  readonly id: number;
  readonly pid: number | undefined;
  readonly process: MemberProcessState;
  /** undefined when the member did not answer. */
  readonly role: 'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'learner' | undefined;
  readonly term: number | undefined;
  readonly leader: string | undefined;
  readonly commitIndex: number | undefined;
  readonly appliedIndex: number | undefined;
  /** Entries that the most advanced member has committed and this one has not applied. */
  readonly lag: number | undefined;
  readonly revision: number | undefined;
  readonly databaseBytes: number | undefined;
  /** Of the logical records at `appliedIndex`: 32 hex digits. */
  readonly stateHash: string | undefined;
  readonly hasQuorum: boolean;
  /** `/readyz` was 200 at the last probe. */
  readonly ready: boolean;
  /** `ok`, or what is wrong. */
  readonly health: string;
  readonly residentBytes: number | undefined;
  /** Of one core, since the previous status or over the process's life. */
  readonly cpuPercent: number | undefined;
  /** User and system time of the process since its start. */
  readonly cpuMilliseconds: number | undefined;
  readonly restarts: number;
  /** What is committed about it, as far as the supervisor has heard. */
  readonly voting: boolean;
  readonly priority: number;
  /** Its clock is wrong on purpose. */
  readonly clockFault: ClockFault | undefined;
  /** Its disk is slow on purpose. */
  readonly diskFault: DiskFault | undefined;
  readonly apiPort: number;
  readonly peerPort: number;
  readonly clientPort: number | null;
}

export interface BackupSettings {
  /** Outside of the cluster's own folder. */
  readonly folder: string;
  readonly everyMilliseconds: number;
  /** So many of this cluster's stay; older ones are removed once a newer one was verified. */
  readonly keep: number;
}

export interface BackupStatus extends BackupSettings {
  readonly running: boolean;
  /** The newest that is whole, with the time in its name. */
  readonly last: { readonly name: string; readonly milliseconds: number; readonly bytes: number } | undefined;
  /** Why the newest attempt failed; undefined when it did not. */
  readonly failure: string | undefined;
}

export interface ClusterStatus {
  readonly name: string;
  readonly clusterId: string;
  readonly url: string;
  readonly supervisorPid: number;
  readonly faultsEnabled: boolean;
  /** The member that a majority of the answering members follow. */
  readonly leader: string | undefined;
  readonly linkFaults: LinkFaults;
  /** undefined: none are asked for. */
  readonly backups: BackupStatus | undefined;
  readonly members: readonly ClusterMemberStatus[];
}

/**
 * Faults on purpose. Names are member names; `leader` stands for whoever leads now. Refused with a
 * `UserError` unless the cluster was started with `faults`.
 */
export interface ClusterFaults {
  /** Cuts every link between members of different groups; a member in no group is cut from all. */
  partition(groups: readonly (readonly string[])[]): Promise<void>;
  /** Cuts one member from all others; resolves with its name. */
  isolate(member: string): Promise<string>;
  /** Sets exactly these faults on the links between members. */
  links(faults: LinkFaults): Promise<void>;
  /** SIGKILL; it stays down until `restart`. Resolves, with its name, when the process is gone. */
  kill(member: string): Promise<string>;
  /** Starts a killed member, or kills and starts a running one; resolves when it listens again. */
  restart(member: string): Promise<string>;
  /** SIGSTOP: the process keeps its connections and answers nothing. Not in one process. */
  pause(member: string): Promise<string>;
  resume(member: string): Promise<string>;
  /**
   * Exactly this is wrong with the member's clock from now on, also after a restart: the wall clock is off, and
   * wall clock, monotonic time and timers run at a rate; nothing (`{}`) sets it right. Resolves with its name.
   */
  clock(member: string, fault: ClockFault): Promise<string>;
  /**
   * Exactly this is wrong with the member's disk from now on, also after a restart; a delay of 0 sets it right.
   * Resolves with its name.
   */
  disk(member: string, fault: DiskFault): Promise<string>;
  /** Ends every link fault, every pause, every clock fault and every disk fault. A killed member stays down. */
  heal(): Promise<void>;
}

/**
 * Changes of the membership while the cluster runs, one at a time. `leader` stands for whoever leads now. Each
 * refusal is a `UserError` with the reason, and has changed nothing.
 */
export interface ClusterMembership {
  list(): Promise<readonly ClusterMembershipEntry[]>;
  /**
   * Starts a new member, by the next free name or the given one, as a learner; it votes by itself once it has
   * caught up, unless it is to stay a learner. Resolves with its name when it votes (or listens, for a learner).
   */
  add(options?: {
    readonly name?: string;
    readonly learner?: boolean;
    readonly priority?: number;
  }): Promise<string>;
  /** Takes it out and ends its process. Resolves with its name when nothing of it runs. */
  remove(member: string, options?: { readonly force?: boolean }): Promise<string>;
  /** A learner becomes a voter; resolves when it is one. */
  promote(member: string): Promise<string>;
  /** A voter becomes a learner. */
  demote(member: string, options?: { readonly force?: boolean }): Promise<string>;
  /** A new member in as a learner, then in one change it votes and the old one is out. Resolves with the new name. */
  replace(member: string, options?: { readonly force?: boolean }): Promise<string>;
  /** Of two members that could lead, the one with the higher priority does; from -1000 to 1000, 0 at first. */
  setPriority(member: string, priority: number): Promise<string>;
  /** Resolves when it leads. */
  moveLeader(member: string): Promise<string>;
}

export interface Cluster {
  readonly name: string;
  /** The front door: `https://127.0.0.1:PORT`. */
  readonly url: string;
  readonly dataDir: string;
  /** Credentials and addresses for kubectl and client libraries, as YAML text. */
  readonly kubeconfig: string;
  readonly kubeconfigPath: string;
  /** As they are now: pids and ports change when a member is started again. */
  readonly members: readonly ClusterMember[];
  readonly faults: ClusterFaults;
  readonly membership: ClusterMembership;
  /** Milliseconds from the call to readiness. */
  readonly startMilliseconds: number;
  status(): Promise<ClusterStatus>;
  /** Stops everything; `kill` ends the members without a farewell. Removes a temporary data folder. */
  stop(options?: { readonly kill?: boolean }): Promise<void>;
}
