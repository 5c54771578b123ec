/**
 * What goes wrong, in etcd's codes and words: its clients match on both. And how the store's outcomes turn into them:
 * what is certainly not done is told precisely, what is unknown is told as a time-out, which clients take for exactly
 * that.
 */
import type { AuthProblem, Outcome, Refusal } from '../storage/index.js';
import { GrpcError, StatusCode } from './grpc/status.js';

const table = {
  emptyKey: [StatusCode.INVALID_ARGUMENT, 'key is not provided'],
  keyNotFound: [StatusCode.INVALID_ARGUMENT, 'key not found'],
  valueProvided: [StatusCode.INVALID_ARGUMENT, 'value is provided'],
  leaseProvided: [StatusCode.INVALID_ARGUMENT, 'lease is provided'],
  tooManyOperations: [StatusCode.INVALID_ARGUMENT, 'too many operations in txn request'],
  duplicateKey: [StatusCode.INVALID_ARGUMENT, 'duplicate key given in txn request'],
  invalidSortOption: [StatusCode.INVALID_ARGUMENT, 'invalid sort option'],
  compacted: [StatusCode.OUT_OF_RANGE, 'mvcc: required revision has been compacted'],
  futureRevision: [StatusCode.OUT_OF_RANGE, 'mvcc: required revision is a future revision'],
  noSpace: [StatusCode.RESOURCE_EXHAUSTED, 'mvcc: database space exceeded'],
  leaseNotFound: [StatusCode.NOT_FOUND, 'requested lease not found'],
  leaseExists: [StatusCode.FAILED_PRECONDITION, 'lease already exists'],
  leaseTtlTooLarge: [StatusCode.OUT_OF_RANGE, 'too large lease TTL'],
  requestTooLarge: [StatusCode.INVALID_ARGUMENT, 'request is too large'],
  tooManyRequests: [StatusCode.RESOURCE_EXHAUSTED, 'too many requests'],
  permissionsChanged: [StatusCode.INVALID_ARGUMENT, 'revision of auth store is old'],
  permissionDenied: [StatusCode.PERMISSION_DENIED, 'permission denied'],
  userExists: [StatusCode.FAILED_PRECONDITION, 'user name already exists'],
  userNotFound: [StatusCode.FAILED_PRECONDITION, 'user name not found'],
  userEmpty: [StatusCode.INVALID_ARGUMENT, 'user name is empty'],
  roleExists: [StatusCode.FAILED_PRECONDITION, 'role name already exists'],
  roleNotFound: [StatusCode.FAILED_PRECONDITION, 'role name not found'],
  roleEmpty: [StatusCode.INVALID_ARGUMENT, 'role name is empty'],
  roleNotGranted: [StatusCode.FAILED_PRECONDITION, 'role is not granted to the user'],
  permissionNotGranted: [StatusCode.FAILED_PRECONDITION, 'permission is not granted to the role'],
  permissionNotGiven: [StatusCode.INVALID_ARGUMENT, 'permission not given'],
  rootUserMissing: [StatusCode.FAILED_PRECONDITION, 'root user does not exist'],
  rootRoleMissing: [StatusCode.FAILED_PRECONDITION, 'root user does not have root role'],
  invalidManagement: [StatusCode.INVALID_ARGUMENT, 'invalid auth management'],
  authFailed: [StatusCode.INVALID_ARGUMENT, 'authentication failed, invalid user ID or password'],
  authNotEnabled: [StatusCode.FAILED_PRECONDITION, 'authentication is not enabled'],
  invalidToken: [StatusCode.UNAUTHENTICATED, 'invalid auth token'],
  noLeader: [StatusCode.UNAVAILABLE, 'no leader'],
  notLeader: [StatusCode.FAILED_PRECONDITION, 'not leader'],
  stopped: [StatusCode.UNAVAILABLE, 'server stopped'],
  timeout: [StatusCode.UNAVAILABLE, 'request timed out'],
  unhealthy: [StatusCode.UNAVAILABLE, 'unhealthy cluster'],
  corrupt: [StatusCode.DATA_LOSS, 'corrupt cluster'],
  memberNotFound: [StatusCode.NOT_FOUND, 'member not found'],
  memberExists: [StatusCode.FAILED_PRECONDITION, 'member ID already exist'],
  peerUrlExists: [StatusCode.FAILED_PRECONDITION, 'Peer URLs already exists'],
  memberBadUrls: [StatusCode.INVALID_ARGUMENT, 'given member URLs are invalid'],
  memberNotLearner: [StatusCode.FAILED_PRECONDITION, 'can only promote a learner member'],
  learnerNotReady: [
    StatusCode.FAILED_PRECONDITION,
    'can only promote a learner member which is in sync with leader',
  ],
  notEnoughStarted: [
    StatusCode.FAILED_PRECONDITION,
    're-configuration failed due to not enough started members',
  ],
  leaderTransferTimeout: [StatusCode.UNAVAILABLE, 'request timed out, leader transfer took too long'],
  badLeaderTransferee: [StatusCode.FAILED_PRECONDITION, 'bad leader transferee'],
  notForLearners: [StatusCode.UNAVAILABLE, 'rpc not supported for learner'],
  wrongDowngradeVersion: [StatusCode.INVALID_ARGUMENT, 'wrong downgrade target version format'],
  invalidDowngradeTarget: [StatusCode.INVALID_ARGUMENT, 'invalid downgrade target version'],
  noDowngrade: [StatusCode.FAILED_PRECONDITION, 'no inflight downgrade job'],
} as const satisfies Readonly<Record<string, readonly [StatusCode, string]>>;

export type EtcdErrorName = keyof typeof table;

export function etcdError(name: EtcdErrorName): GrpcError {
  return new GrpcError(table[name][0], etcdErrorText(name));
}

/** Without the code: how a watcher is told why it ended. */
export function etcdErrorText(name: EtcdErrorName): string {
  return `etcdserver: ${table[name][1]}`;
}

const codeNames = new Map(
  Object.entries(StatusCode).map(([name, code]) => [
    code as number,
    name.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, first: string) => first.toUpperCase()),
  ]),
);

/** As Go prints it, which is how some clients are told, and what they compare with. */
export function goErrorText({ code, message }: GrpcError): string {
  return `rpc error: code = ${codeNames.get(code) ?? code} desc = ${message}`;
}

/** A number that we have no place for: ids and revisions are below 2^53 here. */
export function beyondOurs(field: string): GrpcError {
  return new GrpcError(
    StatusCode.INVALID_ARGUMENT,
    `etcdserver: ${field} is not between -2^53 and 2^53: larger ones are not kept here`,
  );
}

const authErrors: Readonly<Record<AuthProblem, EtcdErrorName>> = {
  'user-exists': 'userExists',
  'user-not-found': 'userNotFound',
  'user-empty': 'userEmpty',
  'role-exists': 'roleExists',
  'role-not-found': 'roleNotFound',
  'role-empty': 'roleEmpty',
  'role-not-granted': 'roleNotGranted',
  'permission-not-granted': 'permissionNotGranted',
  'root-user-missing': 'rootUserMissing',
  'root-role-missing': 'rootRoleMissing',
  'invalid-management': 'invalidManagement',
  'permission-denied': 'permissionDenied',
};

export function refusalError(refusal: Refusal): GrpcError {
  switch (refusal.reason) {
    case 'no-leader':
      return etcdError('noLeader');
    case 'overloaded':
      return etcdError('tooManyRequests');
    case 'timeout':
      return etcdError('timeout');
    case 'stopping':
      return etcdError('stopped');
    case 'too-large':
      return etcdError('requestTooLarge');
    case 'invalid':
      return new GrpcError(StatusCode.INVALID_ARGUMENT, `etcdserver: ${refusal.message}`);
    case 'no-space':
      return etcdError('noSpace');
    case 'corrupt':
      return etcdError('corrupt');
    case 'lease-not-found':
      return etcdError('leaseNotFound');
    case 'lease-exists':
      return etcdError('leaseExists');
    case 'key-not-found':
      return etcdError('keyNotFound');
    case 'duplicate-key':
      return etcdError('duplicateKey');
    case 'too-many-operations':
      return etcdError('tooManyOperations');
    case 'permissions-changed':
      return etcdError('permissionsChanged');
    case 'auth':
      return etcdError(authErrors[refusal.problem]);
    case 'compacted':
      return etcdError('compacted');
    case 'future-revision':
      return etcdError('futureRevision');
  }
}

/** The value of what is done; throws the client's error otherwise. */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
  switch (outcome.kind) {
    case 'done':
      return outcome.value;
    case 'refused':
      throw refusalError(outcome.refusal);
    case 'unknown':
      throw etcdError('timeout');
  }
}
