/**
 * The one history of committed entries: whoever commits an index first makes history, everybody else must
 * agree with it. A leader makes it by counting, and counts only entries of its own term (figure 3.7).
 */
import type { LogIndex, Term } from '../../../raft/index.js';
import type { Monitor, StepObservation } from './observation.js';
import type { Report } from './violation.js';

export class CommittedHistory implements Monitor {
  readonly #report: Report;
  /** By index; 0 stands before the first entry. */
  readonly #terms: Term[] = [0];
  /** The term of the leader that committed it. */
  readonly #committedInTerm: Term[] = [0];
  /** A leader has committed through here, first of all. */
  onCommit: ((through: LogIndex, term: Term, observation: StepObservation) => void) | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  get lastIndex(): LogIndex {
    return this.#terms.length - 1;
  }

  termAt(index: LogIndex): Term | undefined {
    return this.#terms[index];
  }

  committedInTerm(index: LogIndex): Term | undefined {
    return this.#committedInTerm[index];
  }

  step(observation: StepObservation): void {
    const { before, commitIndex, member } = observation;
    const from = before?.commitIndex ?? 0;
    if (commitIndex === from) return;
    for (let index = Math.max(from + 1, observation.firstIndex); index <= commitIndex; index += 1) {
      const term = observation.termAt(index);
      const known = this.#terms[index];
      if (term === undefined) {
        this.#report('committed-history', `m${member} committed ${index}, which is not in its log`);
        return;
      }
      if (known === undefined) {
        this.#commitFirst(commitIndex, observation);
        return;
      }
      if (known !== term)
        this.#report('committed-history', `m${member} committed ${index}/${term}, history has term ${known}`);
    }
    if (commitIndex > this.lastIndex)
      this.#report(
        'committed-history',
        `m${member} skipped to ${commitIndex}, history ends at ${this.lastIndex}`,
      );
  }

  #commitFirst(through: LogIndex, observation: StepObservation): void {
    const { member, term, role, before } = observation;
    const leads = role === 'leader' || before?.role === 'leader';
    if (!leads)
      this.#report('committed-history', `m${member} committed ${through} as ${role}, before any leader did`);
    if (leads && observation.termAt(through) !== term && before?.term === term)
      this.#report(
        'commit-rule',
        `m${member} in term ${term} committed ${through} of term ${observation.termAt(through)} by counting`,
      );
    for (let index = this.#terms.length; index <= through; index += 1) {
      const entryTerm = observation.termAt(index);
      if (entryTerm === undefined) {
        this.#report('committed-history', `m${member} committed ${index}, which is not in its log`);
        return;
      }
      this.#terms.push(entryTerm);
      this.#committedInTerm.push(term);
    }
    this.onCommit?.(through, term, observation);
  }
}
