/**
 * What supervisor and member say to each other over the pipe between them. Only plain JSON values: the pipe
 * is the process's own, so there is no other party to distrust, but a member of another build may be at the
 * other end, hence the version.
 */
import type { ClockFault, DiskFault, LinkFaults } from '../../platform/index.js';
import type { MemberCondition } from '../../raft/index.js';
import type { Membership, MembershipStep, Outcome } from '../../storage/index.js';
import type { ElectionTiming } from '../election-timeout.js';
import type { PemPair } from '../pki/pem.js';
import type { SnapshotAnswer, SnapshotOrder } from '../snapshot/write-snapshot.js';
import type { LastingReason } from './lasting-refusal.js';
import type { OrderAnswer, OrderQuestion } from './order-relay.js';

/** Everything a member needs to run, and nothing that it does not: no authority's key, no other's key. */
export interface MemberConfig {
  readonly name: string;
  readonly id: number;
  readonly clusterId: string;
  /** Where this member's databases lie. */
  readonly folder: string;
  readonly logPath: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /**
   * Make the folder a fresh member when it is not one yet. `found`: of a cluster that is being formed, with all
   * its members. `join`: of one that exists, alone and without a vote until the leader says otherwise. `never`:
   * a folder that is lost is lost.
   */
  readonly format: 'found' | 'join' | 'never';
  /** Who the supervisor knows at this start; later ones come with `peers`. */
  readonly members: readonly { readonly id: number; readonly name: string }[];
  /** Former members may still call, to be told that they were removed. */
  readonly formerNames: readonly string[];
  /** Reads without a round of their own, within this bound on how much clocks may drift apart. */
  readonly leaseReads: { readonly driftBound: number } | undefined;
  /** The same for all members; undefined: the store's own. */
  readonly electionTiming: ElectionTiming | undefined;
  /** Of its database; undefined: the store's own. */
  readonly quotaBytes: number | undefined;
  /** Asked for; another is taken when it is not free. 0: any. */
  readonly peerPort: number;
  readonly apiPort: number;
  /** The etcd API's. */
  readonly clientPort: number;
  /** Of the peer port and of the etcd API's: both trust the same authority. */
  readonly peerTls: PemPair & { readonly authority: string };
  readonly apiTls: PemPair & { readonly clientAuthorities: string };
  readonly linkFaults: LinkFaults;
  readonly clockFault: ClockFault | undefined;
  readonly diskFault: DiskFault | undefined;
}

export interface PeerAddress {
  readonly id: number;
  readonly name: string;
  /** host:port */
  readonly address: string;
  /** The etcd API's; undefined until the member has said so in this run. */
  readonly clientAddress: string | undefined;
}

/** What a member says about itself; the store's own status and the process's. */
export interface MemberReport {
  readonly role: 'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'learner';
  readonly term: number;
  readonly leader: string | undefined;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly revision: number;
  readonly databaseBytes: number;
  readonly stateHash: string;
  readonly hasQuorum: boolean;
  readonly condition: MemberCondition;
  readonly failure: string | undefined;
  /** What needs somebody's attention although it serves. */
  readonly warnings: readonly string[];
  readonly residentBytes: number;
  readonly cpuMilliseconds: number;
}

/** What the supervisor has done by a member, the leader mostly. */
export type AdminCall =
  /** As a leader knows it that is proven to be one, so that nothing before this call is missing. */
  | { readonly kind: 'membership' }
  | { readonly kind: 'change'; readonly steps: readonly MembershipStep[]; readonly force: boolean }
  | { readonly kind: 'move-leader'; readonly to: number };

/** `move-leader` is answered with the membership too. */
export type AdminAnswer = Outcome<Membership>;

export type SupervisorMessage =
  | { readonly type: 'start'; readonly config: MemberConfig }
  | { readonly type: 'peers'; readonly peers: readonly PeerAddress[] }
  | { readonly type: 'link-faults'; readonly faults: LinkFaults }
  | { readonly type: 'clock-fault'; readonly fault: ClockFault | undefined }
  | { readonly type: 'disk-fault'; readonly fault: DiskFault | undefined }
  | { readonly type: 'status'; readonly request: number }
  | {
      readonly type: 'admin';
      readonly request: number;
      readonly call: AdminCall;
      readonly timeoutMilliseconds: number;
    }
  | { readonly type: 'snapshot'; readonly request: number; readonly order: SnapshotOrder }
  | ({ readonly type: 'order-answer' } & OrderAnswer)
  | { readonly type: 'stop' };

export type MemberMessage =
  | { readonly type: 'peer-listening'; readonly port: number }
  /** Both the API server and the etcd API, which has `clientPort`. */
  | { readonly type: 'api-listening'; readonly port: number; readonly clientPort: number }
  | { readonly type: 'report'; readonly request: number; readonly report: MemberReport | undefined }
  | { readonly type: 'admin-answer'; readonly request: number; readonly answer: AdminAnswer }
  | { readonly type: 'snapshot-answer'; readonly request: number; readonly answer: SnapshotAnswer }
  /** The membership that is committed and applied here: at the start, and whenever it changes. */
  | { readonly type: 'membership'; readonly membership: Membership }
  /** What a client of the etcd API wants done to the membership. */
  | ({ readonly type: 'order' } & OrderQuestion)
  /**
   * Cannot run, for a reason that the user can mend; the process ends. `lasting`: starting it again cannot
   * help.
   */
  | { readonly type: 'refused'; readonly message: string; readonly lasting: LastingReason | undefined }
  /** Cannot go on, for any other reason; the process ends. */
  | { readonly type: 'failed'; readonly message: string };
