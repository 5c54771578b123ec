/**
 * The door of cluster/, and what `import … from 'kuorum'` gives: start a whole cluster, look at it, break it,
 * stop it.
 */

export type { SnapshotContents } from '../storage/index.js';
export type {
  BackupSettings,
  BackupStatus,
  Cluster,
  ClusterFaults,
  ClusterMember,
  ClusterMemberStatus,
  ClusterMembership,
  ClusterMembershipEntry,
  ClusterStatus,
  MemberProcessState,
  MemberRole,
  StartClusterOptions,
} from './cluster.js';
// What the command line and the benchmark need besides.
export { type ClusterFile, type ClusterFileMember, readClusterFile } from './cluster-file.js';
export { type EtcdAccess, etcdAccess, etcdctlEnvironment } from './etcd-clients.js';
export { logPath } from './folder-layout.js';
export { kubeconfigPath, mergeKubeconfig } from './kubeconfig.js';
export { childEnvironment, memberFlags } from './member/process-instance.js';
export { checkMemberCount } from './member-count.js';
export { ensurePki } from './pki/ensure.js';
export { pkiLayout } from './pki/layout.js';
export type { PlannedFolder, RecoveryPlan } from './recover/plan.js';
export { type RecoverOptions, type RecoveryResult, recoverCluster } from './recover/recover-cluster.js';
export { type RunClusterOptions, type RunningCluster, runCluster } from './run-cluster.js';
export { checkSnapshot } from './snapshot/check-snapshot.js';
export { keepSnapshot } from './snapshot/keep-snapshot.js';
export { type RestoreOptions, type RestoreResult, restoreCluster } from './snapshot/restore-cluster.js';
export { startCluster } from './start-cluster.js';
export { type ControlClient, connectControl } from './supervisor/control-client.js';
export type { FaultRequest } from './supervisor/fault-request.js';
export { type MembershipRequest, maxPriority } from './supervisor/membership-request.js';
export { isUserError, UserError } from './user-error.js';
export { kuorumVersion } from './version.js';
