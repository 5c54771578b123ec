/** Keeps the control loops running beside the members: as a process that is started again when it dies, or here. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Clock, Logger, Timer } from '../../platform/index.js';
import { spawnProgram } from '../member/process-instance.js';
import { afterDeath, type BackoffState, noDeaths } from '../supervisor/backoff.js';
import type { ControllersConfig, ControllersMessage } from './protocol.js';

export interface ControllersHost {
  readonly pid: number | undefined;
  stop(options: { readonly kill: boolean }): Promise<void>;
}

export interface ControllersHostOptions {
  readonly config: ControllersConfig;
  readonly programFolder: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const stopLimitMilliseconds = 4_000;

class ControllersProcess implements ControllersHost {
  readonly #options: ControllersHostOptions;
  #child: ChildProcess | undefined;
  #backoff: BackoffState = noDeaths;
  #restart: Timer | undefined;
  #stopping = false;
  #ended: (() => void) | undefined;

  constructor(options: ControllersHostOptions) {
    this.#options = options;
    this.#launch();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  #launch(): void {
    const { programFolder, config, clock, logger } = this.#options;
    const started = clock.monotonicMilliseconds();
    const child = spawnProgram({
      program: join(programFolder, 'controllers.js'),
      name: 'controllers',
      logPath: config.logPath,
      flags: ['--max-semi-space-size=1', '--no-warnings'],
    });
    this.#child = child;
    const ended = (reason: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#ended?.();
      if (this.#stopping) return;
      const { state, delayMilliseconds } = afterDeath(this.#backoff, clock.monotonicMilliseconds() - started);
      this.#backoff = state;
      logger.error('controllers died', { reason, restartInMilliseconds: delayMilliseconds });
      this.#restart = clock.setTimer(delayMilliseconds, () => this.#launch());
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    this.#send({ type: 'start', config });
  }

  #send(message: ControllersMessage): void {
    if (this.#child?.connected === true) this.#child.send(message, () => {});
  }

  async stop(options: { readonly kill: boolean }): Promise<void> {
    this.#stopping = true;
    this.#restart?.cancel();
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    if (options.kill) child.kill('SIGKILL');
    else this.#send({ type: 'stop' });
    const limit = this.#options.clock.setTimer(stopLimitMilliseconds, () => child.kill('SIGKILL'));
    await ended;
    limit.cancel();
  }
}

export function startControllersProcess(options: ControllersHostOptions): ControllersHost {
  return new ControllersProcess(options);
}

/** In this process: `run` is loaded by the caller, so that a supervisor of processes never loads it. */
export function startControllersHere(
  run: (config: ControllersConfig, signal: AbortSignal) => Promise<void>,
  options: Pick<ControllersHostOptions, 'config' | 'logger'>,
): ControllersHost {
  const stopping = new AbortController();
  const running = run(options.config, stopping.signal).catch((error: unknown) => {
    options.logger.error('controllers failed', { reason: String(error) });
  });
  return {
    pid: process.pid,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
