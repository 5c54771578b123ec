/**
 * Passwords, as they are kept: never themselves, but what scrypt makes of them and a salt of their own. How much work
 * that was is kept with it, so that it can grow. The work is done off this thread, a bounded number at a time: nobody
 * who guesses may keep it from everybody else.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../platform/index.js';
import { etcdError } from '../errors.js';

const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Doublings of the work: 16 MiB of memory, some 50 ms. */
const COST_EXPONENT = 14;
const MAX_COST_EXPONENT = 20;
const FORMAT = 1;
const HEADER_BYTES = 2;

const MAX_AT_ONCE = 2;
const MAX_WAITING = 64;
const MAX_PASSWORD_BYTES = 4096;

/** The one that somebody who does not exist would have: checking it takes as long as any other. */
const nobodys = Buffer.concat([Buffer.from([FORMAT, COST_EXPONENT]), Buffer.alloc(SALT_BYTES + KEY_BYTES)]);

function derive(password: string, salt: Uint8Array, exponent: number): Promise<Uint8Array> {
  const options: ScryptOptions = { N: 2 ** exponent, r: 8, p: 1, maxmem: 2 ** exponent * 8 * 256 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

export class Passwords {
  readonly #random: Random;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  async hash(password: string): Promise<Uint8Array> {
    const salt = this.#random.bytes(SALT_BYTES);
    const key = await this.#work(password, salt, COST_EXPONENT);
    return Buffer.concat([Buffer.from([FORMAT, COST_EXPONENT]), salt, key]);
  }

  /** Takes as long for somebody without a hash. */
  async matches(password: string, hash: Uint8Array | undefined): Promise<boolean> {
    const known = hash ?? nobodys;
    const exponent = known[1] ?? 0;
    const isOurs = known[0] === FORMAT && known.length === HEADER_BYTES + SALT_BYTES + KEY_BYTES;
    if (!isOurs || exponent < 1 || exponent > MAX_COST_EXPONENT) return false;
    const salt = known.subarray(HEADER_BYTES, HEADER_BYTES + SALT_BYTES);
    const key = await this.#work(password, salt, exponent);
    return timingSafeEqual(key, known.subarray(HEADER_BYTES + SALT_BYTES)) && hash !== undefined;
  }

  /** In turn. Throws what the client is to be told when too many wait, or the password is beyond all measure. */
  async #work(password: string, salt: Uint8Array, exponent: number): Promise<Uint8Array> {
    if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) throw etcdError('requestTooLarge');
    if (this.#waiting.length >= MAX_WAITING) throw etcdError('tooManyRequests');
    if (this.#running >= MAX_AT_ONCE) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    } else this.#running += 1;
    try {
      return await derive(password, salt, exponent);
    } finally {
      const next = this.#waiting.shift();
      // The place goes over to whoever waited longest.
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
