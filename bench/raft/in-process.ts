/** Three members in this process: LevelDB and everything above it, with messages handed over as they are. */
import { join } from 'node:path';
import { type Clock, systemRandom } from '../../platform/index.js';
import type { MemberStore } from '../../storage/index.js';
import { untilDefined } from '../until.js';
import { measureMember, memberIds, memberName, openBareMember } from './member.js';
import { MemoryNetwork } from './memory-network.js';
import type { RunOptions, RunResult, Subject } from './run.js';

export async function openInProcessMembers(
  folder: string,
  clock: Clock,
  batching: boolean,
): Promise<Subject> {
  const network = new MemoryNetwork(clock);
  const members: MemberStore[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.close()));
  };
  try {
    for (const id of memberIds) {
      const transport = network.transport(id);
      members.push(
        await openBareMember({
          id,
          folder: join(folder, memberName(id)),
          transport,
          batching,
          clock,
          random: systemRandom(),
        }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  const run = async (options: RunOptions, signal: AbortSignal): Promise<RunResult> => {
    const leader = await untilDefined('a leader', { clock, signal, pollMilliseconds: 20 }, async () =>
      members.find(({ raft }) => raft.status().role === 'leader' && raft.status().appliedIndex > 0),
    );
    return measureMember(leader, 'in-process', options, clock, signal);
  };
  return { layer: 'in-process', batching, run, close };
}
