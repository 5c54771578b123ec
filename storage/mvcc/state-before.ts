/** The state just before a transaction: the newest versions of single keys, and one view for all its ranges. */
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

  async latest(key: string): Promise<StoredVersion | undefined> {
    const cached = this.#state.peekLatest(key);
    if (cached !== undefined) return cached ?? undefined;
    return (await this.#state.prefetch([key])).get(key) ?? undefined;
  }

  async hasLease(id: number): Promise<boolean> {
    return (await this.#state.lease(id)) !== undefined;
  }

  view(): StateView {
    this.#view ??= this.#state.stateView();
    return this.#view;
  }

  async close(): Promise<void> {
    await this.#view?.view.close();
  }
}
