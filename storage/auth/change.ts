/** What changes users and roles, and how it goes through the log. */
import { bytesAt, DamagedRecordError, stringAt, type Tuple, tupleAt } from '../tuple.js';
import { decodePermission, encodePermission, type Permission } from './auth-state.js';

export type AuthChange =
  /** Drawn anew by whoever asks for it. */
  | { readonly type: 'enable'; readonly secret: Uint8Array }
  | { readonly type: 'disable' }
  | { readonly type: 'user-add'; readonly name: string; readonly passwordHash?: Uint8Array }
  | { readonly type: 'user-delete'; readonly name: string }
  /** Nothing for a user who has none. */
  | { readonly type: 'user-change-password'; readonly name: string; readonly passwordHash: Uint8Array }
  | { readonly type: 'user-grant-role'; readonly name: string; readonly role: string }
  | { readonly type: 'user-revoke-role'; readonly name: string; readonly role: string }
  | { readonly type: 'role-add'; readonly name: string }
  /** Users lose it too. */
  | { readonly type: 'role-delete'; readonly name: string }
  /** Replaces what the role may do with this very range. */
  | { readonly type: 'role-grant-permission'; readonly name: string; readonly permission: Permission }
  | {
      readonly type: 'role-revoke-permission';
      readonly name: string;
      readonly key: Uint8Array;
      readonly end?: Uint8Array;
    };

/** Why a change, or a call, is refused. Stored by number: only ever added to at the end. */
export const authProblems = [
  'user-exists',
  'user-not-found',
  'user-empty',
  'role-exists',
  'role-not-found',
  'role-empty',
  'role-not-granted',
  'permission-not-granted',
  'root-user-missing',
  'root-role-missing',
  'invalid-management',
  'permission-denied',
] as const;

export type AuthProblem = (typeof authProblems)[number];

/** Throws `DamagedRecordError`. */
export function decodeAuthProblem(number: number): AuthProblem {
  const problem = authProblems[number];
  if (problem === undefined) throw new DamagedRecordError('a refusal about users and roles');
  return problem;
}

/** In the order of the kinds of commands. */
const types: readonly AuthChange['type'][] = [
  'enable',
  'disable',
  'user-add',
  'user-delete',
  'user-change-password',
  'user-grant-role',
  'user-revoke-role',
  'role-add',
  'role-delete',
  'role-grant-permission',
  'role-revoke-permission',
];

export const AUTH_CHANGE_TYPES: number = types.length;

function encodePayload(change: AuthChange): Tuple {
  switch (change.type) {
    case 'enable':
      return [change.secret];
    case 'disable':
      return [];
    case 'user-add':
      return [change.name, change.passwordHash ?? null];
    case 'user-delete':
    case 'role-add':
    case 'role-delete':
      return [change.name];
    case 'user-change-password':
      return [change.name, change.passwordHash];
    case 'user-grant-role':
    case 'user-revoke-role':
      return [change.name, change.role];
    case 'role-grant-permission':
      return [change.name, encodePermission(change.permission)];
    case 'role-revoke-permission':
      return [change.name, change.key, change.end ?? null];
  }
}

/** The number of the type, and the payload. */
export function encodeAuthChange(change: AuthChange): readonly [number, Tuple] {
  return [types.indexOf(change.type), encodePayload(change)];
}

/** Throws `DamagedRecordError`. */
export function decodeAuthChange(number: number, payload: Tuple): AuthChange {
  const type = types[number];
  if (type === undefined) throw new DamagedRecordError(`change ${number} of users and roles`);
  switch (type) {
    case 'enable':
      return { type, secret: Uint8Array.from(bytesAt(payload, 0)) };
    case 'disable':
      return { type };
    case 'user-add': {
      const hash = payload[1] === null ? {} : { passwordHash: Uint8Array.from(bytesAt(payload, 1)) };
      return { type, name: stringAt(payload, 0), ...hash };
    }
    case 'user-delete':
    case 'role-add':
    case 'role-delete':
      return { type, name: stringAt(payload, 0) };
    case 'user-change-password':
      return { type, name: stringAt(payload, 0), passwordHash: Uint8Array.from(bytesAt(payload, 1)) };
    case 'user-grant-role':
    case 'user-revoke-role':
      return { type, name: stringAt(payload, 0), role: stringAt(payload, 1) };
    case 'role-grant-permission':
      return { type, name: stringAt(payload, 0), permission: decodePermission(tupleAt(payload, 1)) };
    case 'role-revoke-permission': {
      const end = payload[2] === null ? {} : { end: Uint8Array.from(bytesAt(payload, 2)) };
      return { type, name: stringAt(payload, 0), key: Uint8Array.from(bytesAt(payload, 1)), ...end };
    }
  }
}
