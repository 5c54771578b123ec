/**
 * Users, roles and what a role may do: part of the replicated state, changed by log entries alone, so that every
 * member judges alike. Plain data. Small enough to be kept in memory and written as one record: see `authLimits`.
 */
import {
  booleanAt,
  bytesAt,
  DamagedRecordError,
  numberAt,
  stringAt,
  type Tuple,
  type TupleValue,
  tupleAt,
} from '../tuple.js';

/** Part of what a change means: all members must have the same. */
export const authLimits = {
  maxUsers: 4096,
  maxRoles: 1024,
  maxRolesPerUser: 64,
  maxPermissionsPerRole: 256,
  maxNameBytes: 256,
  maxPasswordHashBytes: 512,
  /** Of all that is kept. */
  maxBytes: 4_194_304,
} as const;

export type Access = 'read' | 'write' | 'readwrite';

/** [key, end); `end` absent: the one key. An empty `end` means no upper bound. */
export interface Permission {
  readonly access: Access;
  readonly key: Uint8Array;
  readonly end?: Uint8Array;
}

export interface Role {
  readonly name: string;
  /** Ordered by key, then end; no two for one range. */
  readonly permissions: readonly Permission[];
}

export interface User {
  readonly name: string;
  /** Opaque here, never the password itself; absent: the user has none, and comes with a certificate. */
  readonly passwordHash?: Uint8Array;
  /** Ordered. */
  readonly roles: readonly string[];
  /** The auth revision that created the user or changed the password: what was proven before counts no more. */
  readonly since: number;
}

export interface AuthState {
  /** One more with each change; an empty one has 1, as in etcd. */
  readonly revision: number;
  readonly enabled: boolean;
  /** Signs tokens; another one each time it is enabled, and empty while it is not. */
  readonly secret: Uint8Array;
  /** Ordered by name. */
  readonly users: readonly User[];
  /** Ordered by name. */
  readonly roles: readonly Role[];
}

/** Whoever has it may do everything; it need not be among the roles. */
export const ROOT_ROLE = 'root';
export const ROOT_USER = 'root';

export const initialAuth: AuthState = {
  revision: 1,
  enabled: false,
  secret: new Uint8Array(0),
  users: [],
  roles: [],
};

const accesses: readonly Access[] = ['read', 'write', 'readwrite'];

export function encodePermission({ access, key, end }: Permission): Tuple {
  return [accesses.indexOf(access), key, end ?? null];
}

/** Throws `DamagedRecordError`. Its own bytes: a view would keep all that it came with alive. */
export function decodePermission(tuple: Tuple): Permission {
  const access = accesses[numberAt(tuple, 0)];
  if (access === undefined) throw new DamagedRecordError('a permission');
  const key = Uint8Array.from(bytesAt(tuple, 1));
  return tuple[2] === null ? { access, key } : { access, key, end: Uint8Array.from(bytesAt(tuple, 2)) };
}

export function encodeAuth({ revision, enabled, secret, users, roles }: AuthState): Tuple {
  return [
    revision,
    enabled,
    secret,
    users.map(
      ({ name, passwordHash = null, roles: granted, since }): Tuple => [name, passwordHash, granted, since],
    ),
    roles.map(({ name, permissions }): Tuple => [name, permissions.map(encodePermission)]),
  ];
}

function asTuple(value: TupleValue): Tuple {
  if (!Array.isArray(value)) throw new DamagedRecordError('users and roles');
  return value as Tuple;
}

function decodeUser(tuple: Tuple): User {
  const granted = tupleAt(tuple, 2);
  return {
    name: stringAt(tuple, 0),
    ...(tuple[1] === null ? {} : { passwordHash: Uint8Array.from(bytesAt(tuple, 1)) }),
    roles: granted.map((_, index) => stringAt(granted, index)),
    since: numberAt(tuple, 3),
  };
}

/** Throws `DamagedRecordError`. */
export function decodeAuth(tuple: Tuple): AuthState {
  return {
    revision: numberAt(tuple, 0),
    enabled: booleanAt(tuple, 1),
    secret: Uint8Array.from(bytesAt(tuple, 2)),
    users: tupleAt(tuple, 3).map(asTuple).map(decodeUser),
    roles: tupleAt(tuple, 4)
      .map(asTuple)
      .map((role) => ({
        name: stringAt(role, 0),
        permissions: tupleAt(role, 1).map(asTuple).map(decodePermission),
      })),
  };
}
