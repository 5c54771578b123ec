/** A real member store over the simulated disk and a Raft member that is alone: for tests of what stands above. */
import { type SimulatedDisk, simulatedDisk } from '../../../chaos/index.js';
import {
  type Clock,
  type Disk,
  type Random,
  seededRandom,
  silentLogger,
  systemClock,
} from '../../../platform/index.js';
import type { Configuration } from '../../../raft/index.js';
import {
  formatMemberFolder,
  type MemberStore,
  type MemberStoreOptions,
  openMemberStore,
} from '../../../storage/index.js';
import { createSingleMemberRaft, nowhereTransport } from './fake-raft.js';

export const testClusterId = 'test-cluster';

export const singleConfiguration: Configuration = {
  voters: [1],
  votersOutgoing: [],
  learners: [],
  members: [{ id: 1, name: 'm1', peerAddress: '127.0.0.1:1' }],
};

export interface TestStoreOptions {
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly random?: Random;
  /** The folder is formatted already. */
  readonly reopen?: boolean;
  readonly automaticCompaction?: MemberStoreOptions['automaticCompaction'];
  readonly createRaftNode?: MemberStoreOptions['createRaftNode'];
}

export interface TestStore extends MemberStore {
  readonly disk: Disk;
}

/** `close` it at the end of the test. */
export async function openTestStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const random = options.random ?? seededRandom(1);
  const disk = options.disk ?? simulatedDisk({ random });
  if (options.reopen !== true) {
    await formatMemberFolder(
      disk,
      { clusterId: testClusterId, memberId: 1, name: 'm1' },
      singleConfiguration,
    );
  }
  const member = await openMemberStore({
    disk,
    transport: nowhereTransport,
    clock: options.clock ?? systemClock(),
    random,
    logger: silentLogger,
    createRaftNode: options.createRaftNode ?? createSingleMemberRaft,
    automaticCompaction: options.automaticCompaction ?? false,
  });
  return { ...member, disk };
}

export type { SimulatedDisk };

export const context = { caller: 'test', timeoutMilliseconds: 5000 };

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array): string => new TextDecoder().decode(value);
