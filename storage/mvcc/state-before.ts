/** The state just before a transaction: the newest versions of single keys, and one view for all its ranges. */
import { type Steps, waitFor } from '../steps.js';
import type { StoredVersion } from './records.js';
import type { ReplicatedState, StateView } from './state.js';

/** Close it. */
export class StateBefore {
  readonly #state: ReplicatedState;
  #view: StateView | undefined;

  constructor(state: ReplicatedState) {
    this.#state = state;
  }

  get revision(): number {
    return this.#state.revision;
  }

  get compactRevision(): number {
    return this.#state.compactRevision;
  }

  *latest(key: string): Steps<StoredVersion | undefined> {
    const cached = this.#state.peekLatest(key);
    if (cached !== undefined) return cached ?? undefined;
    return (yield* waitFor(this.#state.prefetch([key]))).get(key) ?? undefined;
  }

  *hasLease(id: number): Steps<boolean> {
    return (yield* waitFor(this.#state.lease(id))) !== undefined;
  }

  view(): StateView {
    this.#view ??= this.#state.stateView();
    return this.#view;
  }

  /** undefined: there is nothing to wait for. */
  close(): Promise<void> | undefined {
    return this.#view?.view.close();
  }
}
