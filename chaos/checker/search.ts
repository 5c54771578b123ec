/**
 * Looks for a legal order of the operations on one key: Wing and Gong's search with Lowe's linked list and memory.
 *
 * The list holds invocations and returns in the order of time. What stands before the first return may be ordered
 * next; an operation that is ordered leaves the list with both its ends. When nothing fits, the last choice is
 * taken back. What was tried is remembered as (ordered operations, state) and not tried again.
 *
 * An operation of unknown outcome has no return and may stay out of the order for ever, so it would multiply the
 * search by two. Four rules keep that small, and the choices few:
 *
 *  1. An operation that needs this very state and does not change it is ordered at once, without alternative:
 *     whatever order was possible later is possible now.
 *  2. An unknown operation is tried only after the known ones and only if one that may come next needs what it
 *     makes. One that nobody observes, or with an unused earlier twin, is not tried at all.
 *  3. A state that others still need and nobody can make any more must not be left.
 *  4. If with a set U of unknown operations spent there was no way on, there is none with more of them spent.
 *
 * Two more keep violations cheap to establish, since then every choice is tried:
 *
 *  5. When nobody waits for the state that is left, and a write was ordered together with all who needed its
 *     value (or nobody needs it), these might as well come first in any order that there is: the other choices at
 *     that place cannot help.
 *  6. Of operations with the same effect only the one that returns first is tried: in any order that has another
 *     of them here, the two can change places.
 */
import { EndsList, type SearchOperation, type Timeline, timelineOf } from './ends.js';
import { type CompiledModel, impossible } from './model.js';

export interface SearchLimits {
  /** How many times an operation may be put into the order, taken back or not. */
  readonly maxSteps: number;
  /** How many tried places may be remembered. */
  readonly maxRemembered: number;
}

export type SearchResult =
  /** Positions of the given operations; unknown ones that did not take effect are not in it. */
  | { readonly kind: 'ordered'; readonly order: readonly number[]; readonly steps: number }
  | {
      readonly kind: 'unordered';
      readonly steps: number;
      /** No order was found that goes beyond this return: a hint where the fault is, never later than it. */
      readonly stuckNanoseconds: number;
    }
  | { readonly kind: 'undecided'; readonly limit: 'steps' | 'remembered'; readonly steps: number };

interface Choice {
  /** How much of the order stood before it. */
  readonly depth: number;
  readonly state: number;
  /** What to try, in this order. */
  readonly candidates: readonly number[];
  next: number;
}

/** How many are not ordered yet, by the state that they need or make. States beyond the bound have none. */
class StateCounts {
  readonly #counts: Int32Array;

  constructor(bound: number) {
    this.#counts = new Int32Array(bound);
  }

  add(state: number, difference: number): void {
    if (state !== impossible) this.#counts[state]! += difference;
  }

  of(state: number): number {
    return this.#counts[state] ?? 0;
  }
}

class Search {
  readonly #model: CompiledModel;
  readonly #limits: SearchLimits;
  readonly #timeline: Timeline;
  readonly #calls: Int32Array;
  readonly #list: EndsList;
  /** Which operations are ordered, one bit each for the known ones. */
  readonly #ordered: Uint16Array;
  readonly #effects: Int32Array;
  /** For an unknown operation, the unknown one before it with the same effect, or -1. */
  readonly #twin: Int32Array;
  /** The unknown operations that are ordered. */
  #spent = 0n;
  /** Known operations that need a state, unknown ones that do, and whoever can make it. */
  readonly #needed: StateCounts;
  readonly #wanted: StateCounts;
  readonly #makers: StateCounts;
  readonly #tried = new Map<string, bigint[]>();
  #remembered = 0;
  readonly #order: number[] = [];
  readonly #states: number[] = [];
  readonly #choices: Choice[] = [];
  #state: number;
  #steps = 0;
  /** The furthest return that stood first. */
  #stuck = -1;

  constructor(operations: readonly SearchOperation[], model: CompiledModel, limits: SearchLimits) {
    this.#model = model;
    this.#limits = limits;
    this.#state = model.initial;
    this.#timeline = timelineOf(operations, model);
    this.#calls = Int32Array.from(this.#timeline.operations, (operation) => operations[operation]!.call);
    this.#list = new EndsList(this.#timeline);
    this.#ordered = new Uint16Array((this.#timeline.known + 15) >>> 4);
    this.#effects = this.#effectNumbers();
    this.#twin = this.#twins();
    let bound = 0;
    for (const call of this.#calls)
      bound = Math.max(bound, model.observes(call) + 1, model.produces(call) + 1);
    [this.#needed, this.#wanted, this.#makers] = [
      new StateCounts(bound),
      new StateCounts(bound),
      new StateCounts(bound),
    ];
    for (const index of this.#calls.keys()) this.#count(index, 1);
  }

  run(): SearchResult {
    const { known } = this.#timeline;
    for (let index = 0; index < known; index += 1) {
      if (this.#model.hopeless(this.#calls[index]!)) {
        this.#stuck = this.#timeline.returned[index]!;
        return this.#unordered();
      }
    }
    this.#absorb();
    this.#choose();
    for (;;) {
      if (this.#list.first() === -1) return this.#found();
      if (this.#steps > this.#limits.maxSteps) return this.#undecided('steps');
      if (this.#remembered > this.#limits.maxRemembered) return this.#undecided('remembered');
      const choice = this.#choices.at(-1);
      if (choice === undefined) return this.#unordered();
      this.#takeBack(choice.depth);
      const candidate = choice.candidates[choice.next];
      choice.next += 1;
      if (candidate === undefined) this.#choices.pop();
      else this.#try(choice, candidate);
    }
  }

  #found(): SearchResult {
    const order = this.#order.map((index) => this.#timeline.operations[index]!);
    return { kind: 'ordered', order, steps: this.#steps };
  }

  #unordered(): SearchResult {
    return {
      kind: 'unordered',
      steps: this.#steps,
      stuckNanoseconds: this.#timeline.times[this.#stuck] ?? 0,
    };
  }

  #undecided(limit: 'steps' | 'remembered'): SearchResult {
    return { kind: 'undecided', limit, steps: this.#steps };
  }

  /** Equal for operations that are the same to everybody else; -1 for one that is like no other. */
  #effectNumbers(): Int32Array {
    const numbers = new Map<string, number>();
    return this.#calls.map((call) => {
      const made = this.#model.produces(call);
      if (made === impossible) return -1;
      const effect = `${this.#model.observes(call)} ${made}`;
      const number = numbers.get(effect) ?? numbers.size;
      numbers.set(effect, number);
      return number;
    });
  }

  #twins(): Int32Array {
    const newest = new Map<number, number>();
    return this.#effects.map((effect, index) => {
      if (this.#isKnown(index) || effect === -1) return -1;
      const twin = newest.get(effect) ?? -1;
      newest.set(effect, index);
      return twin;
    });
  }

  #isKnown(index: number): boolean {
    return index < this.#timeline.known;
  }

  #unknownBit(index: number): bigint {
    return 1n << BigInt(index - this.#timeline.known);
  }

  #isSpent(index: number): boolean {
    return (this.#spent & this.#unknownBit(index)) !== 0n;
  }

  #count(index: number, difference: number): void {
    const call = this.#calls[index]!;
    (this.#isKnown(index) ? this.#needed : this.#wanted).add(this.#model.observes(call), difference);
    this.#makers.add(this.#model.produces(call), difference);
  }

  #put(index: number, state: number): void {
    this.#steps += 1;
    this.#order.push(index);
    this.#states.push(this.#state);
    this.#state = state;
    this.#count(index, -1);
    if (this.#isKnown(index)) {
      this.#ordered[index >>> 4]! ^= 1 << (index & 15);
      this.#list.remove(index);
    } else this.#spent |= this.#unknownBit(index);
  }

  #takeBack(depth: number): void {
    while (this.#order.length > depth) {
      const index = this.#order.pop()!;
      this.#state = this.#states.pop()!;
      this.#count(index, 1);
      if (this.#isKnown(index)) {
        this.#ordered[index >>> 4]! ^= 1 << (index & 15);
        this.#list.restore(index);
      } else this.#spent ^= this.#unknownBit(index);
    }
  }

  /**
   * Rule 1. One pass is enough: the state stays, so who did not fit does not fit later, and who comes into
   * reach stands behind.
   */
  #absorb(): void {
    for (let index = this.#list.first(); index !== -1; ) {
      const call = this.#calls[index]!;
      const changesNothing = this.#model.course === 'grows' || this.#model.observes(call) !== impossible;
      const fits = changesNothing && this.#model.step(this.#state, call) === this.#state;
      if (fits) this.#put(index, this.#state);
      index = this.#list.after(index);
    }
  }

  #try(choice: Choice, candidate: number): void {
    const left = choice.state;
    const free = this.#needed.of(left) === 0 && this.#wanted.of(left) === 0;
    const state = this.#model.step(left, this.#calls[candidate]!);
    this.#put(candidate, state);
    if (state !== left && this.#needed.of(left) > 0 && this.#makers.of(left) === 0) return; // Rule 3.
    this.#absorb();
    if (free && this.#settles(candidate)) choice.next = choice.candidates.length;
    this.#choose();
  }

  /** Rule 5, asked after the candidate and whoever it satisfies were ordered. */
  #settles(candidate: number): boolean {
    const call = this.#calls[candidate]!;
    if (this.#model.commutes) return true;
    const made = this.#model.produces(call);
    if (!this.#isKnown(candidate) || made === impossible || this.#model.observes(call) !== impossible) {
      return false;
    }
    return this.#needed.of(made) === 0 && this.#wanted.of(made) === 0;
  }

  /** Opens the next choice, unless this place was tried before. */
  #choose(): void {
    if (this.#list.first() === -1) return;
    this.#stuck = Math.max(this.#stuck, this.#list.firstReturn());
    if (this.#wasTried()) return;
    this.#choices.push({
      depth: this.#order.length,
      state: this.#state,
      candidates: this.#candidates(),
      next: 0,
    });
  }

  #candidates(): readonly number[] {
    const candidates: number[] = [];
    /** Who may come next by the state that it needs: when the first of them must return. */
    const needed = new Map<number, number>();
    for (let index = this.#list.first(); index !== -1; index = this.#list.after(index)) {
      const call = this.#calls[index]!;
      const observed = this.#model.observes(call);
      const returned = this.#timeline.returned[index]!;
      needed.set(observed, Math.min(needed.get(observed) ?? returned, returned));
      if (this.#model.step(this.#state, call) !== impossible) candidates.push(index);
    }
    const urgency = (index: number): number =>
      Math.min(
        this.#timeline.returned[index]!,
        needed.get(this.#model.produces(this.#calls[index]!)) ?? Number.MAX_SAFE_INTEGER,
      );
    // Who must return first is tried first, or who makes what that one needs: it is the one that cannot wait.
    const { returned } = this.#timeline;
    candidates.sort((left, right) => urgency(left) - urgency(right) || returned[left]! - returned[right]!);
    return [...this.#withoutTwins(candidates), ...this.#unknownCandidates(needed)];
  }

  /** Rule 6. */
  #withoutTwins(candidates: readonly number[]): readonly number[] {
    const { returned } = this.#timeline;
    const first = new Map<number, number>();
    for (const index of candidates) {
      const twin = first.get(this.#effects[index]!);
      if (twin === undefined || returned[index]! < returned[twin]!) first.set(this.#effects[index]!, index);
    }
    return candidates.filter((index) => {
      const effect = this.#effects[index]!;
      return effect === -1 || first.get(effect) === index;
    });
  }

  /** Rule 2. */
  #unknownCandidates(needed: ReadonlyMap<number, number>): readonly number[] {
    const until = this.#list.firstReturn();
    const available: number[] = [];
    const wanted = new Set(needed.keys());
    for (let index = this.#timeline.known; index < this.#calls.length; index += 1) {
      if (this.#timeline.invoked[index]! > until) break;
      if (this.#isSpent(index)) continue;
      wanted.add(this.#model.observes(this.#calls[index]!));
      const twin = this.#twin[index]!;
      if (twin === -1 || this.#isSpent(twin)) available.push(index);
    }
    return available.filter((index) => {
      const call = this.#calls[index]!;
      const state = this.#model.step(this.#state, call);
      if (state === impossible || state === this.#state) return false;
      const made = this.#model.produces(call);
      return made === impossible || wanted.has(made);
    });
  }

  /** Rule 4, and the memory itself. */
  #wasTried(): boolean {
    const place = this.#place();
    const spentBefore = this.#tried.get(place);
    if (spentBefore === undefined) this.#tried.set(place, [this.#spent]);
    else if (spentBefore.some((spent) => (spent & this.#spent) === spent)) return true;
    else spentBefore.push(this.#spent);
    this.#remembered += 1;
    return false;
  }

  /** The state and which known operations are ordered: all before the first open one, and some of those after. */
  #place(): string {
    const from = this.#list.first() >>> 4;
    let to = this.#ordered.length;
    while (to > from && this.#ordered[to - 1] === 0) to -= 1;
    return `${this.#state},${from},${String.fromCharCode(...this.#ordered.subarray(from, to))}`;
  }
}

export function searchOrder(
  operations: readonly SearchOperation[],
  model: CompiledModel,
  limits: SearchLimits,
): SearchResult {
  return new Search(operations, model, limits).run();
}
