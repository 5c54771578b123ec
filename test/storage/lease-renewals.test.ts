import { describe, expect, it } from 'vitest';
import type { ApplyResult } from '../../storage/commands/result.js';
import { LeaseRenewals } from '../../storage/member/lease-renewals.js';
import type { LeaseGrant, Outcome } from '../../storage/store.js';
import { VirtualClock } from '../raft/support/virtual-clock.js';

interface Command {
  readonly ids: readonly number[];
  readonly timeoutMilliseconds: number;
  readonly end: (outcome: Outcome<ApplyResult>) => void;
}

function make() {
  const clock = new VirtualClock();
  const commands: Command[] = [];
  const renewals = new LeaseRenewals({
    clock,
    run: (ids, { timeoutMilliseconds }) =>
      new Promise((end) => {
        commands.push({ ids, timeoutMilliseconds, end });
      }),
  });
  const answers = new Map<string, Outcome<LeaseGrant>>();
  const renew = (name: string, id: number, timeoutMilliseconds = 1000): void => {
    void renewals
      .renew(id, { caller: name, timeoutMilliseconds })
      .then((outcome) => answers.set(name, outcome));
  };
  return { clock, commands, renewals, answers, renew };
}

const renewed = (...ttlSeconds: number[]): Outcome<ApplyResult> => ({
  kind: 'done',
  value: { kind: 'leases-renewed', ttlSeconds },
});

describe('keep-alives of one member', () => {
  it('share a command with all that arrived while the one before was under way', async () => {
    const { clock, commands, answers, renew } = make();
    renew('a', 1);
    renew('b', 2);
    await clock.settle();
    expect(commands.map(({ ids }) => ids)).toEqual([[1, 2]]);
    renew('c', 3);
    renew('d', 1);
    renew('e', 3);
    await clock.settle();
    expect(commands).toHaveLength(1);
    commands[0]!.end(renewed(10, 0));
    await clock.settle();
    expect(answers.get('a')).toEqual({ kind: 'done', value: { id: 1, ttlSeconds: 10 } });
    expect(answers.get('b')).toMatchObject({ kind: 'refused', refusal: { reason: 'lease-not-found' } });
    expect(commands[1]!.ids).toEqual([3, 1]);
    commands[1]!.end(renewed(30, 10));
    await clock.settle();
    expect(['c', 'd', 'e'].map((name) => answers.get(name))).toEqual([
      { kind: 'done', value: { id: 3, ttlSeconds: 30 } },
      { kind: 'done', value: { id: 1, ttlSeconds: 10 } },
      { kind: 'done', value: { id: 3, ttlSeconds: 30 } },
    ]);
  });

  it('go by at most 1,024 leases a command, in their order', async () => {
    const { clock, commands, renew } = make();
    for (let id = 1; id <= 3000; id += 1) renew(`${id}`, id);
    await clock.settle();
    for (let round = 0; round < 3; round += 1) {
      commands[round]!.end(renewed(...commands[round]!.ids.map(() => 5)));
      await clock.settle();
    }
    expect(commands.map(({ ids }) => [ids[0], ids.length])).toEqual([
      [1, 1024],
      [1025, 1024],
      [2049, 952],
    ]);
  });

  it('end at each caller’s own deadline: refused while they wait, unknown once they are proposed', async () => {
    const { clock, commands, answers, renew } = make();
    renew('proposed, little time', 1, 100);
    renew('proposed, much time', 1, 60_000);
    await clock.settle();
    renew('waiting', 2, 100);
    await clock.advance(101);
    expect(answers.get('proposed, little time')).toMatchObject({ kind: 'unknown' });
    expect(answers.get('waiting')).toMatchObject({ kind: 'refused', refusal: { reason: 'timeout' } });
    expect(answers.has('proposed, much time')).toBe(false);
    // One patient caller does not hold up those behind it for a minute.
    expect(commands[0]!.timeoutMilliseconds).toBe(5000);
    commands[0]!.end(renewed(10));
    await clock.settle();
    expect(answers.get('proposed, much time')).toMatchObject({ kind: 'done' });
    expect(commands).toHaveLength(1);
  });

  it('are told when it is certain that nothing was renewed, and when it is not', async () => {
    const { clock, commands, answers, renew } = make();
    renew('a', 1);
    await clock.settle();
    commands[0]!.end({ kind: 'refused', refusal: { reason: 'no-leader', message: '' } });
    renew('b', 2);
    await clock.settle();
    commands[1]!.end({ kind: 'unknown', message: '' });
    await clock.settle();
    expect(answers.get('a')).toMatchObject({ kind: 'refused', refusal: { reason: 'no-leader' } });
    expect(answers.get('b')).toMatchObject({ kind: 'unknown' });
  });

  it('end when the member stops', async () => {
    const { clock, renewals, answers, renew } = make();
    renew('proposed', 1);
    await clock.settle();
    renew('waiting', 2);
    renewals.stop();
    renew('late', 3);
    await clock.settle();
    expect(answers.get('proposed')).toMatchObject({ kind: 'unknown' });
    expect(answers.get('waiting')).toMatchObject({ kind: 'refused', refusal: { reason: 'stopping' } });
    expect(answers.get('late')).toMatchObject({ kind: 'refused', refusal: { reason: 'stopping' } });
  });
});
