/** Which member gets the next connection: of the ready ones, one with the fewest, and equals in turn. */

export interface BackendState {
  readonly name: string;
  readonly ready: boolean;
  readonly connections: number;
  /** Larger is more recent. */
  readonly lastUsed: number;
}

/** undefined when none is ready, or all that are have been tried. */
export function chooseBackend(
  backends: readonly BackendState[],
  tried: ReadonlySet<string> = new Set(),
): string | undefined {
  let best: BackendState | undefined;
  for (const backend of backends) {
    if (!backend.ready || tried.has(backend.name)) continue;
    if (
      best === undefined ||
      backend.connections < best.connections ||
      (backend.connections === best.connections && backend.lastUsed < best.lastUsed)
    ) {
      best = backend;
    }
  }
  return best?.name;
}
