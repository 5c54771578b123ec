/** What an experiment has found so far. */
import type { Measurement, Timeline } from './document.js';
import type { Findings, FindingsRecord } from './experiment.js';

export class FoundSoFar implements FindingsRecord, Findings {
  readonly measurements: Measurement[] = [];
  readonly timelines: Timeline[] = [];
  readonly notes: string[] = [];

  measurement(measurement: Measurement): void {
    if (this.measurements.some(({ id }) => id === measurement.id))
      throw new Error(`${measurement.id} was measured twice: nobody could tell the two apart`);
    this.measurements.push(measurement);
  }

  timeline(timeline: Timeline): void {
    this.timelines.push(timeline);
  }

  /** The same sentence once only. */
  note(sentence: string): void {
    if (!this.notes.includes(sentence)) this.notes.push(sentence);
  }
}
