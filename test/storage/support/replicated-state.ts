/** A replicated state alone on a simulated disk, for tests of what reads it. */
import { simulatedDisk } from '../../../chaos/index.js';
import { seededRandom, systemClock } from '../../../platform/index.js';
import { ReplicatedState } from '../../../storage/mvcc/state.js';
import { singleConfiguration, testClusterId } from './single-member-store.js';

/** `put` writes a new key under the next revision. */
export async function openReplicatedState(): Promise<{
  readonly state: ReplicatedState;
  readonly put: (key: string, value: Uint8Array) => void;
}> {
  const disk = simulatedDisk({ random: seededRandom(1) });
  const state = await ReplicatedState.open({
    database: await disk.openDatabase('state'),
    clock: systemClock(),
    clusterId: testClusterId,
    birth: async () => ({ index: 0, term: 0, timeMilliseconds: 0, configuration: singleConfiguration }),
  });
  return {
    state,
    put(key, value) {
      state.write([{ key, previous: undefined, next: { value, lease: 0 } }]);
      const index = state.appliedIndex + 1;
      state.commit({ index, term: 1, timeMilliseconds: index });
    },
  };
}
