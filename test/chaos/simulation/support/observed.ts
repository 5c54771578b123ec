/** Made-up steps of made-up members, for the monitors to look at. */

import { Invariants } from '../../../../chaos/simulation/invariants/invariants.js';
import type { Before, StepObservation } from '../../../../chaos/simulation/invariants/observation.js';
import type { InvariantName, Violation } from '../../../../chaos/simulation/invariants/violation.js';
import { type Configuration, type Entry, encodeConfiguration } from '../../../../raft/index.js';

export const configurationOf = (
  voters: readonly number[],
  votersOutgoing: readonly number[] = [],
  learners: readonly number[] = [],
): Configuration => ({ voters, votersOutgoing, learners, members: [] });

export const three = configurationOf([1, 2, 3]);

export function entry(index: number, term: number, text = `${index}/${term}`): Entry {
  return { index, term, timeMilliseconds: 0, kind: 'command', data: Buffer.from(text) };
}

export function configurationEntry(index: number, term: number, configuration: Configuration): Entry {
  return { ...entry(index, term), kind: 'configuration', data: encodeConfiguration(configuration) };
}

/** A member whose log is in memory and that does what the test tells it. */
export class MadeUpMember {
  readonly #id: number;
  readonly #world: MadeUpWorld;
  #last: Before | undefined;
  #life = 1;
  log: Entry[] = [];
  configuration: Configuration = three;
  /** What its log began with, where that is another one. */
  birth: Configuration | undefined;

  constructor(id: number, world: MadeUpWorld) {
    this.#id = id;
    this.#world = world;
  }

  restart(): void {
    this.#last = undefined;
    this.#life += 1;
  }

  /** One step after which the member is like this; what is not given stays. */
  step(change: Partial<StepObservation> & { readonly log?: readonly Entry[] } = {}): void {
    const { log, ...rest } = change;
    const before = this.#last;
    const old = this.log;
    if (log !== undefined) this.log = [...log];
    let agree = 0;
    while (agree < old.length && agree < this.log.length && old[agree]!.term === this.log[agree]!.term)
      agree += 1;
    const now: Before = {
      role: rest.role ?? before?.role ?? 'follower',
      term: rest.term ?? before?.term ?? 0,
      commitIndex: rest.commitIndex ?? before?.commitIndex ?? 0,
      appliedIndex: rest.appliedIndex ?? before?.appliedIndex ?? 0,
      lastIndex: this.log.length,
      wordCounts: rest.wordCounts ?? before?.wordCounts ?? true,
    };
    this.#last = now;
    const current = this.log;
    this.#world.invariants.step({
      member: this.#id,
      life: this.#life,
      before,
      firstIndex: 1,
      firstNewIndex: before === undefined ? 1 : agree + 1,
      truncatedFrom: before !== undefined && agree < old.length ? agree + 1 : undefined,
      messages: [],
      events: [],
      reads: [],
      membershipChanges: [],
      termAt: (index) => (index === 0 ? 0 : current[index - 1]?.term),
      entryAt: (index) => current[index - 1],
      configurationAt: (index) => (index === 0 ? (this.birth ?? this.configuration) : this.configuration),
      configuration: this.configuration,
      ...rest,
      ...now,
    });
  }

  /** Writes entries to its disk, and its term and vote. */
  persist(entries: readonly Entry[], term: number, votedFor?: number, onMedium = true): void {
    const batch = { entries, hardState: { term, votedFor, commitIndex: 0 } };
    this.#world.invariants.appending(this.#id, batch);
    this.#world.invariants.appended(this.#id, batch, onMedium);
  }

  /** Starts again with this on its disk, to which nothing was done. */
  loads(term: number, votedFor: number | undefined): void {
    const snapshot = { index: 0, term: 0, timeMilliseconds: 0, configuration: this.configuration };
    this.#world.invariants.logLoaded(this.#id, { snapshot, lastIndex: 0, term, votedFor, untouched: true });
  }

  votesFor(candidate: number, term: number): void {
    this.persist([], term, candidate);
    this.step({
      term,
      messages: [
        {
          to: candidate,
          message: { type: 'vote-response', term, granted: true, commitIndex: 0, commitTerm: 0 },
        },
      ],
    });
  }

  campaigns(term: number): void {
    this.persist([], term, this.#id);
    this.step({
      role: 'candidate',
      term,
      messages: [
        {
          to: 0,
          message: {
            type: 'vote-request',
            term,
            lastLogIndex: 0,
            lastLogTerm: 0,
            leadershipTransfer: false,
            commitIndex: 0,
            commitTerm: 0,
          },
        },
      ],
    });
  }
}

export class MadeUpWorld {
  readonly violations: Violation[] = [];
  readonly invariants = new Invariants((invariant, message) => {
    this.violations.push({ invariant, message });
  });

  member(id: number): MadeUpMember {
    return new MadeUpMember(id, this);
  }

  /** The names of what was broken, each once. */
  get broken(): readonly InvariantName[] {
    return [...new Set(this.violations.map(({ invariant }) => invariant))];
  }
}
