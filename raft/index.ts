/**
 * The door of raft/: the running node, its contracts with disk, network and state machine, the transport; and
 * the core, for those who measure it alone.
 */
export { decodeConfiguration, encodeConfiguration } from './core/configuration.js';
export { type CoreOptions, RaftCore } from './core/core.js';
export type { CoreEvent, Effects, MembershipOutcome, MembershipRefusal } from './core/events.js';
export type { MembershipStep } from './core/membership.js';
export type { Message, OutgoingMessage } from './core/messages.js';
export { hasQuorum } from './core/quorum.js';
export type {
  Configuration,
  Entry,
  EntryKind,
  HardState,
  LogIndex,
  Member,
  MemberId,
  Promotion,
  Role,
  SnapshotMetadata,
  Term,
} from './core/types.js';
export { type CoreObservation, createRaftNode, type RaftNodeOptions } from './driver.js';
export {
  type FaultyTransport,
  type LinkFaultOptions,
  linkFaultsMessage,
  withLinkFaults,
} from './faulty-transport.js';
export { defaultRaftLimits, type RaftLimits } from './limits.js';
export type { LogBatch, LogCondition, LogStorage, RecoveredLog } from './log-storage.js';
export type {
  MemberCondition,
  ProposeRefusal,
  ProposeResult,
  RaftNode,
  RaftStatus,
  ReadIndexResult,
} from './node.js';
export { createPeerTransport, type PeerTransport, type PeerTransportOptions } from './peers/transport.js';
export { roleChangedMessage } from './role-log.js';
export type { SnapshotSource, StateMachine } from './state-machine.js';
export { RaftCounters, type RaftStatistics } from './statistics.js';
export type { Transport, TransportHandlers } from './transport.js';
