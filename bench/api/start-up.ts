/** How long the command takes to a ready cluster, each time in a new folder: what a user waits for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface StartUpOptions {
  /** Program and first arguments: node and the `kuorum` script. */
  readonly command: readonly [string, ...string[]];
  /** An empty folder to work in. */
  readonly folder: string;
  readonly members: number;
  readonly rounds: number;
  readonly signal: AbortSignal;
}

const readyTimeoutMilliseconds = 60_000;

/** In milliseconds, of each round. Rejects when a start fails, or when `signal` is aborted; no process is left behind. */
export async function measureStartUp(options: StartUpOptions): Promise<readonly number[]> {
  const rounds: number[] = [];
  for (let round = 0; round < options.rounds; round += 1) rounds.push(await startOnce(options, round));
  return rounds;
}

async function startOnce(
  { command, folder, members, signal }: StartUpOptions,
  round: number,
): Promise<number> {
  signal.throwIfAborted();
  const [program, ...first] = command;
  const args = [
    ...first,
    'up',
    '--members',
    String(members),
    '--api-port',
    '0',
    '--data-dir',
    join(folder, `start-${round}`),
  ];
  const startedAt = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: readyTimeoutMilliseconds,
  });
  const exited = once(child, 'exit');
  const interrupt = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const readyAt = await new Promise<number>((resolve, reject) => {
      let said = '';
      const hear = (text: string): void => {
        said = (said + text).slice(-20_000);
        if (/^ready: /m.test(said)) resolve(performance.now());
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.once('error', reject);
      child.once('exit', (code) =>
        reject(new Error(`kuorum up ended with ${code} before it was ready: ${said.trim()}`)),
      );
    });
    return readyAt - startedAt;
  } finally {
    signal.removeEventListener('abort', interrupt);
    child.kill('SIGTERM');
    if (child.pid !== undefined) await exited;
  }
}
