/**
 * What supervisor and member say to each other over the pipe between them. Only plain JSON values: the pipe
 * is the process's own, so there is no other party to distrust, but a member of another build may be at the
 * other end, hence the version.
 */
import type { LinkFaults } from '../../platform/index.js';
import type { MemberCondition } from '../../raft/index.js';
import type { PemPair } from '../pki/pem.js';

/** Everything a member needs to run, and nothing that it does not: no authority's key, no other's key. */
export interface MemberConfig {
  readonly name: string;
  readonly id: number;
  readonly clusterId: string;
  /** Where this member's databases lie. */
  readonly folder: string;
  readonly logPath: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Make the folder a fresh member when it is not one yet: only while the cluster is being formed. */
  readonly format: boolean;
  /** The whole membership at birth. */
  readonly members: readonly { readonly id: number; readonly name: string }[];
  /** Asked for; another is taken when it is not free. 0: any. */
  readonly peerPort: number;
  readonly apiPort: number;
  readonly peerTls: PemPair & { readonly authority: string };
  readonly apiTls: PemPair & { readonly clientAuthorities: string };
  readonly linkFaults: LinkFaults;
}

export interface PeerAddress {
  readonly id: number;
  readonly name: string;
  /** host:port */
  readonly address: string;
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
  readonly residentBytes: number;
  readonly cpuMilliseconds: number;
}

export type SupervisorMessage =
  | { readonly type: 'start'; readonly config: MemberConfig }
  | { readonly type: 'peers'; readonly peers: readonly PeerAddress[] }
  | { readonly type: 'link-faults'; readonly faults: LinkFaults }
  | { readonly type: 'status'; readonly request: number }
  | { readonly type: 'stop' };

export type MemberMessage =
  | { readonly type: 'peer-listening'; readonly port: number }
  | { readonly type: 'api-listening'; readonly port: number }
  | { readonly type: 'report'; readonly request: number; readonly report: MemberReport | undefined }
  /** Cannot run, for a reason that the user can mend; the process ends. */
  | { readonly type: 'refused'; readonly message: string }
  /** Cannot go on, for any other reason; the process ends. */
  | { readonly type: 'failed'; readonly message: string };
