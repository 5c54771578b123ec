/** Runs seeds one after the other in a thread of its own, until one is violated; built with a patched source. */
import { parentPort, workerData } from 'node:worker_threads';
import { type SimulationOptions, simulate } from '../../../chaos/simulation/index.js';

export interface SeedsToRun {
  readonly firstSeed: number;
  readonly count: number;
  readonly options: Omit<SimulationOptions, 'seed' | 'onLine'>;
}

export type SeedsOutcome =
  | { readonly kind: 'clean' }
  | {
      readonly kind: 'violation';
      readonly seed: number;
      readonly invariant: string;
      readonly message: string;
    };

async function run({ firstSeed, count, options }: SeedsToRun): Promise<SeedsOutcome> {
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const result = await simulate({ ...options, seed });
    if (result.kind === 'violation') {
      const { invariant, message } = result;
      return { kind: 'violation', seed, invariant, message };
    }
  }
  return { kind: 'clean' };
}

parentPort?.postMessage(await run(workerData as SeedsToRun));
