/**
 * What each method needs of its caller once authentication is enabled: one table, complete by its type, in etcd's
 * rules. Stricter than etcd 3.4 in three places, where it lets callers past their rights: transactions inside others
 * are judged like any, a key is attached to a lease by a transaction as by a put, and who asks for the keys of a lease
 * must be allowed to read them.
 */
import type { KeyRange, TxnRequest as StoreTxn, TxnOperation } from '../../storage/index.js';
import type { ServiceDescription } from '../grpc/service.js';
import type { Codec } from '../proto/codec.js';
import { ElectionService, type LeaderKey } from '../proto/generated/election.js';
import { HealthService } from '../proto/generated/health.js';
import { LockService } from '../proto/generated/lock.js';
import {
  AuthService,
  ClusterService,
  KVService,
  LeaseService,
  MaintenanceService,
  type RangeRequest,
  WatchService,
} from '../proto/generated/rpc.js';
import { deleteOperation, putOperation, rangeSelection, storeTxn } from '../services/kv-requests.js';

export interface KeyAccess {
  readonly access: 'read' | 'write';
  readonly range: KeyRange;
}

export type Need =
  /** Not even that a token, if there is one, is a good one. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'good-token' }
  /** The right to each; without any, a good token. */
  | { readonly kind: 'keys'; readonly accesses: readonly KeyAccess[] }
  /** The role root, or to be this user, or to have this role. */
  | { readonly kind: 'root'; readonly orUser?: string; readonly orRole?: string };

/**
 * By which users and roles it is judged. `store`: by those that are known here, for the store compares them with what
 * is in force when it reads or writes; `applied`: by those that this member has applied; `acknowledged`: by those that
 * any member has acknowledged.
 */
export type JudgedBy = 'store' | 'applied' | 'acknowledged';

export interface Rule {
  readonly judgedBy: JudgedBy;
  /** Throws what is wrong with the request itself: that is told first. */
  readonly need: (request: never) => Need;
}

type RequestOf<Method> = Method extends { readonly request: Codec<infer Message> } ? Message : never;

type RulesOf<Service extends ServiceDescription> = {
  readonly [Name in keyof Service['methods']]: {
    readonly judgedBy: JudgedBy;
    readonly need: (request: RequestOf<Service['methods'][Name]>) => Need;
  };
};

const nothing = { judgedBy: 'store', need: (): Need => ({ kind: 'nothing' }) } as const;
const goodToken = { judgedBy: 'store', need: (): Need => ({ kind: 'good-token' }) } as const;
const changeOfUsers = { judgedBy: 'store', need: (): Need => ({ kind: 'root' }) } as const;
const rootHere = { judgedBy: 'applied', need: (): Need => ({ kind: 'root' }) } as const;
const rootAnywhere = { judgedBy: 'acknowledged', need: (): Need => ({ kind: 'root' }) } as const;

function byKeys<Request>(accesses: (request: Request) => readonly KeyAccess[]): {
  readonly judgedBy: JudgedBy;
  readonly need: (request: Request) => Need;
} {
  return { judgedBy: 'store', need: (request) => ({ kind: 'keys', accesses: accesses(request) }) };
}

const reads = (range: KeyRange): KeyAccess => ({ access: 'read', range });
const writes = (range: KeyRange): KeyAccess => ({ access: 'write', range });

function accessesOfOperation(operation: TxnOperation): readonly KeyAccess[] {
  switch (operation.type) {
    case 'range':
      return [reads(operation)];
    case 'put': {
      const { key, previous } = operation;
      return previous === true ? [writes({ key }), reads({ key })] : [writes({ key })];
    }
    case 'delete':
      return operation.previous === true ? [writes(operation), reads(operation)] : [writes(operation)];
    case 'txn':
      return accessesOfTxn(operation.request);
  }
}

function accessesOfTxn(request: StoreTxn): readonly KeyAccess[] {
  return [
    ...request.compare.map(reads),
    ...request.then.flatMap(accessesOfOperation),
    ...request.else.flatMap(accessesOfOperation),
  ];
}

const rangeAccesses = (request: RangeRequest): readonly KeyAccess[] => [reads(rangeSelection(request))];

const kv = (maxTxnOperations: number): RulesOf<typeof KVService> => ({
  Range: byKeys(rangeAccesses),
  RangeStream: byKeys(rangeAccesses),
  Put: byKeys((request) => accessesOfOperation(putOperation(request))),
  DeleteRange: byKeys((request) => accessesOfOperation(deleteOperation(request))),
  Txn: byKeys((request) => accessesOfTxn(storeTxn(request, maxTxnOperations))),
  Compact: goodToken,
});

/** Each watcher is judged when it is made (services/watch.ts). */
const watch: RulesOf<typeof WatchService> = { Watch: nothing };

const lease: RulesOf<typeof LeaseService> = {
  LeaseGrant: goodToken,
  // And the right to write all of its keys, which the store judges.
  LeaseRevoke: goodToken,
  LeaseKeepAlive: nothing,
  // And the right to read them, which is judged when they are known.
  LeaseTimeToLive: { judgedBy: 'store', need: ({ keys }) => ({ kind: keys ? 'good-token' : 'nothing' }) },
  LeaseLeases: nothing,
};

const maintenance: RulesOf<typeof MaintenanceService> = {
  Alarm: goodToken,
  Status: nothing,
  Defragment: rootHere,
  Hash: rootHere,
  HashKV: rootHere,
  Snapshot: rootHere,
  MoveLeader: nothing,
  Downgrade: rootHere,
};

const cluster: RulesOf<typeof ClusterService> = {
  MemberAdd: rootHere,
  MemberRemove: rootHere,
  MemberUpdate: rootHere,
  MemberList: nothing,
  MemberPromote: rootHere,
};

const auth: RulesOf<typeof AuthService> = {
  AuthEnable: changeOfUsers,
  AuthDisable: changeOfUsers,
  AuthStatus: rootAnywhere,
  Authenticate: nothing,
  UserAdd: changeOfUsers,
  UserGet: { judgedBy: 'acknowledged', need: ({ name }) => ({ kind: 'root', orUser: name }) },
  UserList: rootAnywhere,
  UserDelete: changeOfUsers,
  UserChangePassword: changeOfUsers,
  UserGrantRole: changeOfUsers,
  UserRevokeRole: changeOfUsers,
  RoleAdd: changeOfUsers,
  RoleGet: { judgedBy: 'acknowledged', need: ({ role }) => ({ kind: 'root', orRole: role }) },
  RoleList: rootAnywhere,
  RoleDelete: changeOfUsers,
  RoleGrantPermission: changeOfUsers,
  RoleRevokePermission: changeOfUsers,
};

const SLASH = 0x2f;

/** Where those who wait for a lock or an office have their keys: [name + '/', name + '0'). */
function contenders(name: Uint8Array): KeyRange {
  return {
    key: Buffer.concat([name, Buffer.of(SLASH)]),
    end: Buffer.concat([name, Buffer.of(SLASH + 1)]),
  };
}

const contends = ({ name }: { readonly name: Uint8Array }): readonly KeyAccess[] => [
  reads(contenders(name)),
  writes(contenders(name)),
];

const observes = ({ name }: { readonly name: Uint8Array }): readonly KeyAccess[] => [reads(contenders(name))];

const leads = ({ leader }: { readonly leader: LeaderKey | undefined }): readonly KeyAccess[] =>
  leader === undefined ? [] : [reads({ key: leader.key }), writes({ key: leader.key })];

const lock: RulesOf<typeof LockService> = {
  Lock: byKeys(contends),
  Unlock: byKeys(({ key }) => [writes({ key })]),
};

const election: RulesOf<typeof ElectionService> = {
  Campaign: byKeys(contends),
  Proclaim: byKeys(leads),
  Leader: byKeys(observes),
  Observe: byKeys(observes),
  Resign: byKeys(leads),
};

const health: RulesOf<typeof HealthService> = { Check: nothing, Watch: nothing };

function byPath<Service extends ServiceDescription>(
  service: Service,
  rules: RulesOf<Service>,
): readonly (readonly [string, Rule])[] {
  return Object.entries(service.methods).map(([name, { path }]) => [
    path,
    // A method is only ever given its own requests.
    rules[name as keyof Service['methods']] as unknown as Rule,
  ]);
}

/** Of every method, by its path. */
export function rulesOfAll(maxTxnOperations: number): ReadonlyMap<string, Rule> {
  return new Map([
    ...byPath(KVService, kv(maxTxnOperations)),
    ...byPath(WatchService, watch),
    ...byPath(LeaseService, lease),
    ...byPath(MaintenanceService, maintenance),
    ...byPath(ClusterService, cluster),
    ...byPath(AuthService, auth),
    ...byPath(LockService, lock),
    ...byPath(ElectionService, election),
    ...byPath(HealthService, health),
  ]);
}
