/** A process of the benchmark's own that answers requests over a pipe. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment } from '../../cluster/index.js';

interface Answer {
  readonly kind: string;
}

export interface ChildOptions {
  readonly program: string;
  /** For messages about it. */
  readonly name: string;
  readonly flags: readonly string[];
}

export class Child<Request extends object, Said extends Answer> {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor({ program, name, flags }: ChildOptions) {
    this.#name = name;
    this.#child = fork(program, [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...flags],
      env: childEnvironment(),
    });
    this.#exited = once(this.#child, 'exit');
    this.#exited.catch(() => {});
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} could not be started`);
    return this.#child.pid;
  }

  /** One request at a time; after an abort none. */
  async ask<Kind extends Said['kind']>(
    request: Request,
    kind: Kind,
    signal: AbortSignal,
  ): Promise<Extract<Said, { kind: Kind }>> {
    signal.throwIfAborted();
    const answered = once(this.#child, 'message', { signal });
    this.#child.send(request);
    const ended = this.#exited.then(() => {
      throw new Error(`${this.#name} ended`);
    });
    ended.catch(() => {});
    const [answer] = (await Promise.race([answered, ended])) as [Said];
    if (answer.kind === 'failed' && 'message' in answer)
      throw new Error(`${this.#name}: ${String(answer.message)}`);
    if (answer.kind !== kind) throw new Error(`${this.#name} answered ${answer.kind}, not ${kind}`);
    return answer as Extract<Said, { kind: Kind }>;
  }

  /** What it takes beside the request that it is answering; one that has ended hears nothing. */
  tell(request: Request): void {
    if (this.#child.connected) this.#child.send(request, () => {});
  }

  /** Lets it end by itself. */
  async end(): Promise<void> {
    if (this.#hasEnded()) return;
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (this.#hasEnded()) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
