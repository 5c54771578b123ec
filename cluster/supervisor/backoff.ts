/** When a member that died unbidden is started again: after 1 s, doubling to 30 s, forgiven once it was stable. */

export const firstDelayMilliseconds = 1_000;
export const maxDelayMilliseconds = 30_000;

/** A process that lived this long was well: what killed it is a new matter. */
export const stableAfterMilliseconds = 60_000;

export interface BackoffState {
  /** Deaths in a row without a stable life between them. */
  readonly deaths: number;
}

export const noDeaths: BackoffState = { deaths: 0 };

/** The state after a death, and how long to wait before the next start. */
export function afterDeath(
  state: BackoffState,
  livedMilliseconds: number,
): { readonly state: BackoffState; readonly delayMilliseconds: number } {
  const deaths = livedMilliseconds >= stableAfterMilliseconds ? 1 : state.deaths + 1;
  // 2^15 seconds is far past the cap already; a larger exponent would only lose precision.
  const doubled = firstDelayMilliseconds * 2 ** Math.min(deaths - 1, 15);
  return { state: { deaths }, delayMilliseconds: Math.min(doubled, maxDelayMilliseconds) };
}
