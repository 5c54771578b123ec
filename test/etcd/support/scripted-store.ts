/** A store some of whose methods are the test's own, and watches whose every step the test says. */
import type { Store, Watch, WatchEvent, WatchRequest, WatchStep } from '../../../storage/index.js';

export function storeWith<Target extends object = Store>(store: Target, own: Partial<Target>): Target {
  return new Proxy(store, {
    get(target, name) {
      const mine: unknown = Reflect.get(own, name);
      if (mine !== undefined) return mine;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

export class ScriptedWatch implements Watch {
  readonly request: WatchRequest;
  cancelled = false;
  progressRequests = 0;
  /** Steps that were taken. */
  taken = 0;
  readonly #steps: WatchStep[] = [];
  #asking: ((step: WatchStep) => void) | undefined;

  constructor(request: WatchRequest) {
    this.request = request;
  }

  give(step: WatchStep): void {
    const asking = this.#asking;
    this.#asking = undefined;
    if (asking === undefined) this.#steps.push(step);
    else {
      this.taken += 1;
      asking(step);
    }
  }

  next(): Promise<WatchStep> {
    const step = this.#steps.shift();
    if (step !== undefined) {
      this.taken += 1;
      return Promise.resolve(step);
    }
    return new Promise((resolve) => {
      this.#asking = resolve;
    });
  }

  requestProgress(): void {
    this.progressRequests += 1;
  }

  cancel(): void {
    this.cancelled = true;
    this.give({ kind: 'end', reason: { kind: 'cancelled' } });
  }
}

export function putEvent(key: string, revision: number, value = ''): WatchEvent {
  const item = {
    key: Buffer.from(key),
    value: Buffer.from(value),
    createRevision: revision,
    modRevision: revision,
    version: 1,
    lease: 0,
  };
  return { type: 'put', item };
}

export const batch = (completeRevision: number, ...events: readonly WatchEvent[]): WatchStep => ({
  kind: 'batch',
  events,
  completeRevision,
});
