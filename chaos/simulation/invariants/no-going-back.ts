/** Within one life of a member, what it knows to be committed, has applied, and its term only grow. */
import type { Monitor, StepObservation } from './observation.js';
import type { Report } from './violation.js';

export class NoGoingBack implements Monitor {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  step(observation: StepObservation): void {
    const { before, member, term, commitIndex, appliedIndex } = observation;
    if (before === undefined) return;
    if (commitIndex < before.commitIndex)
      this.#report(
        'no-going-back',
        `the commit index of m${member} fell from ${before.commitIndex} to ${commitIndex}`,
      );
    if (appliedIndex < before.appliedIndex)
      this.#report(
        'no-going-back',
        `the applied index of m${member} fell from ${before.appliedIndex} to ${appliedIndex}`,
      );
    if (term < before.term)
      this.#report('no-going-back', `the term of m${member} fell from ${before.term} to ${term}`);
    if (appliedIndex > commitIndex)
      this.#report(
        'no-going-back',
        `m${member} applied ${appliedIndex}, beyond its commit index ${commitIndex}`,
      );
  }
}
