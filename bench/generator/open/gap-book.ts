/** The longest times in which nobody had an answer. */

export interface Gap {
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
}

const KEPT = 10;
const lengthOf = ({ fromMilliseconds, toMilliseconds }: Gap): number => toMilliseconds - fromMilliseconds;

export class GapBook {
  /** Longest first. */
  readonly #longest: Gap[] = [];
  #lastAnswer = 0;

  /** In the order of time. */
  answered(atMilliseconds: number): void {
    const gap = { fromMilliseconds: this.#lastAnswer, toMilliseconds: atMilliseconds };
    this.#lastAnswer = atMilliseconds;
    const length = lengthOf(gap);
    const shortest = this.#longest.at(-1);
    if (length <= 0) return;
    if (this.#longest.length === KEPT && shortest !== undefined && length <= lengthOf(shortest)) return;
    const place = this.#longest.findIndex((other) => lengthOf(other) < length);
    this.#longest.splice(place === -1 ? this.#longest.length : place, 0, gap);
    this.#longest.length = Math.min(KEPT, this.#longest.length);
  }

  /** The silence at the end counts when requests were due in it; the plan ends at `endMilliseconds`. */
  gaps(endMilliseconds: number): readonly Gap[] {
    const last = { fromMilliseconds: this.#lastAnswer, toMilliseconds: endMilliseconds };
    if (lengthOf(last) <= 0) return [...this.#longest];
    return [...this.#longest, last]
      .toSorted((left, right) => lengthOf(right) - lengthOf(left))
      .slice(0, KEPT);
  }
}
