/** Many seeds, one after the other or in several threads. */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { type SeedResult, type SimulationOptions, simulate } from './simulate.js';

export interface BatchOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Threads beside this one; 0: here. */
  readonly jobs: number;
  readonly each: Omit<SimulationOptions, 'seed' | 'onLine'>;
  readonly onResult: (result: SeedResult) => void;
  readonly signal?: AbortSignal;
}

/**
 * Large enough, from the start, that most of what a simulated second leaves behind is gone before it is looked at.
 * A thread's resource limits can only say how far it may grow.
 */
const SEMI_SPACE_MIB = 32;

/** Results in the order of their seeds; fewer than asked for when it was interrupted. */
export async function simulateMany(options: BatchOptions): Promise<readonly SeedResult[]> {
  const results = options.jobs > 0 ? await inThreads(options) : await inThisThread(options);
  return [...results].sort((a, b) => a.seed - b.seed);
}

async function inThisThread(options: BatchOptions): Promise<readonly SeedResult[]> {
  const results: SeedResult[] = [];
  const { firstSeed, seeds, each, signal } = options;
  for (let seed = firstSeed; seed < firstSeed + seeds && signal?.aborted !== true; seed += 1) {
    const result = await simulate({ ...each, seed });
    results.push(result);
    options.onResult(result);
  }
  return results;
}

async function inThreads(options: BatchOptions): Promise<readonly SeedResult[]> {
  const { firstSeed, seeds, jobs, each, signal } = options;
  const results: SeedResult[] = [];
  let next = firstSeed;
  // Taken over by threads that begin from now on.
  setFlagsFromString(`--min-semi-space-size=${SEMI_SPACE_MIB}`);
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MIB}`);
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./simulation-worker.js', import.meta.url));
    try {
      while (next < firstSeed + seeds && signal?.aborted !== true) {
        const seed = next;
        next += 1;
        const result = await ask(worker, { ...each, seed });
        results.push(result);
        options.onResult(result);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, work));
  return results;
}

function ask(worker: Worker, request: SimulationOptions): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
    };
    const onMessage = (result: SeedResult): void => {
      done();
      resolve(result);
    };
    const onError = (error: Error): void => {
      done();
      reject(error);
    };
    const onExit = (): void => onError(new Error(`the thread of seed ${request.seed} ended`));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(request);
  });
}
