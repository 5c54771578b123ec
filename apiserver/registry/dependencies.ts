/** What reading and writing objects needs of the world. */
import type { Requester, ResourceDescriptor } from '../../api/index.js';
import type { Clock, Random } from '../../platform/index.js';
import type { Store } from '../../storage/index.js';

export interface RegistryDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Where namespaces lie: creating in one looks there. */
  readonly namespaces: ResourceDescriptor;
}

/** Who writes, until when, and whether it counts. */
export interface WriteContext {
  readonly caller: string;
  /** On whose behalf, for the kinds that record it; absent when the server itself writes. */
  readonly requester?: Requester;
  readonly timeoutMilliseconds: number;
  readonly dryRun: boolean;
}
