/** What a reader must know before the figures, told by the figures themselves. */

import { quantity } from '../report/index.js';
import type { Measurement } from './document.js';
import type { FindingsRecord } from './experiment.js';
import { metricOf } from './figures.js';

/** Of one core: less is the operating system's own. */
const OTHERS_CORES = 0.1;
/** Above this share of one core the generator counts as the bound; its event loop's share as well. */
const GENERATOR_BOUND_SHARE = 0.85;

export function isGeneratorBound(measurement: Measurement): boolean {
  const cores = metricOf(measurement, 'generator CPU')?.value ?? 0;
  const busy = metricOf(measurement, 'generator busy')?.value ?? 0;
  return Math.max(cores, busy / 100) > GENERATOR_BOUND_SHARE;
}

/** Passes measurements on and writes the notes that follow from them when it is told that all is over. */
export class CarefulRecord {
  readonly #record: FindingsRecord;
  readonly #bound: string[] = [];
  #others = 0;

  constructor(record: FindingsRecord) {
    this.#record = record;
  }

  /** @param runs what it was made from: the first error among them is told */
  measurement(
    measurement: Measurement,
    runs: readonly { readonly load: { readonly firstError: string | undefined } }[] = [],
  ): void {
    this.#record.measurement(measurement);
    const error = runs.find(({ load }) => load.firstError !== undefined)?.load.firstError;
    if (error !== undefined) this.#record.note(`The first error of ${measurement.id}: ${error}.`);
    this.othersUsed(metricOf(measurement, 'CPU of others')?.value ?? 0);
    if (isGeneratorBound(measurement)) this.#bound.push(measurement.id);
  }

  /** @param cores used by processes that have nothing to do with this */
  othersUsed(cores: number): void {
    this.#others = Math.max(this.#others, cores);
  }

  note(sentence: string): void {
    this.#record.note(sentence);
  }

  /** Also when it was interrupted. */
  conclude(): void {
    if (this.#others > OTHERS_CORES)
      this.#record.note(
        `Processes that have nothing to do with this used up to ${quantity(this.#others, 'cores')} meanwhile: without them the figures would be better.`,
      );
    if (this.#bound.length > 0)
      this.#record.note(
        `The generator had no more to give, so that the servers could have done more: ${this.#bound.join('; ')}.`,
      );
  }
}
