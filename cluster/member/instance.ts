/** One life of a member, as its supervisor holds it: a process of its own, or a part of this one. */
import type { MembershipOrder, OrderOutcome } from '../../etcd/index.js';
import type { Membership } from '../../storage/index.js';
import type { SnapshotAnswer, SnapshotOrder } from '../snapshot/write-snapshot.js';
import type { LastingReason } from './lasting-refusal.js';
import type { AdminAnswer, AdminCall, MemberReport, SupervisorMessage } from './protocol.js';

/** `userMessage`: why it refused to run, for the user to mend; `lasting`: no further start can help. */
export interface MemberExit {
  readonly reason: string;
  readonly userMessage: string | undefined;
  readonly lasting: LastingReason | undefined;
}

export interface MemberEvents {
  onPeerListening(port: number): void;
  onApiListening(port: number, clientPort: number): void;
  onMembership(membership: Membership): void;
  /** What a client of the etcd API wants done to the membership. Never rejects. */
  onOrder(order: MembershipOrder, timeoutMilliseconds: number): Promise<OrderOutcome>;
  /** Exactly once, when nothing of it is left. */
  onExit(exit: MemberExit): void;
}

export interface MemberInstance {
  /** undefined for a process that could not be started. */
  readonly pid: number | undefined;
  send(
    message: Exclude<SupervisorMessage, { type: 'status' | 'admin' | 'snapshot' | 'order-answer' | 'stop' }>,
  ): void;
  /** undefined when it does not answer in time. */
  report(timeoutMilliseconds: number): Promise<MemberReport | undefined>;
  /** undefined: no answer in time, or it ended; whether it was done is not known then. */
  call(call: AdminCall, timeoutMilliseconds: number): Promise<AdminAnswer | undefined>;
  /** undefined: no answer in time, or it ended; the file may be there then, or a part of it. */
  writeSnapshot(order: SnapshotOrder, timeoutMilliseconds: number): Promise<SnapshotAnswer | undefined>;
  /** Asks it to end; `onExit` follows. */
  stop(): void;
  /** Ends it at once, without a farewell. */
  kill(): void;
  /** Throws a UserError where that is impossible. */
  pause(): void;
  resume(): void;
}

export type LaunchMember = (name: string, events: MemberEvents) => MemberInstance;
