import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../storage/commands/command.js';
import { checkpointAfterMilliseconds, keepLeases } from '../../storage/member/keep-leases.js';
import type { ReplicatedState } from '../../storage/mvcc/state.js';
import { openReplicatedState } from './support/replicated-state.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

describe('what a leader does for leases', () => {
  let state: ReplicatedState;
  let logTime: number | undefined;
  let commands: { readonly command: Command; readonly atMilliseconds: number | undefined }[];

  beforeEach(async () => {
    ({ state } = await openReplicatedState());
    logTime = 0;
    commands = [];
  });

  afterEach(() => state.close());

  /** An entry of this time that does so. */
  function apply(timeMilliseconds: number, change: () => void): void {
    change();
    state.commit({ index: state.appliedIndex + 1, term: 1, timeMilliseconds });
  }

  const grant = (id: number, ttlMilliseconds: number, atMilliseconds = 0): void =>
    apply(atMilliseconds, () =>
      state.leases.put({
        id,
        ttlSeconds: ttlMilliseconds / SECOND,
        expiresMilliseconds: atMilliseconds + ttlMilliseconds,
      }),
    );

  async function revoke(ids: readonly number[], atMilliseconds: number): Promise<void> {
    const leases = await state.leases.getMany(ids);
    apply(atMilliseconds, () => {
      for (const lease of leases.values())
        if (lease.expiresMilliseconds <= atMilliseconds) state.leases.remove(lease);
    });
  }

  async function look(): Promise<void> {
    await keepLeases({
      state: () => state,
      logTimeMilliseconds: () => logTime,
      run: async (command) => {
        commands.push({ command, atMilliseconds: logTime });
        if (command.kind === 'lease-expire') await revoke(command.ids, logTime ?? 0);
        else apply(logTime ?? 0, () => {});
        return { kind: 'done', value: {} };
      },
    });
  }

  it('revokes those whose time has come by the log’s clock, many in one command and at most a thousand or so', async () => {
    for (let id = 1; id <= 1500; id += 1) grant(id, 10 * SECOND);
    grant(2000, 20 * SECOND);
    logTime = 9_999;
    await look();
    expect(commands.filter(({ command }) => command.kind === 'lease-expire')).toEqual([]);
    logTime = 10_000;
    await look();
    const revoked = commands.flatMap(({ command }) =>
      command.kind === 'lease-expire' ? [command.ids.length] : [],
    );
    expect(revoked).toEqual([256, 256, 256, 256]);
    await look();
    await look();
    expect(await state.leases.soonest(10)).toEqual([{ lease: 2000, expiresMilliseconds: 20_000 }]);
  });

  it('does nothing on a member that does not lead, and writes nothing where there are no leases', async () => {
    for (logTime = 0; logTime < HOUR; logTime += SECOND) await look();
    grant(1, SECOND);
    logTime = undefined;
    await look();
    expect(commands).toEqual([]);
  });

  it('lets the newest entry grow no older than a tenth of what the first lease has left, and a little', async () => {
    grant(1, HOUR);
    grant(2, 4 * HOUR);
    for (logTime = 0; logTime < HOUR; logTime += SECOND) {
      const left = HOUR - state.timeMilliseconds;
      expect(logTime - state.timeMilliseconds).toBeLessThanOrEqual(
        Math.max(SECOND, Math.min(60 * SECOND, left / 10)) + SECOND,
      );
      await look();
    }
    // The same few entries whatever number of leases waits.
    expect(commands.length).toBeLessThan(100);
    expect(commands.every(({ command }) => command.kind === 'clock-checkpoint')).toBe(true);
  });

  it('writes no checkpoint while entries are written anyway', async () => {
    grant(1, HOUR);
    for (logTime = 0; logTime < HOUR / 2; logTime += SECOND) {
      apply(logTime, () => {});
      await look();
    }
    expect(commands).toEqual([]);
  });

  it('keeps the repeated part between a second and a minute', () => {
    expect([0, 5_000, 20_000, 600_000, 9e12].map(checkpointAfterMilliseconds)).toEqual([
      1_000, 1_000, 2_000, 60_000, 60_000,
    ]);
  });

  it('finds the first expiry however often leases were renewed, without looking at what lies before', async () => {
    for (let id = 1; id <= 50; id += 1) grant(id, 60 * SECOND);
    for (let round = 1; round <= 20; round += 1) {
      const now = round * 20 * SECOND;
      for (let id = 1; id <= 50; id += 1) {
        const lease = await state.leases.get(id);
        if (lease === undefined) throw new Error('gone');
        apply(now, () => state.leases.put({ ...lease, expiresMilliseconds: now + 60 * SECOND }, lease));
      }
      const [first] = await state.leases.soonest(1);
      expect(first?.expiresMilliseconds).toBe(now + 60 * SECOND);
      expect(state.leases.noneBefore).toBe(now + 60 * SECOND);
    }
    grant(99, 5 * SECOND, 400 * SECOND);
    expect(state.leases.noneBefore).toBe(405 * SECOND);
  });

  it('is not misled by a lease that is granted while it looks', async () => {
    grant(1, 60 * SECOND);
    const looking = state.leases.soonest(1);
    grant(2, 5 * SECOND);
    await looking;
    expect(state.leases.noneBefore).toBe(5 * SECOND);
  });
});
