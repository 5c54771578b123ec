import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuthState, initialAuth, type Permission } from '../../../storage/auth/auth-state.js';
import { mayAccess, type Rights, rightsOf } from '../../../storage/auth/rights.js';
import { bytes } from '../support/single-member-store.js';

const seed = Number(process.env['KUORUM_SEED'] ?? 20_261_126);

function rightsBy(...roles: readonly (readonly Permission[])[]): Rights {
  const state: AuthState = {
    ...initialAuth,
    roles: roles.map((permissions, index) => ({ name: `r${index}`, permissions })),
    users: [{ name: 'u', roles: ['unknown', ...roles.map((_, index) => `r${index}`)], since: 1 }],
  };
  const rights = rightsOf(state, 'u');
  if (rights === undefined) throw new Error('no user');
  return rights;
}

const permit = (access: Permission['access'], key: string, end?: string): Permission => ({
  access,
  key: bytes(key),
  ...(end === undefined ? {} : { end: bytes(end) }),
});

const range = (key: string, end?: string) => ({
  key: bytes(key),
  ...(end === undefined ? {} : { end: bytes(end) }),
});

describe('the rights of a user', () => {
  it('are those of all roles together, also where only two of them cover a range', () => {
    const rights = rightsBy([permit('read', 'a', 'c')], [permit('readwrite', 'c', 'e')]);
    expect(mayAccess(rights, 'read', range('b', 'd'))).toBe(true);
    expect(mayAccess(rights, 'read', range('a', 'e'))).toBe(true);
    expect(mayAccess(rights, 'read', range('a', 'f'))).toBe(false);
    expect(mayAccess(rights, 'write', range('b', 'd'))).toBe(false);
    expect(mayAccess(rights, 'write', range('d'))).toBe(true);
  });

  it('have gaps where there is one key too few', () => {
    const rights = rightsBy([permit('read', 'a', 'b'), permit('read', 'b'), permit('read', 'c', 'd')]);
    expect(mayAccess(rights, 'read', range('a', 'b\u0000'))).toBe(true);
    expect(mayAccess(rights, 'read', range('a', 'c'))).toBe(false);
  });

  it('reach to the end of all keys only when that was permitted', () => {
    const open = rightsBy([permit('read', 'b', '')]);
    expect(mayAccess(open, 'read', range('b', ''))).toBe(true);
    expect(mayAccess(open, 'read', range('a', ''))).toBe(false);
    expect(mayAccess(rightsBy([permit('read', 'b', '\u00ff')]), 'read', range('b', ''))).toBe(false);
  });

  it('are none in a range that is upside down, nor from a permission that is', () => {
    expect(mayAccess(rightsBy([permit('read', 'a', 'z')]), 'read', range('y', 'b'))).toBe(false);
    expect(mayAccess(rightsBy([permit('read', 'z', 'a')]), 'read', range('m'))).toBe(false);
  });

  it('are all with the role root, and nobody’s without a user', () => {
    const state: AuthState = { ...initialAuth, users: [{ name: 'admin', roles: ['root'], since: 1 }] };
    const rights = rightsOf(state, 'admin');
    expect(rights !== undefined && mayAccess(rights, 'write', range('', ''))).toBe(true);
    expect(rightsOf(state, 'other')).toBeUndefined();
  });

  it(`are what they are key by key (KUORUM_SEED=${seed})`, () => {
    // Every key of up to two letters out of three: all that lies between the bounds that are drawn.
    const letters = ['a', 'b', 'c'];
    const keys = [
      '',
      ...letters,
      ...letters.flatMap((first) => letters.map((second) => first + second)),
    ].sort();
    const anyKey = fc.constantFrom(...keys);
    const end = fc.option(anyKey, { nil: undefined });
    const anyPermission = fc
      .record({
        access: fc.constantFrom('read' as const, 'write' as const, 'readwrite' as const),
        key: anyKey,
        end,
      })
      .map(({ access, key, end: bound }) => permit(access, key, bound));
    const covers = (bounds: { key: Uint8Array; end?: Uint8Array }, key: string): boolean => {
      const from = Buffer.from(bounds.key).toString();
      if (bounds.end === undefined) return key === from;
      return key >= from && (bounds.end.length === 0 || key < Buffer.from(bounds.end).toString());
    };
    fc.assert(
      fc.property(fc.array(anyPermission, { maxLength: 6 }), anyKey, end, (permissions, key, bound) => {
        const wanted = range(key, bound);
        const rights = rightsBy(permissions);
        const inside = keys.filter((each) => covers(wanted, each));
        for (const access of ['read', 'write'] as const) {
          const granted = permissions.filter((each) => each.access === access || each.access === 'readwrite');
          const all = inside.length > 0 && inside.every((each) => granted.some((one) => covers(one, each)));
          const may = mayAccess(rights, access, wanted);
          // Longer keys lie between those that are looked at: where one of these is not permitted, nothing is.
          if (may) expect(all).toBe(true);
          // One permission that spans it is enough by itself.
          const spanned = granted.some(
            (one) =>
              inside.length > 0 &&
              (bound === undefined
                ? covers(one, key)
                : one.end !== undefined &&
                  covers(one, key) &&
                  (one.end.length === 0 || (bound !== '' && Buffer.from(one.end).toString() >= bound))),
          );
          if (spanned) expect(may).toBe(true);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});
