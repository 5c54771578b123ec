/** Three members with the house's own Raft on real LevelDB files, in one process, over a network in memory. */
import { join } from 'node:path';
import { levelDbDisk, systemClock } from '../../../../platform/index.js';
import { type Configuration, createRaftNode, type RaftLimits } from '../../../../raft/index.js';
import { formatMemberFolder, type MemberStore } from '../../../../storage/index.js';
import { MemoryNetwork } from '../../../raft/support/memory-network.js';
import { testClusterId } from '../../support/single-member-store.js';
import { openRealMember, put } from './real-member.js';

export const IDS = [1, 2, 3];

const configuration: Configuration = {
  voters: IDS,
  votersOutgoing: [],
  learners: [],
  members: IDS.map((id) => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` })),
};

/** Logs as short as after a long life: what is lost of a state comes back by a snapshot only. */
const shortLogs: Partial<RaftLimits> = { logMarginEntries: 20, logMarginBytes: 20_000 };

const waitMilliseconds = 20;
const patienceMilliseconds = 60_000;

export class RealCluster {
  readonly #clock = systemClock();
  readonly #network = new MemoryNetwork(this.#clock);
  readonly #members = new Map<number, MemberStore>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  folderOf(id: number): string {
    return join(this.#folder, `m${id}`);
  }

  async format(): Promise<void> {
    for (const id of IDS) {
      const disk = levelDbDisk(this.folderOf(id));
      const identity = { clusterId: testClusterId, memberId: id, name: `m${id}` };
      await formatMemberFolder(disk, identity, configuration);
      await disk.close?.();
    }
  }

  async open(...ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const transport = this.#network.transport(id);
      try {
        const member = await openRealMember(this.folderOf(id), {
          transport: { ...transport, lastHeardMilliseconds: () => this.#clock.monotonicMilliseconds() },
          electionTimeoutMilliseconds: 300,
          heartbeatMilliseconds: 40,
          checkpoints: { entries: 1000, milliseconds: 1000 },
          createRaftNode: (options) => createRaftNode({ ...options, limits: shortLogs }),
        });
        this.#members.set(id, member);
      } catch (error) {
        await transport.stop();
        throw error;
      }
    }
  }

  async close(...ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const member = this.#members.get(id);
      this.#members.delete(id);
      await member?.close();
    }
  }

  isOpen(id: number): boolean {
    return this.#members.has(id);
  }

  member(id: number): MemberStore {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`m${id} is not open`);
    return member;
  }

  async until(what: string | (() => string), condition: () => boolean | Promise<boolean>): Promise<void> {
    const started = this.#clock.monotonicMilliseconds();
    while (!(await condition())) {
      if (this.#clock.monotonicMilliseconds() - started > patienceMilliseconds) {
        throw new Error(`never came: ${typeof what === 'string' ? what : what()}`);
      }
      await new Promise<void>((resolve) => {
        this.#clock.setTimer(waitMilliseconds, resolve);
      });
    }
  }

  async leader(): Promise<MemberStore> {
    let found: MemberStore | undefined;
    await this.until('a leader', () => {
      found = [...this.#members.values()].find((member) => member.raft.status().role === 'leader');
      return found !== undefined;
    });
    return found!;
  }

  async put(key: string, value: string): Promise<void> {
    await put(await this.leader(), key, value);
  }

  /** All are well, and have the same. */
  async agrees(): Promise<void> {
    let said = '';
    const what = (): string => `three equal members, none of them in need of anything: ${said}`;
    await this.until(what, async () => {
      const all = await Promise.all(IDS.map((id) => this.member(id).admin.status()));
      const alarms = await this.member(1).admin.alarms();
      said = JSON.stringify({ alarms, all });
      return (
        alarms.length === 0 &&
        all.every(
          ({ condition, failure, appliedIndex, stateHash }) =>
            condition === 'intact' &&
            failure === undefined &&
            appliedIndex === all[0]!.appliedIndex &&
            stateHash === all[0]!.stateHash,
        )
      );
    });
  }
}
