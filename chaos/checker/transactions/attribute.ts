/**
 * Which operations of unknown outcome were seen to have happened, and between which revisions.
 *
 * What no known write explains was written by one of them. Each such observation narrows where it stands: after
 * the last known write of that key, after the last time that something else was seen there, after everything that
 * was answered before it began, and not later than the observation. A mod revision says it exactly. And a
 * compare-and-set that happened has itself seen what it expected, which may in turn be another's doing.
 */
import type { HistoryValue } from '../history.js';
import { firstBeyond } from '../sorted.js';
import type { Observation, Observations } from './observations.js';
import type { Transaction } from './transaction.js';
import { type Versions } from './versions.js';

export interface Slot {
  readonly transaction: Transaction;
  /** The revisions between which it stands; both included. */
  from: number;
  to: number;
  readonly observations: Observation[];
  /** Those that it must come after, because it found what they wrote. */
  readonly after: Set<Transaction>;
  /** It could also have been another operation, or elsewhere. */
  guessed: boolean;
  /** It expected what the key cannot have held. */
  contradicted: boolean;
}

export interface Attribution {
  readonly slots: readonly Slot[];
  /** Who of them wrote what was seen. */
  readonly writers: ReadonlyMap<Observation, Transaction>;
  /** What nobody whose outcome is unknown can have written either. */
  readonly unexplained: readonly Observation[];
}

export interface AttributionInput {
  readonly unknown: readonly Transaction[];
  readonly versions: Versions;
  readonly observations: Observations;
  /** The highest revision that was answered before a time. */
  readonly revisionBefore: (timeNanoseconds: number) => number;
}

/** Transactions by what they write. */
export class Writers {
  readonly #byWrite = new Map<string, Transaction[]>();

  constructor(transactions: readonly Transaction[]) {
    for (const transaction of transactions) {
      for (const [key, value] of transaction.writes) {
        const write = Writers.#key(key, value);
        const same = this.#byWrite.get(write);
        if (same === undefined) this.#byWrite.set(write, [transaction]);
        else same.push(transaction);
      }
    }
  }

  of(key: string, value: HistoryValue): readonly Transaction[] {
    return this.#byWrite.get(Writers.#key(key, value)) ?? [];
  }

  static #key(key: string, value: HistoryValue): string {
    return JSON.stringify([key, value]);
  }
}

class Attributor {
  readonly #input: AttributionInput;
  readonly #writers: Writers;
  readonly #slots = new Map<Transaction, Slot>();
  readonly #attributed = new Map<Observation, Transaction>();
  readonly #unexplained: Observation[] = [];

  constructor(input: AttributionInput) {
    this.#input = input;
    this.#writers = new Writers(input.unknown);
  }

  run(): Attribution {
    for (const observations of this.#input.observations.values()) this.#attributeKey(observations);
    // What is added while the slots are gone through is gone through as well.
    for (const slot of this.#slots.values()) this.#attributeExpectations(slot);
    this.#spreadGuesses();
    return {
      slots: [...this.#slots.values()],
      writers: this.#attributed,
      unexplained: this.#unexplained,
    };
  }

  #attributeKey(observations: readonly Observation[]): void {
    let lastOther = 0;
    let previous: Observation | undefined;
    for (const observation of observations) {
      const { found, at } = observation;
      if (previous !== undefined && previous.found.value !== found.value) lastOther = previous.at;
      previous = observation;
      if (observation.explainedBy !== undefined) continue;
      const known = this.#input.versions.at(found.key, at)?.revision ?? 0;
      const exact = found.value === null ? undefined : found.modRevision;
      this.#attribute(observation, exact ?? Math.max(known, lastOther) + 1, exact ?? at);
    }
  }

  #attribute(observation: Observation, from: number, to: number): void {
    const { key, value } = observation.found;
    const writers = this.#writers.of(key, value);
    const possible = writers.filter((transaction) => this.#earliest(transaction) <= to);
    const fits = (transaction: Transaction): boolean => {
      const slot = this.#slots.get(transaction);
      return slot === undefined || Math.max(slot.from, from) <= Math.min(slot.to, to);
    };
    // One that was seen already, else the one that began first; one that does not fit will show why not.
    const chosen =
      possible.find((transaction) => this.#slots.has(transaction) && fits(transaction)) ??
      possible.find(fits) ??
      possible[0] ??
      writers[0];
    if (chosen === undefined) {
      this.#unexplained.push(observation);
      return;
    }
    const slot = this.#slotOf(chosen);
    slot.from = Math.max(slot.from, from);
    slot.to = Math.min(slot.to, to);
    slot.observations.push(observation);
    slot.guessed ||= possible.length > 1;
    this.#attributed.set(observation, chosen);
  }

  #slotOf(transaction: Transaction): Slot {
    const known = this.#slots.get(transaction);
    if (known !== undefined) return known;
    const slot: Slot = {
      transaction,
      from: this.#earliest(transaction),
      to: Number.MAX_SAFE_INTEGER,
      observations: [],
      after: new Set(),
      guessed: false,
      contradicted: false,
    };
    this.#slots.set(transaction, slot);
    return slot;
  }

  #attributeExpectations(slot: Slot): void {
    for (const { key, value } of slot.transaction.found) {
      if (this.#expectsKnown(slot, key, value)) continue;
      const writers = this.#writers
        .of(key, value)
        .filter((writer) => writer !== slot.transaction && this.#earliest(writer) < slot.to);
      const [writer] = writers;
      if (writer === undefined) {
        slot.contradicted = true;
        continue;
      }
      const before = this.#slotOf(writer);
      before.from = Math.max(before.from, this.#lastOtherBefore(slot, key, value) + 1);
      before.to = Math.min(before.to, slot.to - 1);
      slot.from = Math.max(slot.from, before.from + 1);
      slot.after.add(writer);
      slot.guessed ||= writers.length > 1;
      before.guessed ||= slot.guessed;
    }
  }

  /** A place that depends on a guess is one. */
  #spreadGuesses(): void {
    for (let spread = true; spread; ) {
      spread = false;
      for (const slot of this.#slots.values()) {
        if (slot.guessed || ![...slot.after].some((before) => this.#slotOf(before).guessed)) continue;
        slot.guessed = true;
        spread = true;
      }
    }
  }

  /** Puts it behind the latest known write that it can have found, if there is one. */
  #expectsKnown(slot: Slot, key: string, value: HistoryValue): boolean {
    const versions = this.#input.versions.of(key);
    let next = firstBeyond(versions, (version) => version.revision >= slot.to);
    for (; next >= 0; next -= 1) {
      const until = (versions[next]?.revision ?? Number.MAX_SAFE_INTEGER) - 1;
      if (until < slot.from) return false;
      const version = versions[next - 1];
      if ((version?.value ?? null) !== value) continue;
      const from = Math.max(slot.from, (version?.revision ?? 0) + 1);
      const to = Math.min(slot.to, until);
      slot.guessed ||= from !== slot.from || to !== slot.to || this.#writers.of(key, value).length > 0;
      slot.from = from;
      slot.to = to;
      return true;
    }
    return false;
  }

  /** Until when, before this place, the key certainly held something else. */
  #lastOtherBefore(slot: Slot, key: string, value: HistoryValue): number {
    const versions = this.#input.versions.of(key);
    const observations = this.#input.observations.get(key) ?? [];
    const version = versions[firstBeyond(versions, ({ revision }) => revision >= slot.from) - 1];
    let seen = firstBeyond(observations, ({ at }) => at >= slot.from) - 1;
    while (seen >= 0 && observations[seen]?.found.value === value) seen -= 1;
    return Math.max(version?.revision ?? 0, observations[seen]?.at ?? 0);
  }

  /** After everything that was answered before it was invoked. */
  #earliest(transaction: Transaction): number {
    return this.#input.revisionBefore(transaction.operation.invokedNanoseconds) + 1;
  }
}

export function attributeUnknown(input: AttributionInput): Attribution {
  return new Attributor(input).run();
}
