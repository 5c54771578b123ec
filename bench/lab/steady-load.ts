/** Load that goes on while something else is done, until it is told to stop. */
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadRequest, SideName } from '../generator/protocol.js';
import { Child } from './child.js';
import type { OpenLoadRequest, OpenLoadResult } from './open-load.js';

export type LoadGenerator = Child<LoadRequest, LoadAnswer>;

/** @param program the built one; beside this program when undefined */
export function startLoadGenerator(program?: string): LoadGenerator {
  return new Child({
    program: program ?? fileURLToPath(new URL('./bench-load.js', import.meta.url)),
    name: 'the load generator',
    flags: [],
  });
}

export interface SteadyLoad {
  /** Resolves when every request has an answer or none any more. Rejects when the generator failed. */
  stop(): Promise<OpenLoadResult>;
}

/** It ends by itself after this long: nobody who forgets it is loaded for ever. */
const LONGEST_SECONDS = 3_600;

export function startSteadyLoad(
  generator: LoadGenerator,
  side: SideName,
  request: Omit<OpenLoadRequest, 'seconds'>,
  signal: AbortSignal,
): SteadyLoad {
  const running = generator.ask(
    { kind: 'run-open', side, request: { ...request, seconds: LONGEST_SECONDS } },
    'open-result',
    signal,
  );
  running.catch(() => {});
  return {
    async stop() {
      generator.tell({ kind: 'stop-open' });
      return (await running).result;
    },
  };
}
