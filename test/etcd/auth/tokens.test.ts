import { describe, expect, it } from 'vitest';
import { makeToken, readToken, TOKEN_MILLISECONDS, Tokens } from '../../../etcd/auth/tokens.js';
import { type AuthState, initialAuth } from '../../../storage/index.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';

const secret = Buffer.from('a secret of the cluster');
const auth: AuthState = {
  ...initialAuth,
  revision: 9,
  enabled: true,
  secret,
  users: [{ name: 'u', roles: [], since: 5 }],
};

describe('a token', () => {
  it('says who, by which users and when, to whoever has the secret', () => {
    const claims = { user: 'jürgen', revision: 3, madeMilliseconds: 1_700_000_000_000 };
    const token = makeToken(secret, claims);
    expect(readToken(secret, token)).toEqual(claims);
    expect(readToken(Buffer.from('another'), token)).toBeUndefined();
  });

  it('is none when anything about it was changed', () => {
    const token = makeToken(secret, { user: 'u', revision: 3, madeMilliseconds: 1 });
    const [payload = '', signature = ''] = token.split('.');
    const root = Buffer.from(JSON.stringify(['root', 3, 1])).toString('base64url');
    for (const forged of [
      '',
      '.',
      payload,
      `${payload}.`,
      `.${signature}`,
      `${root}.${signature}`,
      `${payload}.${signature.slice(0, -2)}`,
      `${payload}.${signature}AA`,
      `${payload.slice(0, -1)}.${signature}`,
    ]) {
      expect(readToken(secret, forged), forged).toBeUndefined();
    }
  });

  it('is taken by every member for five minutes', async () => {
    const clock = new VirtualClock();
    const token = new Tokens(clock).make(auth, 'u');
    await clock.advance(TOKEN_MILLISECONDS);
    expect(new Tokens(clock).userOf(token, auth)).toBe('u');
    await clock.advance(1);
    expect(new Tokens(clock).userOf(token, auth)).toBeUndefined();
  });

  it('is taken for five minutes after each use with a member', async () => {
    const clock = new VirtualClock();
    const tokens = new Tokens(clock);
    const token = tokens.make(auth, 'u');
    for (let use = 0; use < 4; use += 1) {
      expect(tokens.userOf(token, auth)).toBe('u');
      await clock.advance(TOKEN_MILLISECONDS);
    }
    expect(tokens.userOf(token, auth)).toBe('u');
    await clock.advance(TOKEN_MILLISECONDS + 1);
    expect(tokens.userOf(token, auth)).toBeUndefined();
  });

  it('of a member whose clock is far ahead is not taken', async () => {
    const ahead = new VirtualClock();
    await ahead.advance(TOKEN_MILLISECONDS + 1);
    expect(new Tokens(new VirtualClock()).userOf(new Tokens(ahead).make(auth, 'u'), auth)).toBeUndefined();
  });

  it('counts no more, also one that was just used, when the user or the secret is another one', () => {
    const tokens = new Tokens(new VirtualClock());
    const token = tokens.make(auth, 'u');
    expect(tokens.userOf(token, auth)).toBe('u');
    const since = (revision: number): AuthState => ({
      ...auth,
      revision,
      users: [{ name: 'u', roles: [], since: revision }],
    });
    expect(tokens.userOf(token, since(10))).toBeUndefined();
    expect(tokens.userOf(token, { ...auth, users: [] })).toBeUndefined();
    expect(tokens.userOf(token, { ...auth, enabled: false })).toBeUndefined();
    expect(tokens.userOf(token, { ...auth, secret: Buffer.from('renewed') })).toBeUndefined();
    expect(tokens.userOf(token, auth)).toBe('u');
  });
});
