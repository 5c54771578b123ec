import { describe, expect, it } from 'vitest';
import { Passwords } from '../../../etcd/auth/password.js';
import { seededRandom } from '../../../platform/index.js';

describe('a password', () => {
  it('matches what was made of it, and nothing else does', async () => {
    const passwords = new Passwords(seededRandom(1));
    const hash = await passwords.hash('pässword');
    expect(Buffer.from(hash).includes('pässword')).toBe(false);
    expect(await passwords.matches('pässword', hash)).toBe(true);
    expect(await passwords.matches('password', hash)).toBe(false);
    expect(await passwords.matches('', hash)).toBe(false);
    const other = Uint8Array.from(hash);
    other[other.length - 1]! ^= 1;
    expect(await passwords.matches('pässword', other)).toBe(false);
  });

  it('is salted: equal ones are not seen to be equal', async () => {
    const passwords = new Passwords(seededRandom(1));
    expect(await passwords.hash('x')).not.toEqual(await passwords.hash('x'));
  });

  it('may be empty, and never matches for somebody who has none', async () => {
    const passwords = new Passwords(seededRandom(1));
    expect(await passwords.matches('', await passwords.hash(''))).toBe(true);
    expect(await passwords.matches('', undefined)).toBe(false);
    for (const damaged of [
      new Uint8Array(0),
      new Uint8Array(50),
      Buffer.from([1, 63, ...Array<number>(48).fill(0)]),
    ])
      expect(await passwords.matches('', damaged)).toBe(false);
  });

  it('has to wait its turn, and too many are sent away', async () => {
    const passwords = new Passwords(seededRandom(1));
    const ends = await Promise.allSettled(Array.from({ length: 80 }, () => passwords.hash('x')));
    const refused = ends.filter((end) => end.status === 'rejected');
    expect(refused).toHaveLength(80 - 2 - 64);
    expect(refused[0]).toMatchObject({ reason: { message: 'etcdserver: too many requests' } });
    await expect(passwords.hash('x')).resolves.toBeInstanceOf(Uint8Array);
    await expect(passwords.hash('x'.repeat(5000))).rejects.toThrow('request is too large');
  });
});
