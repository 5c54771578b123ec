/**
 * Virtual time: what happens next, in one order that the seed alone decides. Events of one moment happen in the
 * order in which they were asked for. A cancelled event stays in the queue as an empty one until its time.
 */

/** Who decides at the event's time whether and when it happens: a machine that may be down or paused. */
export interface Gate {
  /** True: it happens now. False: the gate has dropped the event or keeps it for later. */
  admits(event: TimelineEvent): boolean;
}

export class TimelineEvent {
  readonly atMilliseconds: number;
  readonly order: number;
  readonly gate: Gate | undefined;
  /** It only puts something into a queue: nothing has to be waited for before the next event. */
  readonly plain: boolean;
  /** The life of the machine that asked for it; -1 for what reaches any life. */
  readonly life: number;
  /** undefined: cancelled. */
  action: (() => void) | undefined;

  constructor(
    atMilliseconds: number,
    order: number,
    action: () => void,
    gate: Gate | undefined,
    life: number,
    plain: boolean,
  ) {
    this.atMilliseconds = atMilliseconds;
    this.order = order;
    this.action = action;
    this.gate = gate;
    this.life = life;
    this.plain = plain;
  }

  cancel(): void {
    this.action = undefined;
  }
}

/** Times are whole multiples of this, so that adding and subtracting them is exact. */
const QUANTA_PER_MILLISECOND = 1024;

function isBefore(a: TimelineEvent, b: TimelineEvent): boolean {
  return a.atMilliseconds < b.atMilliseconds || (a.atMilliseconds === b.atMilliseconds && a.order < b.order);
}

export class Timeline {
  #nowMilliseconds = 0;
  #order = 0;
  /** What is due at this very moment, in order from `#dueTaken` on: that is most of what is asked for. */
  readonly #due: TimelineEvent[] = [];
  #dueTaken = 0;
  /** The rest: a binary heap. */
  readonly #heap: TimelineEvent[] = [];
  #events = 0;
  /** The event that happens has left no promise behind. */
  #isSettled = false;

  get nowMilliseconds(): number {
    return this.#nowMilliseconds;
  }

  /** How many have happened. */
  get eventCount(): number {
    return this.#events;
  }

  at(atMilliseconds: number, action: () => void, gate?: Gate, life = -1, plain = false): TimelineEvent {
    this.#order += 1;
    const quantised = Math.ceil(atMilliseconds * QUANTA_PER_MILLISECOND) / QUANTA_PER_MILLISECOND;
    const isDue = quantised <= this.#nowMilliseconds;
    const at = isDue ? this.#nowMilliseconds : quantised;
    const event = new TimelineEvent(at, this.#order, action, gate, life, plain);
    if (isDue) this.#due.push(event);
    else this.#push(event);
    return event;
  }

  after(delayMilliseconds: number, action: () => void, gate?: Gate, life = -1): TimelineEvent {
    return this.at(this.#nowMilliseconds + delayMilliseconds, action, gate, life);
  }

  /**
   * Told while an event happens: whether it has left promises behind that must be settled before the next event.
   * Unless told otherwise, every event has that is not plain.
   */
  setSettled(isSettled: boolean): void {
    this.#isSettled = isSettled;
  }

  /** Moves to the next event, lets it and those before it that leave no promise happen; false: nothing is left. */
  step(): boolean {
    for (;;) {
      const event = this.#next();
      if (event === undefined) return false;
      if (event.action === undefined) continue;
      this.#nowMilliseconds = event.atMilliseconds;
      if (event.gate !== undefined && !event.gate.admits(event)) continue;
      this.#events += 1;
      this.#isSettled = event.plain;
      event.action();
      if (!this.#isSettled) return true;
    }
  }

  #next(): TimelineEvent | undefined {
    const due = this.#due[this.#dueTaken];
    if (due === undefined) return this.#pop();
    const later = this.#heap[0];
    if (later !== undefined && isBefore(later, due)) return this.#pop();
    this.#dueTaken += 1;
    if (this.#dueTaken === this.#due.length) {
      this.#due.length = 0;
      this.#dueTaken = 0;
    }
    return due;
  }

  #push(event: TimelineEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent]!;
      if (!isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): TimelineEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
