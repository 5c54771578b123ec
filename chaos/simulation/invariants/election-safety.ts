/**
 * Election safety (section 3.4): at most one leader a term, elected with the votes of a quorum, and nobody
 * votes for two in one term, restarts included.
 */
import type { MemberId, Term } from '../../../raft/index.js';
import { isQuorum } from './majorities.js';
import type { Monitor, StepObservation } from './observation.js';
import type { Report } from './violation.js';

interface Leader {
  readonly member: MemberId;
  readonly life: number;
}

export class ElectionSafety implements Monitor {
  readonly #report: Report;
  readonly #leaderOf = new Map<Term, Leader>();
  /** By term: who voted for whom. */
  readonly #votes = new Map<Term, Map<MemberId, MemberId>>();

  constructor(report: Report) {
    this.#report = report;
  }

  get elections(): number {
    return this.#leaderOf.size;
  }

  get newestTerm(): Term {
    return Math.max(0, ...this.#leaderOf.keys());
  }

  step(observation: StepObservation): void {
    for (const { to, message } of observation.messages) {
      if (message.type === 'vote-response' && message.granted) {
        this.#voted(observation.member, message.term, to);
      } else if (message.type === 'vote-request') {
        this.#voted(observation.member, message.term, observation.member);
      }
    }
    if (observation.role === 'leader') this.#leads(observation);
  }

  #voted(voter: MemberId, term: Term, candidate: MemberId): void {
    let votes = this.#votes.get(term);
    if (votes === undefined) {
      votes = new Map();
      this.#votes.set(term, votes);
    }
    const earlier = votes.get(voter);
    votes.set(voter, candidate);
    if (earlier !== undefined && earlier !== candidate)
      this.#report('election-safety', `m${voter} voted for m${earlier} and m${candidate} in term ${term}`);
  }

  #leads(observation: StepObservation): void {
    const { member, life, term, before } = observation;
    if (before?.role === 'leader' && before.term === term) return;
    const known = this.#leaderOf.get(term);
    if (known !== undefined) {
      this.#report('election-safety', `m${member} leads term ${term}, as did m${known.member}`);
      return;
    }
    this.#leaderOf.set(term, { member, life });
    const votes = this.#votes.get(term);
    // The candidate's own vote needs no message when it is alone.
    const votedForIt = (id: MemberId): boolean =>
      (votes?.get(id) ?? member) === member && (id === member || votes?.has(id) === true);
    if (!isQuorum(observation.configurationAt(observation.lastIndex), votedForIt))
      this.#report('election-safety', `m${member} leads term ${term} without the votes of a quorum`);
  }
}
