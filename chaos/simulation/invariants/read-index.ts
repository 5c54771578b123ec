/** A read index covers everything that was committed, by whichever leader, when the read began (section 6.4). */
import type { LogIndex, MemberId } from '../../../raft/index.js';
import type { CommittedHistory } from './committed-history.js';
import type { Monitor, StepObservation } from './observation.js';
import type { Report } from './violation.js';

interface Reads {
  readonly life: number;
  /** What was committed when the read was first asked for, by the caller's id. */
  readonly required: Map<number, LogIndex>;
}

export class ReadIndexSafety implements Monitor {
  readonly #report: Report;
  readonly #history: CommittedHistory;
  readonly #reads = new Map<MemberId, Reads>();
  answered = 0;

  constructor(report: Report, history: CommittedHistory) {
    this.#report = report;
    this.#history = history;
  }

  /** Told before the step's own commits count. */
  step(observation: StepObservation): void {
    const { member, life } = observation;
    let reads = this.#reads.get(member);
    for (const event of observation.events) {
      if (event.kind !== 'read') continue;
      if (reads?.life !== life) {
        reads = { life, required: new Map() };
        this.#reads.set(member, reads);
      }
      if (!reads.required.has(event.id)) reads.required.set(event.id, this.#history.lastIndex);
    }
    for (const { id, result } of observation.reads) {
      const required = reads?.required.get(id);
      if (result.kind !== 'index' || required === undefined) continue;
      reads?.required.delete(id);
      this.answered += 1;
      if (result.index < required)
        this.#report(
          'read-index',
          `m${member} reads at ${result.index}, ${required} was committed before the read`,
        );
    }
  }
}
