import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAuthChange, userOf } from '../../../storage/auth/apply-change.js';
import {
  type AuthState,
  authLimits,
  decodeAuth,
  encodeAuth,
  initialAuth,
  type Permission,
} from '../../../storage/auth/auth-state.js';
import { AUTH_CHANGE_TYPES, type AuthChange, type AuthProblem } from '../../../storage/auth/change.js';
import { checkAuthChange } from '../../../storage/auth/check-change.js';
import { decodeEnvelope, encodeEnvelope } from '../../../storage/commands/command.js';
import { decodeResult, encodeResult } from '../../../storage/commands/result.js';
import { DamagedRecordError, packTuple, unpackTuple } from '../../../storage/tuple.js';
import { bytes } from '../support/single-member-store.js';

const seed = Number(process.env['KUORUM_SEED'] ?? 20_261_126);

function after(state: AuthState, ...changes: readonly AuthChange[]): AuthState {
  return changes.reduce((before, change) => {
    const verdict = judgeAuthChange(before, change);
    if (verdict.kind === 'refused') throw new Error(verdict.refusal.message);
    return verdict.state ?? before;
  }, state);
}

function problemOf(state: AuthState, change: AuthChange): AuthProblem | 'invalid' | undefined {
  const verdict = judgeAuthChange(state, change);
  if (verdict.kind === 'done') return undefined;
  return verdict.refusal.reason === 'auth' ? verdict.refusal.problem : 'invalid';
}

const hash = bytes('hash');
const root: readonly AuthChange[] = [
  { type: 'user-add', name: 'root', passwordHash: hash },
  { type: 'user-grant-role', name: 'root', role: 'root' },
];
const enable: AuthChange = { type: 'enable', secret: bytes('secret') };
const settled = after(
  initialAuth,
  ...root,
  { type: 'role-add', name: 'r' },
  { type: 'user-add', name: 'u', passwordHash: hash },
  { type: 'user-grant-role', name: 'u', role: 'r' },
);
const enabled = after(settled, enable);

describe('a change of users and roles', () => {
  it('takes effect under the next revision, and none that says nothing new', () => {
    expect(initialAuth.revision).toBe(1);
    const once = after(initialAuth, { type: 'role-add', name: 'r' });
    expect(once.revision).toBe(2);
    expect(after(once, { type: 'disable' })).toBe(once);
    expect(after(settled, { type: 'user-grant-role', name: 'u', role: 'r' })).toBe(settled);
    expect(after(enabled, enable)).toBe(enabled);
  });

  it.each<[string, AuthState, AuthChange, AuthProblem]>([
    ['a user twice', settled, { type: 'user-add', name: 'u' }, 'user-exists'],
    ['a user without a name', settled, { type: 'user-add', name: '' }, 'user-empty'],
    ['to delete nobody', settled, { type: 'user-delete', name: 'x' }, 'user-not-found'],
    ['a role twice', settled, { type: 'role-add', name: 'r' }, 'role-exists'],
    ['a role without a name', settled, { type: 'role-add', name: '' }, 'role-empty'],
    ['to delete no role', settled, { type: 'role-delete', name: 'x' }, 'role-not-found'],
    ['a role for nobody', settled, { type: 'user-grant-role', name: 'x', role: 'y' }, 'user-not-found'],
    ['no role for a user', settled, { type: 'user-grant-role', name: 'u', role: 'y' }, 'role-not-found'],
    [
      'to take what was not granted',
      settled,
      { type: 'user-revoke-role', name: 'u', role: 'y' },
      'role-not-granted',
    ],
    [
      'a password for nobody',
      settled,
      { type: 'user-change-password', name: 'x', passwordHash: hash },
      'user-not-found',
    ],
    [
      'to permit nobody',
      settled,
      { type: 'role-grant-permission', name: 'x', permission: { access: 'read', key: hash } },
      'role-not-found',
    ],
    ['to forbid nobody', settled, { type: 'role-revoke-permission', name: 'x', key: hash }, 'role-not-found'],
    [
      'to forbid what was not permitted',
      settled,
      { type: 'role-revoke-permission', name: 'r', key: hash },
      'permission-not-granted',
    ],
    ['to enable without root', initialAuth, enable, 'root-user-missing'],
    [
      'to enable with a root without its role',
      after(initialAuth, ...root.slice(0, 1)),
      enable,
      'root-role-missing',
    ],
    ['to delete root while enabled', enabled, { type: 'user-delete', name: 'root' }, 'invalid-management'],
    [
      'to delete the role root while enabled',
      enabled,
      { type: 'role-delete', name: 'root' },
      'invalid-management',
    ],
    [
      'to disarm root while enabled',
      enabled,
      { type: 'user-revoke-role', name: 'root', role: 'root' },
      'invalid-management',
    ],
  ])('refuses %s', (_, state, change, problem) => {
    expect(problemOf(state, change)).toBe(problem);
  });

  it('lets the role root be granted without being made, and root go while not enabled', () => {
    expect(settled.roles.map(({ name }) => name)).toEqual(['r']);
    expect(after(settled, { type: 'user-delete', name: 'root' }).users.map(({ name }) => name)).toEqual([
      'u',
    ]);
  });

  it('keeps names and ranges in order, and one permission a range', () => {
    const permit = (key: string, access: Permission['access'], end?: string): AuthChange => ({
      type: 'role-grant-permission',
      name: 'r',
      permission: { access, key: bytes(key), ...(end === undefined ? {} : { end: bytes(end) }) },
    });
    const state = after(
      settled,
      permit('b', 'read', 'd'),
      permit('b', 'write'),
      permit('a', 'read'),
      permit('b', 'readwrite'),
    );
    expect(state.roles[0]?.permissions).toEqual([
      { access: 'read', key: bytes('a') },
      { access: 'readwrite', key: bytes('b') },
      { access: 'read', key: bytes('b'), end: bytes('d') },
    ]);
    const less = after(state, { type: 'role-revoke-permission', name: 'r', key: bytes('b') });
    expect(less.roles[0]?.permissions.map(({ end }) => end)).toEqual([undefined, bytes('d')]);
    const users = after(settled, { type: 'user-add', name: 'a' }, { type: 'user-add', name: 'z' }).users;
    expect(users.map(({ name }) => name)).toEqual(['a', 'root', 'u', 'z']);
  });

  it('takes a role that is gone from everybody', () => {
    expect(userOf(after(enabled, { type: 'role-delete', name: 'r' }), 'u')?.roles).toEqual([]);
  });

  it('says since when a password counts, and gives none to a user without one', () => {
    const state = after(settled, { type: 'user-add', name: 'certified' });
    const certified = userOf(state, 'certified');
    expect(certified?.since).toBe(state.revision);
    const change = { type: 'user-change-password', passwordHash: bytes('other') } as const;
    expect(after(state, { ...change, name: 'certified' })).toBe(state);
    const changed = after(state, { ...change, name: 'u' });
    expect(userOf(changed, 'u')).toEqual({
      name: 'u',
      passwordHash: bytes('other'),
      roles: ['r'],
      since: changed.revision,
    });
    // Whoever comes back under a name is somebody else.
    const again = after(changed, { type: 'user-delete', name: 'u' }, { type: 'user-add', name: 'u' });
    expect(userOf(again, 'u')?.since).toBe(again.revision);
  });

  it('forgets the secret when it is disabled', () => {
    const disabled = after(enabled, { type: 'disable' });
    expect([enabled.secret, disabled.secret]).toEqual([bytes('secret'), bytes('')]);
  });

  it('stays within its bounds', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => String(index).padStart(5, '0'));
    const users: AuthState = {
      ...initialAuth,
      users: many(authLimits.maxUsers).map((name) => ({ name, roles: [], since: 1 })),
    };
    expect(problemOf(users, { type: 'user-add', name: 'one' })).toBe('invalid');
    const roles: AuthState = {
      ...users,
      roles: many(authLimits.maxRoles).map((name) => ({ name, permissions: [] })),
      users: [{ name: 'u', roles: many(authLimits.maxRolesPerUser), since: 1 }],
    };
    expect(problemOf(roles, { type: 'role-add', name: 'one' })).toBe('invalid');
    expect(problemOf(roles, { type: 'user-grant-role', name: 'u', role: '00999' })).toBe('invalid');
    const permissions = many(authLimits.maxPermissionsPerRole).map(
      (key): Permission => ({ access: 'read', key: bytes(key) }),
    );
    const full: AuthState = { ...initialAuth, roles: [{ name: 'r', permissions }] };
    const grant = (key: string): AuthChange => ({
      type: 'role-grant-permission',
      name: 'r',
      permission: { access: 'write', key: bytes(key) },
    });
    expect(problemOf(full, grant('one'))).toBe('invalid');
    expect(problemOf(full, grant('00007'))).toBeUndefined();
    const long = Array.from(
      { length: 100 },
      (_, index): Permission => ({ access: 'read', key: bytes(`${index}`.padEnd(8000, 'x')) }),
    );
    const heavy: AuthState = { ...initialAuth, roles: many(6).map((name) => ({ name, permissions: long })) };
    expect(problemOf(heavy, { type: 'role-add', name: 'one' })).toBe('invalid');
  });

  it('is checked before it is proposed', () => {
    const longName = 'x'.repeat(authLimits.maxNameBytes + 1);
    const longKey = new Uint8Array(9000);
    for (const change of [
      { type: 'user-add', name: longName },
      { type: 'user-add', name: 'u', passwordHash: new Uint8Array(authLimits.maxPasswordHashBytes + 1) },
      { type: 'user-grant-role', name: 'u', role: longName },
      { type: 'role-grant-permission', name: 'r', permission: { access: 'read', key: longKey } },
      { type: 'role-revoke-permission', name: 'r', key: bytes('a'), end: longKey },
    ] satisfies readonly AuthChange[]) {
      expect(checkAuthChange(change)).toMatchObject({ reason: 'invalid' });
    }
    for (const change of [...root, enable]) expect(checkAuthChange(change)).toBeUndefined();
  });
});

const name = fc.string({ unit: 'grapheme', maxLength: 4 });
const key = fc.uint8Array({ maxLength: 3 });
const permission: fc.Arbitrary<Permission> = fc.record(
  { access: fc.constantFrom('read', 'write', 'readwrite'), key, end: key },
  { requiredKeys: ['access', 'key'] },
);
const anyChange: fc.Arbitrary<AuthChange> = fc.oneof(
  fc.record({ type: fc.constant('enable' as const), secret: key }),
  fc.record({ type: fc.constant('disable' as const) }),
  fc.record(
    { type: fc.constant('user-add' as const), name, passwordHash: key },
    { requiredKeys: ['type', 'name'] },
  ),
  fc.record({
    type: fc.constantFrom('user-delete' as const, 'role-add' as const, 'role-delete' as const),
    name,
  }),
  fc.record({ type: fc.constant('user-change-password' as const), name, passwordHash: key }),
  fc.record({
    type: fc.constantFrom('user-grant-role' as const, 'user-revoke-role' as const),
    name,
    role: name,
  }),
  fc.record({ type: fc.constant('role-grant-permission' as const), name, permission }),
  fc.record(
    { type: fc.constant('role-revoke-permission' as const), name, key, end: key },
    { requiredKeys: ['type', 'name', 'key'] },
  ),
) as fc.Arbitrary<AuthChange>;

describe('what is written down of it', () => {
  it(`comes back as it was (KUORUM_SEED=${seed})`, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyChange, (change) => {
        seen.add(change.type);
        const envelope = {
          incarnation: 1,
          baseIndex: 2,
          sequence: 3,
          user: 'somebody',
          command: { kind: 'auth', change },
        } as const;
        const encoded = encodeEnvelope(envelope);
        expect(decodeEnvelope(encoded)).toEqual(envelope);
        expect(encodeEnvelope(decodeEnvelope(encoded))).toEqual(encoded);
      }),
      { seed, numRuns: 300 },
    );
    expect(seen.size).toBe(AUTH_CHANGE_TYPES);
  });

  it(`is the same state, whatever it came to be by (KUORUM_SEED=${seed})`, () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 30 }), (changes) => {
        let state = initialAuth;
        for (const change of changes) {
          const verdict = judgeAuthChange(state, change);
          if (verdict.kind === 'done') state = verdict.state ?? state;
        }
        expect(decodeAuth(unpackTuple(packTuple(encodeAuth(state))))).toEqual(state);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('is a result, or a refusal with its reason', () => {
    expect(decodeResult(encodeResult({ kind: 'auth', authRevision: 7 }))).toEqual({
      kind: 'auth',
      authRevision: 7,
    });
    const refused = {
      kind: 'refused',
      refusal: { reason: 'auth', problem: 'role-exists', message: 'why' },
    } as const;
    expect(decodeResult(encodeResult(refused))).toEqual(refused);
  });

  it('is damaged when a newer version wrote it', () => {
    const newer = packTuple([2, 5, 3, 8, 24 + AUTH_CHANGE_TYPES, [], null]);
    expect(() => decodeEnvelope(newer)).toThrow(DamagedRecordError);
  });
});
