/** Turns what a member's driver shows of each step into what the monitors want to know about it. */
import type {
  Configuration,
  CoreEvent,
  CoreObservation,
  Effects,
  Entry,
  LogIndex,
  MemberId,
  OutgoingMessage,
  Role,
  Term,
} from '../../../raft/index.js';
import type { Before, StepObservation } from '../invariants/observation.js';

const nothing: Effects = {
  messages: [],
  persist: undefined,
  proposals: [],
  reads: [],
  snapshots: [],
  fetches: [],
  transfers: [],
  membershipChanges: [],
  statusChanged: false,
};

/** One life of one member. The same object is shown at every step, so nobody may keep it. */
export class MemberView implements StepObservation {
  readonly member: MemberId;
  readonly life: number;
  #core: CoreObservation['core'] | undefined;
  events: readonly CoreEvent[] = [];
  effects: Effects = nothing;
  messages: readonly OutgoingMessage[] = [];
  reads: Effects['reads'] = [];
  membershipChanges: Effects['membershipChanges'] = [];
  before: Before | undefined;
  role: Role = 'follower';
  leaderId: MemberId | undefined;
  term: Term = 0;
  commitIndex: LogIndex = 0;
  appliedIndex: LogIndex = 0;
  lastIndex: LogIndex = 0;
  recovering = false;
  wordCounts = false;
  ended = false;
  firstIndex: LogIndex = 1;
  firstNewIndex: LogIndex = 1;
  truncatedFrom: LogIndex | undefined;
  /** The terms of the member's log after the last step, from `#termsFrom` on. */
  #terms: Term[] = [];
  #termsFrom: LogIndex = 1;

  constructor(member: MemberId, life: number) {
    this.member = member;
    this.life = life;
  }

  get configuration(): Configuration {
    return this.#seen().configuration;
  }

  /** All that the driver has to do for the step is to send messages, unless it turns to its log or its state machine. */
  get onlySends(): boolean {
    const { effects } = this;
    return (
      effects.persist === undefined &&
      !effects.statusChanged &&
      !this.ended &&
      effects.proposals.length === 0 &&
      effects.reads.length === 0 &&
      effects.fetches.length === 0 &&
      effects.snapshots.length === 0 &&
      effects.transfers.length === 0 &&
      effects.membershipChanges.length === 0
    );
  }

  termAt(index: LogIndex): Term | undefined {
    return this.#seen().termAt(index);
  }

  entryAt(index: LogIndex): Entry | undefined {
    return this.#seen().entryAt(index);
  }

  configurationAt(index: LogIndex): Configuration {
    return this.#seen().configurationAt(index);
  }

  #seen(): CoreObservation['core'] {
    if (this.#core === undefined) throw new Error('nothing was seen of this member yet');
    return this.#core;
  }

  take({ core, events, effects }: CoreObservation): void {
    if (this.#core !== undefined) {
      const { role, term, commitIndex, appliedIndex, lastIndex, wordCounts } = this;
      this.before = { role, term, commitIndex, appliedIndex, lastIndex, wordCounts };
    }
    const { view, log } = core;
    this.#core = core;
    this.events = events;
    this.effects = effects;
    this.messages = effects.messages;
    this.reads = effects.reads;
    this.membershipChanges = effects.membershipChanges;
    this.role = core.role;
    this.leaderId = view.leaderId;
    this.term = view.term;
    this.commitIndex = view.commitIndex;
    this.appliedIndex = view.appliedIndex;
    this.recovering = view.recovering !== undefined;
    this.ended = view.ended !== undefined;
    this.wordCounts = !this.recovering && !this.ended && view.proof === undefined;
    this.firstIndex = log.firstIndex;
    this.lastIndex = log.lastIndex;
    this.#compareLog(core);
  }

  #compareLog(core: CoreObservation['core']): void {
    const last = this.lastIndex;
    const knownLast = this.before?.lastIndex ?? 0;
    this.truncatedFrom = undefined;
    if (this.before !== undefined && last === knownLast && this.#termAt(last) === core.termAt(last)) {
      this.firstNewIndex = last + 1;
      return;
    }
    if (this.before === undefined || this.firstIndex > knownLast + 1) {
      this.#terms = [];
      this.#termsFrom = this.firstIndex;
      this.firstNewIndex = this.firstIndex;
    } else {
      let agree = Math.min(last, knownLast);
      while (agree >= this.firstIndex && this.#termAt(agree) !== core.termAt(agree)) agree -= 1;
      if (agree < knownLast) this.truncatedFrom = agree + 1;
      this.firstNewIndex = agree + 1;
      this.#terms.length = agree + 1 - this.#termsFrom;
    }
    for (let index = this.firstNewIndex; index <= last; index += 1) this.#terms.push(core.termAt(index) ?? 0);
  }

  #termAt(index: LogIndex): Term | undefined {
    return this.#terms[index - this.#termsFrom];
  }
}
