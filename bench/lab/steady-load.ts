/** Load that goes on while something else is done, until it is told to stop. */
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadRequest, SideName } from '../generator/protocol.js';
import { Child } from './child.js';
import type { FindingsRecord } from './experiment.js';
import type { OpenLoadRequest, OpenLoadResult } from './open-load.js';

export type LoadGenerator = Child<LoadRequest, LoadAnswer>;

export interface LoadGeneratorOptions {
  /** The built one; beside this program when undefined. */
  readonly program: string | undefined;
  readonly record: Pick<FindingsRecord, 'note'>;
}

/**
 * It asks for a higher priority than the members have, where it may: on few processors it would otherwise wait for those
 * that it measures, and what it sends late would count as theirs.
 */
export function startLoadGenerator({ program, record }: LoadGeneratorOptions): LoadGenerator {
  const generator = new Child<LoadRequest, LoadAnswer>({
    program: program ?? fileURLToPath(new URL('./bench-load.js', import.meta.url)),
    name: 'the load generator',
    flags: [],
  });
  record.note(
    isPreferred(generator.pid)
      ? 'The generator ran at a higher priority than the members.'
      : 'The generator ran at the same priority as the members: it may not have a higher one here.',
  );
  return generator;
}

function isPreferred(pid: number): boolean {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
    return true;
  } catch {
    // Not allowed, or it has already ended, which the first question to it tells.
    return false;
  }
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
