/**
 * Tokens: who somebody has proven to be, at which auth revision, and when, signed with a secret that all members
 * share. Any member takes one for five minutes after it was made, and for five minutes after each use with that
 * member; a client whose token is taken no more is told so, and asks for another.
 *
 * Time is the members' wall clocks: a member whose clock is far off takes no tokens of the others, which costs its
 * clients an `Authenticate` and lets nobody in for longer.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/index.js';
import { type AuthState, userOf } from '../../storage/index.js';

export const TOKEN_MILLISECONDS: number = 5 * 60 * 1000;
/** Of the tokens used last: one that is forgotten is good for as long as it was made for. */
const MAX_REMEMBERED = 10_000;

interface Claims {
  readonly user: string;
  readonly revision: number;
  readonly madeMilliseconds: number;
}

function signature(secret: Uint8Array, payload: string): Buffer {
  return createHmac('sha256', secret).update(payload).digest();
}

export function makeToken(secret: Uint8Array, { user, revision, madeMilliseconds }: Claims): string {
  const payload = Buffer.from(JSON.stringify([user, revision, madeMilliseconds])).toString('base64url');
  return `${payload}.${signature(secret, payload).toString('base64url')}`;
}

/** undefined: it was not signed with this secret. */
export function readToken(secret: Uint8Array, token: string): Claims | undefined {
  const dot = token.indexOf('.');
  if (dot < 1) return undefined;
  const payload = token.slice(0, dot);
  const given = Buffer.from(token.slice(dot + 1), 'base64url');
  const right = signature(secret, payload);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  if (!Array.isArray(claims)) return undefined;
  const [user, revision, madeMilliseconds] = claims as readonly unknown[];
  if (typeof user !== 'string' || typeof revision !== 'number' || typeof madeMilliseconds !== 'number')
    return undefined;
  return { user, revision, madeMilliseconds };
}

interface Used {
  readonly claims: Claims;
  readonly usedMilliseconds: number;
}

/** The tokens of one member's clients. */
export class Tokens {
  readonly #clock: Clock;
  /** Those used longest ago first; all signed with one secret. */
  #used = new Map<string, Used>();
  #secret: Uint8Array = new Uint8Array(0);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  make(auth: AuthState, user: string): string {
    const { secret, revision } = auth;
    return makeToken(secret, { user, revision, madeMilliseconds: this.#clock.wallMilliseconds() });
  }

  /** Whose it is; undefined: it is taken no more, or never was. */
  userOf(token: string, auth: AuthState): string | undefined {
    if (!auth.enabled) return undefined;
    if (Buffer.compare(auth.secret, this.#secret) !== 0) {
      this.#secret = auth.secret;
      this.#used = new Map();
    }
    const claims = this.#fresh(token);
    if (claims === undefined) return undefined;
    const user = userOf(auth, claims.user);
    // Made before the user, or before the password was changed.
    if (user === undefined || claims.revision < user.since) return undefined;
    this.#remember(token, claims);
    return claims.user;
  }

  #fresh(token: string): Claims | undefined {
    const used = this.#used.get(token);
    if (used !== undefined) {
      const unused = this.#clock.monotonicMilliseconds() - used.usedMilliseconds;
      if (unused <= TOKEN_MILLISECONDS) return used.claims;
      this.#used.delete(token);
    }
    const claims = readToken(this.#secret, token);
    if (claims === undefined) return undefined;
    const age = this.#clock.wallMilliseconds() - claims.madeMilliseconds;
    return Math.abs(age) <= TOKEN_MILLISECONDS ? claims : undefined;
  }

  #remember(token: string, claims: Claims): void {
    this.#used.delete(token);
    this.#used.set(token, { claims, usedMilliseconds: this.#clock.monotonicMilliseconds() });
    if (this.#used.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#used.keys();
    if (oldest !== undefined) this.#used.delete(oldest);
  }
}
