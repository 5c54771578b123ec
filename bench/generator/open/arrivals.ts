/**
 * When requests are due: a Poisson process, as of very many clients who know nothing of each other. The times follow
 * from the seed alone; nothing that happens while they are used changes one of them, so they are drawn one by one.
 */
import type { Random } from '../../../platform/index.js';

export interface ArrivalOptions {
  readonly perSecond: number;
  readonly seconds: number;
  /** For nothing else. */
  readonly random: Random;
}

export class Arrivals {
  readonly #random: Random;
  readonly #perMillisecond: number;
  #endMilliseconds: number;
  #next: number;

  constructor({ perSecond, seconds, random }: ArrivalOptions) {
    this.#random = random;
    this.#perMillisecond = perSecond / 1000;
    this.#endMilliseconds = seconds * 1000;
    this.#next = this.#gap();
  }

  /** Milliseconds from the beginning; undefined: there are no more. */
  get next(): number | undefined {
    return this.#next < this.#endMilliseconds ? this.#next : undefined;
  }

  take(): void {
    this.#next += this.#gap();
  }

  /** Nothing more is due from then on. */
  endAt(milliseconds: number): void {
    this.#endMilliseconds = Math.min(this.#endMilliseconds, milliseconds);
  }

  #gap(): number {
    return -Math.log(1 - this.#random.float()) / this.#perMillisecond;
  }
}
