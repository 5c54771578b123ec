import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../platform/index.js';
import type { RaftNode } from '../../raft/index.js';
import type { Command } from '../../storage/commands/command.js';
import { Upkeep } from '../../storage/member/upkeep.js';
import type { ReplicatedState } from '../../storage/mvcc/state.js';
import { VirtualClock } from '../raft/support/virtual-clock.js';

const MINUTE = 60_000;

const noLeases = { noneBefore: Number.POSITIVE_INFINITY };

function make(role: 'leader' | 'follower') {
  const clock = new VirtualClock();
  const state = { timeMilliseconds: 0, revision: 1, compactRevision: 0, leases: noLeases };
  const commands: Command[] = [];
  const upkeep = new Upkeep({
    raft: {
      status: () => ({ role }),
      logTimeMilliseconds: () => clock.monotonicMilliseconds(),
    } as unknown as RaftNode,
    clock,
    logger: silentLogger,
    state: () => state as unknown as ReplicatedState,
    run: async (command) => {
      commands.push(command);
      if (command.kind === 'compact') state.compactRevision = command.revision;
      return { kind: 'done', value: {} };
    },
    retentionMilliseconds: 5 * MINUTE,
  });
  const apply = (timeMilliseconds: number): void => {
    state.timeMilliseconds = timeMilliseconds;
    state.revision += 1;
    upkeep.entryApplied(timeMilliseconds, state.revision);
  };
  return { clock, upkeep, apply, commands, state };
}

describe('the upkeep of the leader', () => {
  it('forgets history only when the log says that it is older than the retention', async () => {
    const { clock, upkeep, apply, commands, state } = make('leader');
    upkeep.start();
    for (let minute = 1; minute <= 5; minute += 1) apply(minute * MINUTE);
    await clock.advance(10 * MINUTE);
    expect(commands).toEqual([]);
    for (let minute = 6; minute <= 10; minute += 1) apply(minute * MINUTE);
    await clock.advance(2000);
    // Revision 6 was current at minute 5, five minutes before the newest entry.
    expect(commands).toEqual([{ kind: 'compact', revision: 6 }]);
    await clock.advance(10 * MINUTE);
    expect(commands).toHaveLength(1);
    apply(11 * MINUTE);
    await clock.advance(2000);
    expect(commands.at(-1)).toEqual({ kind: 'compact', revision: 7 });
    expect(state.compactRevision).toBe(7);
    upkeep.stop();
  });

  it('is left to the leader', async () => {
    const { clock, upkeep, apply, commands } = make('follower');
    upkeep.start();
    for (let minute = 1; minute <= 20; minute += 1) apply(minute * MINUTE);
    await clock.advance(10_000);
    expect(commands).toEqual([]);
    upkeep.stop();
  });
});
