import { afterEach, describe, expect, it } from 'vitest';
import type { ProposeResult, RaftNode, RaftNodeOptions } from '../../raft/index.js';
import type { CallContext } from '../../storage/index.js';
import { createSingleMemberRaft } from './support/fake-raft.js';
import { bytes, context, openTestStore, type TestStore, text } from './support/single-member-store.js';

const putRequest = (key: string, value: string) => ({
  compare: [],
  then: [{ type: 'put' as const, key: bytes(key), value: bytes(value) }],
  else: [],
});

/** A member whose raft answers proposals as the test decides. */
async function openWith(
  propose: (inner: RaftNode, command: Uint8Array, attempt: number) => Promise<ProposeResult>,
): Promise<TestStore> {
  let attempt = 0;
  return openTestStore({
    createRaftNode: (options: RaftNodeOptions): RaftNode => {
      const inner = createSingleMemberRaft(options);
      return {
        start: () => inner.start(),
        stop: () => inner.stop(),
        readIndex: (readOptions) => inner.readIndex(readOptions),
        sendSnapshot: (to) => inner.sendSnapshot(to),
        transferLeadership: (to) => inner.transferLeadership(to),
        changeMembership: (steps, callOptions) => inner.changeMembership(steps, callOptions),
        status: () => inner.status(),
        logTimeMilliseconds: () => inner.logTimeMilliseconds(),
        statistics: () => inner.statistics(),
        onStatusChange: (listener) => inner.onStatusChange(listener),
        propose: (command) => {
          attempt += 1;
          return propose(inner, command, attempt);
        },
      };
    },
  });
}

const patience = { timeoutMilliseconds: 1000 };
const impatient: CallContext = { caller: 'test', timeoutMilliseconds: 20 };

describe('a write', () => {
  let member: TestStore;

  afterEach(() => member.close());

  it('is refused when raft says that it is in no log', async () => {
    member = await openWith(async () => ({ kind: 'refused', reason: 'no-leader' }));
    expect(await member.store.txn(putRequest('a', '1'), context)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'no-leader' },
    });
  });

  it('is applied once when an attempt without an answer had arrived after all', async () => {
    member = await openWith(async (inner, command, attempt) => {
      const result = await inner.propose(command, patience);
      return attempt === 1 ? { kind: 'unknown' } : result;
    });
    const outcome = await member.store.txn(putRequest('a', '1'), context);
    expect(outcome).toMatchObject({ kind: 'done', value: { revision: 2 } });
    // Behind this write both copies of the first have been applied.
    expect(await member.store.txn(putRequest('b', '1'), context)).toMatchObject({ value: { revision: 3 } });
    const { items } = await member.store
      .range({ key: bytes('a'), consistency: 'linearizable' }, context)
      .then((read) => (read.kind === 'done' ? read.value : { items: [] }));
    expect(items.map((item) => [text(item.value), item.version])).toEqual([['1', 1]]);
    expect((await member.store.status()).revision).toBe(3);
  });

  it('is unknown, not refused, when an attempt had no answer and the next was refused', async () => {
    member = await openWith(async (_inner, _command, attempt) =>
      attempt === 1 ? { kind: 'unknown' } : { kind: 'refused', reason: 'no-leader' },
    );
    expect(await member.store.txn(putRequest('a', '1'), context)).toMatchObject({ kind: 'unknown' });
  });

  it('is proposed again when another entry took its place in the log', async () => {
    member = await openWith(async (inner, command, attempt) => {
      if (attempt > 1) return inner.propose(command, patience);
      const { appliedIndex } = inner.status();
      return { kind: 'appended', index: appliedIndex, term: 1 };
    });
    expect(await member.store.txn(putRequest('a', '1'), context)).toMatchObject({ kind: 'done' });
  });

  it('is unknown when it was proposed and its deadline passed', async () => {
    member = await openWith(async (inner) => ({
      kind: 'appended',
      index: inner.status().appliedIndex + 100,
      term: 1,
    }));
    expect(await member.store.txn(putRequest('a', '1'), impatient)).toMatchObject({ kind: 'unknown' });
  });

  it('is unknown when the member stops under it, and refused when it has stopped', async () => {
    member = await openWith(async (inner) => ({
      kind: 'appended',
      index: inner.status().appliedIndex + 100,
      term: 1,
    }));
    const pending = member.store.txn(putRequest('a', '1'), context);
    await Promise.resolve();
    await member.close();
    expect(await pending).toMatchObject({ kind: 'unknown' });
    expect(await member.store.txn(putRequest('a', '1'), context)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'stopping' },
    });
  });

  it('is refused as overloaded when too many wait', async () => {
    member = await openWith(async (inner) => ({
      kind: 'appended',
      index: inner.status().appliedIndex + 100,
      term: 1,
    }));
    const pending = Array.from({ length: 1000 }, (_, index) =>
      member.store.txn(putRequest(`k${index}`, ''), impatient),
    );
    expect(await member.store.txn(putRequest('a', '1'), impatient)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'overloaded' },
    });
    const outcomes = await Promise.all(pending);
    expect(outcomes.every((outcome) => outcome.kind === 'unknown')).toBe(true);
  });
});
