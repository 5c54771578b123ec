/** What can be wrong with a change of users and roles by itself, found before it is proposed. */
import { checkRange, storeLimits } from '../commands/validate.js';
import type { Refusal } from '../store.js';
import { authLimits } from './auth-state.js';
import type { AuthChange } from './change.js';

const invalid = (message: string): Refusal => ({ reason: 'invalid', message });

function checkName(name: string): Refusal | undefined {
  if (Buffer.byteLength(name) <= authLimits.maxNameBytes) return undefined;
  return invalid(`a name of a user or a role has at most ${authLimits.maxNameBytes} bytes`);
}

function checkHash(hash: Uint8Array | undefined): Refusal | undefined {
  if (hash === undefined || hash.length <= authLimits.maxPasswordHashBytes) return undefined;
  return invalid(`a password's hash has at most ${authLimits.maxPasswordHashBytes} bytes`);
}

/** A permission may be for the empty key, which is nobody's. */
function checkPermitted(key: Uint8Array, end: Uint8Array | undefined): Refusal | undefined {
  return checkRange({ key, end: end ?? key });
}

export function checkAuthChange(change: AuthChange): Refusal | undefined {
  switch (change.type) {
    case 'enable':
      return change.secret.length <= storeLimits.maxKeyBytes ? undefined : invalid('the secret is too long');
    case 'disable':
      return undefined;
    case 'user-add':
    case 'user-change-password':
      return checkName(change.name) ?? checkHash(change.passwordHash);
    case 'user-delete':
    case 'role-add':
    case 'role-delete':
      return checkName(change.name);
    case 'user-grant-role':
    case 'user-revoke-role':
      return checkName(change.name) ?? checkName(change.role);
    case 'role-grant-permission':
      return checkName(change.name) ?? checkPermitted(change.permission.key, change.permission.end);
    case 'role-revoke-permission':
      return checkName(change.name) ?? checkPermitted(change.key, change.end);
  }
}
