/**
 * The door of storage/: the store as its clients see it, the member that keeps it, its folder, and the same
 * store across a thread.
 */
export { roleOf, userOf } from './auth/apply-change.js';
export {
  type Access,
  type AuthState,
  authLimits,
  initialAuth,
  type Permission,
  ROOT_ROLE,
  ROOT_USER,
  type Role,
  type User,
} from './auth/auth-state.js';
export type { AuthChange, AuthProblem } from './auth/change.js';
export { mayAccess, type Rights, rightsOf } from './auth/rights.js';
export * from './cluster-admin.js';
export { stepsTaken } from './member/membership.js';
export {
  FORMAT_VERSION,
  formatMemberFolder,
  MemberFolderError,
  type MemberFolderProblem,
  type MemberIdentity,
  readMemberIdentity,
} from './member-folder.js';
export {
  type CreateRaftNode,
  type MemberStore,
  type MemberStoreOptions,
  openMemberStore,
  type ReopenWish,
} from './member-store.js';
export { buildRecoveredFolder } from './recover/build-folder.js';
export { type Candidate, type Examination, examineMemberFolder } from './recover/candidate.js';
export { chooseCandidate, compareCandidates, countQuorum, type QuorumCount } from './recover/choose.js';
export { REVISION_RAISE } from './recover/raised-folders.js';
export { type ConnectedStore, type ConnectStoreOptions, connectStore } from './remote/connect-store.js';
export type { StorePort } from './remote/port.js';
export { type ServedStore, serveStore } from './remote/serve-store.js';
export { SnapshotFileError, type SnapshotHeader, type SnapshotMember } from './snapshot/file-format.js';
export { type CheckedSnapshot, readSnapshotFile, type SnapshotContents } from './snapshot/read-file.js';
export { buildRestoredFolders } from './snapshot/restore-folders.js';
export { SnapshotEndedError, snapshotBytes } from './snapshot/snapshot-bytes.js';
export * from './store.js';
