/**
 * The Auth service: users, roles, and proving who one is. Passwords end here: what goes on is what was made of them.
 */
import {
  type Access,
  type AuthChange,
  type AuthState,
  type KeyRange,
  type Permission,
  roleOf,
  userOf,
} from '../../storage/index.js';
import { etcdError } from '../errors.js';
import type { Call } from '../grpc/call.js';
import { implement, type Method } from '../grpc/service.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import type { Init } from '../proto/codec.js';
import { PermissionType, type Permission as WirePermission } from '../proto/generated/auth.js';
import { AuthService, type AuthUserAddRequest } from '../proto/generated/rpc.js';
import { keyRange } from './kv-requests.js';
import { ask, type ServiceTools } from './tools.js';

const SECRET_BYTES = 32;

const accesses: Readonly<Record<number, Access>> = {
  [PermissionType.READ]: 'read',
  [PermissionType.WRITE]: 'write',
  [PermissionType.READWRITE]: 'readwrite',
};

const wireAccesses: Readonly<Record<Access, number>> = {
  read: PermissionType.READ,
  write: PermissionType.WRITE,
  readwrite: PermissionType.READWRITE,
};

function permissionOf(given: WirePermission | undefined): Permission {
  if (given === undefined) throw etcdError('permissionNotGiven');
  const access = accesses[given.permType];
  if (access === undefined) throw etcdError('invalidManagement');
  return { access, ...keyRange(given.key, given.rangeEnd) };
}

const zero = Uint8Array.of(0);

function wireEnd({ end }: Pick<KeyRange, 'end'>): Uint8Array | undefined {
  return end?.length === 0 ? zero : end;
}

function wirePermission(permission: Permission): Init<WirePermission> {
  const { access, key } = permission;
  return { permType: wireAccesses[access], key, rangeEnd: wireEnd(permission) };
}

/** Others than ours are not taken: nobody could prove to know the password. */
function refuseHashed(password: string, hashedPassword: string): void {
  if (password !== '' || hashedPassword === '') return;
  throw new GrpcError(
    StatusCode.INVALID_ARGUMENT,
    'etcdserver: a hashed password is not taken, send it plain',
  );
}

async function hashOf(tools: ServiceTools, request: AuthUserAddRequest): Promise<Uint8Array | undefined> {
  const { options, password, hashedPassword } = request;
  if (options?.noPassword === true) return undefined;
  refuseHashed(password, hashedPassword);
  return tools.passwords.hash(password);
}

async function authenticate(tools: ServiceTools, name: string, password: string): Promise<string> {
  const auth = await tools.guard.current('acknowledged');
  if (!auth.enabled) throw etcdError('authNotEnabled');
  const matches = await tools.passwords.matches(password, userOf(auth, name)?.passwordHash);
  if (!matches) throw etcdError('authFailed');
  // By the users that were looked at: should the password have changed meanwhile, the token is none.
  return tools.tokens.make(auth, name);
}

export function authService(tools: ServiceTools): readonly Method[] {
  const { admin, facts, guard, passwords, random } = tools;
  async function change(
    call: Call,
    wanted: AuthChange,
  ): Promise<{ readonly header: ReturnType<typeof facts.header> }> {
    await ask(tools, call, (context) => admin.changeAuth(wanted, context));
    return { header: facts.header() };
  }
  /** Its permit was judged by all that was acknowledged: no older than that. */
  const known = (): Promise<AuthState> => guard.current('store');
  return implement(AuthService, {
    AuthEnable: (_request, call) => change(call, { type: 'enable', secret: random.bytes(SECRET_BYTES) }),
    AuthDisable: (_request, call) => change(call, { type: 'disable' }),
    async AuthStatus() {
      const { enabled, revision } = await known();
      return { header: facts.header(), enabled, authRevision: revision };
    },
    async Authenticate({ name, password }) {
      const token = await authenticate(tools, name, password);
      return { header: facts.header(), token };
    },
    async UserAdd(request, call) {
      const { name } = request;
      if (name === '') throw etcdError('userEmpty');
      const passwordHash = await hashOf(tools, request);
      return change(call, {
        type: 'user-add',
        name,
        ...(passwordHash === undefined ? {} : { passwordHash }),
      });
    },
    async UserGet({ name }) {
      const user = userOf(await known(), name);
      if (user === undefined) throw etcdError('userNotFound');
      return { header: facts.header(), roles: user.roles };
    },
    async UserList() {
      const { users } = await known();
      return { header: facts.header(), users: users.map(({ name }) => name) };
    },
    UserDelete: ({ name }, call) => change(call, { type: 'user-delete', name }),
    async UserChangePassword({ name, password, hashedPassword }, call) {
      refuseHashed(password, hashedPassword);
      const passwordHash = await passwords.hash(password);
      return change(call, { type: 'user-change-password', name, passwordHash });
    },
    UserGrantRole: ({ user, role }, call) => change(call, { type: 'user-grant-role', name: user, role }),
    UserRevokeRole: ({ name, role }, call) => change(call, { type: 'user-revoke-role', name, role }),
    RoleAdd: ({ name }, call) => change(call, { type: 'role-add', name }),
    async RoleGet({ role: name }) {
      const role = roleOf(await known(), name);
      if (role === undefined) throw etcdError('roleNotFound');
      return { header: facts.header(), perm: role.permissions.map(wirePermission) };
    },
    async RoleList() {
      const { roles } = await known();
      return { header: facts.header(), roles: roles.map(({ name }) => name) };
    },
    RoleDelete: ({ role }, call) => change(call, { type: 'role-delete', name: role }),
    RoleGrantPermission: ({ name, perm }, call) =>
      change(call, { type: 'role-grant-permission', name, permission: permissionOf(perm) }),
    RoleRevokePermission: ({ role, key, rangeEnd }, call) =>
      change(call, { type: 'role-revoke-permission', name: role, ...keyRange(key, rangeEnd) }),
  });
}
