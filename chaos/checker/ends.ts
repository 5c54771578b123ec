/** Beginnings and ends of operations in the order of time, and Lowe's linked list of them. */
import type { CompiledModel } from './model.js';

/** One operation as the search sees it: its call's number in the model, and when it ran. */
export interface SearchOperation {
  readonly call: number;
  readonly invokedNanoseconds: number;
  /** Undefined: its outcome is unknown. */
  readonly returnedNanoseconds: number | undefined;
}

/** Where in time an operation stands: invocations and unknown invocations share one numbering with returns. */
export interface Timeline {
  /** Known operations in the order of invocation, then the unknown ones in theirs. */
  readonly operations: readonly number[];
  readonly known: number;
  readonly invoked: Int32Array;
  readonly returned: Int32Array;
  /** When what stands at a position happened. */
  readonly times: readonly number[];
}

export function timelineOf(operations: readonly SearchOperation[], model: CompiledModel): Timeline {
  const ends = operations.flatMap(({ invokedNanoseconds, returnedNanoseconds }, operation) => [
    { time: invokedNanoseconds, order: 0, operation },
    ...(returnedNanoseconds === undefined ? [] : [{ time: returnedNanoseconds, order: 1, operation }]),
  ]);
  // At equal times invocations come first: such operations are concurrent.
  ends.sort(
    (left, right) => left.time - right.time || left.order - right.order || left.operation - right.operation,
  );
  const invocations = ends.filter((end) => end.order === 0).map((end) => end.operation);
  const known = invocations.filter((operation) => operations[operation]?.returnedNanoseconds !== undefined);
  const unknown = invocations.filter((operation) => {
    const { call, returnedNanoseconds } = operations[operation]!;
    return returnedNanoseconds === undefined && model.matters(call);
  });
  const ordered = [...known, ...unknown];
  const rank = new Map(ordered.map((operation, index) => [operation, index]));
  const invoked = new Int32Array(ordered.length);
  const returned = new Int32Array(ordered.length);
  for (const [position, end] of ends.entries()) {
    const index = rank.get(end.operation);
    if (index === undefined) continue;
    if (end.order === 0) invoked[index] = position;
    else returned[index] = position;
  }
  const times = ends.map((end) => end.time);
  return { operations: ordered, known: known.length, invoked, returned, times };
}

/** The linked list of invocations and returns. Node 0 is its head; operation i has nodes 2i+1 and 2i+2. */
export class EndsList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #positions: Int32Array;

  constructor(timeline: Timeline) {
    const { known, invoked, returned } = timeline;
    this.#positions = new Int32Array(2 * known + 1).fill(-1);
    for (let index = 0; index < known; index += 1) {
      this.#positions[2 * index + 1] = invoked[index]!;
      this.#positions[2 * index + 2] = returned[index]!;
    }
    const nodes = Array.from(this.#positions.keys()).sort(
      (left, right) => this.#positions[left]! - this.#positions[right]!,
    );
    this.#next = new Int32Array(2 * known + 1);
    this.#previous = new Int32Array(2 * known + 1);
    for (const [index, node] of nodes.entries()) {
      this.#next[node] = nodes[index + 1] ?? 0;
      this.#previous[node] = nodes[index - 1] ?? 0;
    }
  }

  /** The first operation that is not ordered yet, or -1. */
  first(): number {
    return this.#operationAt(this.#next[0]!);
  }

  /** The next invocation before the first return, after the given operation's, or -1. */
  after(operation: number): number {
    return this.#operationAt(this.#next[2 * operation + 1]!);
  }

  /** Where the first return stands; every invocation before it may come next. */
  firstReturn(): number {
    let node = this.#next[0]!;
    while (node !== 0 && (node & 1) === 1) node = this.#next[node]!;
    return node === 0 ? Number.MAX_SAFE_INTEGER : this.#positions[node]!;
  }

  remove(operation: number): void {
    // The return first: the invocation then keeps pointing at what follows both.
    this.#unlink(2 * operation + 2);
    this.#unlink(2 * operation + 1);
  }

  /** Undoes the newest `remove` that was not undone. */
  restore(operation: number): void {
    this.#link(2 * operation + 1);
    this.#link(2 * operation + 2);
  }

  #operationAt(node: number): number {
    return (node & 1) === 1 ? (node - 1) >>> 1 : -1;
  }

  #unlink(node: number): void {
    this.#next[this.#previous[node]!] = this.#next[node]!;
    this.#previous[this.#next[node]!] = this.#previous[node]!;
  }

  #link(node: number): void {
    this.#next[this.#previous[node]!] = node;
    this.#previous[this.#next[node]!] = node;
  }
}
