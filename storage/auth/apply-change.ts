/** What a change makes of users and roles, in etcd's rules: a function of the two alone, the same on every member. */

import { packTuple } from '../tuple.js';
import {
  type AuthState,
  authLimits,
  encodeAuth,
  type Permission,
  ROOT_ROLE,
  ROOT_USER,
  type Role,
  type User,
} from './auth-state.js';
import type { AuthChange, AuthProblem } from './change.js';

export type AuthRefusal =
  | { readonly reason: 'auth'; readonly problem: AuthProblem; readonly message: string }
  | { readonly reason: 'invalid'; readonly message: string };

/** Undefined state: it says nothing new. */
export type AuthVerdict =
  | { readonly kind: 'done'; readonly state: AuthState | undefined }
  | { readonly kind: 'refused'; readonly refusal: AuthRefusal };

export function authRefusal(problem: AuthProblem, message: string): AuthRefusal {
  return { reason: 'auth', problem, message };
}

const unchanged: AuthVerdict = { kind: 'done', state: undefined };

const refuse = (problem: AuthProblem, message: string): AuthVerdict => ({
  kind: 'refused',
  refusal: authRefusal(problem, message),
});

const tooMany = (what: string, most: number): AuthVerdict => ({
  kind: 'refused',
  refusal: { reason: 'invalid', message: `at most ${most} ${what}` },
});

const noUser = (name: string): AuthVerdict => refuse('user-not-found', `there is no user ${name}`);
const noRole = (name: string): AuthVerdict => refuse('role-not-found', `there is no role ${name}`);

export function userOf(state: AuthState, name: string): User | undefined {
  return state.users.find((user) => user.name === name);
}

export function roleOf(state: AuthState, name: string): Role | undefined {
  return state.roles.find((role) => role.name === name);
}

/** Code units, not a locale: the same on every machine. */
const inOrder = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function withOne<Named extends { readonly name: string }>(
  all: readonly Named[],
  one: Named,
): readonly Named[] {
  const others = all.filter(({ name }) => name !== one.name);
  return [...others, one].sort((left, right) => inOrder(left.name, right.name));
}

const without = <Named extends { readonly name: string }>(
  all: readonly Named[],
  gone: string,
): readonly Named[] => all.filter(({ name }) => name !== gone);

/** Takes effect under the next revision. */
function change(state: AuthState, changed: Partial<AuthState>): AuthVerdict {
  const next = { ...state, ...changed, revision: state.revision + 1 };
  if (packTuple(encodeAuth(next)).length > authLimits.maxBytes)
    return tooMany('bytes of users and roles are kept', authLimits.maxBytes);
  return { kind: 'done', state: next };
}

const withUser = (state: AuthState, user: User): AuthVerdict =>
  change(state, { users: withOne(state.users, user) });

const withRole = (state: AuthState, role: Role): AuthVerdict =>
  change(state, { roles: withOne(state.roles, role) });

function enable(state: AuthState, secret: Uint8Array): AuthVerdict {
  if (state.enabled) return unchanged;
  const root = userOf(state, ROOT_USER);
  if (root === undefined) return refuse('root-user-missing', 'there is no user root');
  if (!root.roles.includes(ROOT_ROLE))
    return refuse('root-role-missing', 'the user root does not have the role root');
  return change(state, { enabled: true, secret });
}

function addUser(state: AuthState, name: string, passwordHash: Uint8Array | undefined): AuthVerdict {
  if (name === '') return refuse('user-empty', 'a user has a name');
  if (userOf(state, name) !== undefined) return refuse('user-exists', `there is a user ${name}`);
  if (state.users.length >= authLimits.maxUsers) return tooMany('users', authLimits.maxUsers);
  const password = passwordHash === undefined ? {} : { passwordHash };
  return withUser(state, { name, ...password, roles: [], since: state.revision + 1 });
}

function deleteUser(state: AuthState, name: string): AuthVerdict {
  if (state.enabled && name === ROOT_USER)
    return refuse('invalid-management', 'the user root is needed while authentication is enabled');
  if (userOf(state, name) === undefined) return noUser(name);
  return change(state, { users: without(state.users, name) });
}

function changePassword(state: AuthState, name: string, passwordHash: Uint8Array): AuthVerdict {
  const user = userOf(state, name);
  if (user === undefined) return noUser(name);
  if (user.passwordHash === undefined) return unchanged;
  return withUser(state, { ...user, passwordHash, since: state.revision + 1 });
}

function grantRole(state: AuthState, name: string, role: string): AuthVerdict {
  const user = userOf(state, name);
  if (user === undefined) return noUser(name);
  if (role !== ROOT_ROLE && roleOf(state, role) === undefined) return noRole(role);
  if (user.roles.includes(role)) return unchanged;
  if (user.roles.length >= authLimits.maxRolesPerUser)
    return tooMany('roles a user', authLimits.maxRolesPerUser);
  return withUser(state, { ...user, roles: [...user.roles, role].sort(inOrder) });
}

function revokeRole(state: AuthState, name: string, role: string): AuthVerdict {
  if (state.enabled && name === ROOT_USER && role === ROOT_ROLE)
    return refuse('invalid-management', 'the user root needs the role root while authentication is enabled');
  const user = userOf(state, name);
  if (user === undefined) return noUser(name);
  if (!user.roles.includes(role)) return refuse('role-not-granted', `${name} does not have the role ${role}`);
  return withUser(state, { ...user, roles: user.roles.filter((each) => each !== role) });
}

function addRole(state: AuthState, name: string): AuthVerdict {
  if (name === '') return refuse('role-empty', 'a role has a name');
  if (roleOf(state, name) !== undefined) return refuse('role-exists', `there is a role ${name}`);
  if (state.roles.length >= authLimits.maxRoles) return tooMany('roles', authLimits.maxRoles);
  return withRole(state, { name, permissions: [] });
}

function deleteRole(state: AuthState, name: string): AuthVerdict {
  if (state.enabled && name === ROOT_ROLE)
    return refuse('invalid-management', 'the role root is needed while authentication is enabled');
  if (roleOf(state, name) === undefined) return noRole(name);
  const users = state.users.map((user) =>
    user.roles.includes(name) ? { ...user, roles: user.roles.filter((each) => each !== name) } : user,
  );
  return change(state, { roles: without(state.roles, name), users });
}

type Range = Pick<Permission, 'key' | 'end'>;

function compareRanges(left: Range, right: Range): number {
  const keys = Buffer.compare(left.key, right.key);
  if (keys !== 0) return keys;
  if (left.end === undefined || right.end === undefined) {
    return Number(left.end !== undefined) - Number(right.end !== undefined);
  }
  return Buffer.compare(left.end, right.end);
}

function grantPermission(state: AuthState, name: string, permission: Permission): AuthVerdict {
  const role = roleOf(state, name);
  if (role === undefined) return noRole(name);
  const others = role.permissions.filter((each) => compareRanges(each, permission) !== 0);
  if (others.length >= authLimits.maxPermissionsPerRole)
    return tooMany('permissions a role', authLimits.maxPermissionsPerRole);
  return withRole(state, { name, permissions: [...others, permission].sort(compareRanges) });
}

function revokePermission(state: AuthState, name: string, range: Range): AuthVerdict {
  const role = roleOf(state, name);
  if (role === undefined) return noRole(name);
  const permissions = role.permissions.filter((each) => compareRanges(each, range) !== 0);
  if (permissions.length === role.permissions.length)
    return refuse('permission-not-granted', `the role ${name} has no permission for this range`);
  return withRole(state, { name, permissions });
}

export function judgeAuthChange(state: AuthState, wanted: AuthChange): AuthVerdict {
  switch (wanted.type) {
    case 'enable':
      return enable(state, wanted.secret);
    case 'disable':
      return state.enabled ? change(state, { enabled: false, secret: new Uint8Array(0) }) : unchanged;
    case 'user-add':
      return addUser(state, wanted.name, wanted.passwordHash);
    case 'user-delete':
      return deleteUser(state, wanted.name);
    case 'user-change-password':
      return changePassword(state, wanted.name, wanted.passwordHash);
    case 'user-grant-role':
      return grantRole(state, wanted.name, wanted.role);
    case 'user-revoke-role':
      return revokeRole(state, wanted.name, wanted.role);
    case 'role-add':
      return addRole(state, wanted.name);
    case 'role-delete':
      return deleteRole(state, wanted.name);
    case 'role-grant-permission':
      return grantPermission(state, wanted.name, wanted.permission);
    case 'role-revoke-permission':
      return revokePermission(state, wanted.name, wanted);
  }
}
