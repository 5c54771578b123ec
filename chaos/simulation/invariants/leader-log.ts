/** What is promised of a leader's log: it only grows, and it begins with all that was committed before. */
import type { CommittedHistory } from './committed-history.js';
import type { Monitor, StepObservation } from './observation.js';
import type { Report } from './violation.js';

export class LeaderLog implements Monitor {
  readonly #report: Report;
  readonly #history: CommittedHistory;

  constructor(report: Report, history: CommittedHistory) {
    this.#report = report;
    this.#history = history;
  }

  step(observation: StepObservation): void {
    const { role, term, before } = observation;
    if (role !== 'leader') return;
    if (before?.role !== 'leader' || before.term !== term) this.#checkCompleteness(observation);
    else if (observation.truncatedFrom !== undefined)
      this.#report(
        'leader-append-only',
        `m${observation.member} leads term ${term} and removed ${observation.truncatedFrom} and after`,
      );
  }

  /** Leader completeness (section 3.6): also for a leader whose votes arrived late, in an old term. */
  #checkCompleteness(observation: StepObservation): void {
    const { member, term, firstIndex } = observation;
    for (let index = this.#history.lastIndex; index >= firstIndex; index -= 1) {
      if (this.#history.committedInTerm(index)! >= term) continue;
      if (observation.termAt(index) === this.#history.termAt(index)) continue;
      this.#report(
        'leader-completeness',
        `m${member} leads term ${term} without ${index}/${this.#history.termAt(index)}, committed in term ${this.#history.committedInTerm(index)}`,
      );
      return;
    }
  }
}
