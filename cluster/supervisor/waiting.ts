/** Whoever waits for a condition that others bring about looks again whenever something has changed. */
import { UserError } from '../user-error.js';

/** For people who wait: lines about what goes on, and a way to stop waiting (the change goes on). */
export interface Watching {
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export class Waiting {
  readonly #lookers = new Set<() => void>();
  #stopped = false;

  /** Something has changed. */
  wake(): void {
    for (const look of this.#lookers) look();
  }

  /** Ends every waiting. */
  stop(): void {
    this.#stopped = true;
    this.wake();
  }

  /** Resolves once the condition holds; rejects when it throws, or when the waiting is over. */
  until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        this.#lookers.delete(look);
        signal?.removeEventListener('abort', look);
      };
      const look = (): void => {
        try {
          if (signal?.aborted === true) throw new UserError('nobody waits any more; the change goes on');
          if (this.#stopped) throw new UserError('the cluster is stopping');
          if (!condition()) return;
          finish();
          resolve();
        } catch (error) {
          finish();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.#lookers.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }
}
