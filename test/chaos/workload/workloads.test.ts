/** What clients do and write down: honest also when an answer is late, lost or a refusal. */
import { describe, expect, it } from 'vitest';
import { getPath, newObject } from '../../../api/index.js';
import type { HistoryCall } from '../../../chaos/checker/index.js';
import { collectionWorkload } from '../../../chaos/workload/collection.js';
import { registerWorkload } from '../../../chaos/workload/register.js';
import { transactionWorkload } from '../../../chaos/workload/transactions.js';
import type { Ending, PlannedOperation, Workload } from '../../../chaos/workload/workload.js';
import { ApiConnectionError, ApiStatusError } from '../../../client/index.js';
import { seededRandom } from '../../../platform/index.js';
import { type FakeApi, fakeApi } from './support/fake-api.js';

const lost = (): never => {
  throw new ApiConnectionError('unknown', 'the connection broke');
};
const conflict = (): never => {
  const status = newObject();
  status['reason'] = 'Conflict';
  throw new ApiStatusError(status, 409);
};

/** Draws until an operation of the kind comes. */
function draw(workload: Workload, wanted: (call: HistoryCall) => boolean): PlannedOperation {
  const random = seededRandom(5);
  for (let tries = 0; tries < 500; tries += 1) {
    const operation = workload.plan(random);
    if (wanted(operation.call)) return operation;
  }
  throw new Error('no such operation was drawn');
}

const done = (ending: Ending): Extract<Ending, { readonly kind: 'ok' }> => {
  if (ending.kind !== 'ok') throw new Error(ending.error);
  return ending;
};

const valueIn = (api: FakeApi, key: string): unknown =>
  getPath(api.objects.get(key) ?? null, 'data', 'value');

describe.each(['append', 'add'] as const)('%s', (kind) => {
  const element = (operation: PlannedOperation): number =>
    operation.call.f === kind ? Number(operation.call.value) : Number.NaN;

  it('creates, then extends on condition, and tells the revision it made', async () => {
    const api = fakeApi();
    const workload = collectionWorkload(kind);
    const first = draw(workload, ({ f }) => f === kind);
    const { revision } = done(await first.perform(api.client));
    expect(revision).toBe(
      Number(getPath(api.objects.get(first.subject) ?? null, 'metadata', 'resourceVersion')),
    );
    const second = draw(workload, (call) => call.f === kind && call.key === first.subject);
    done(await second.perform(api.client));
    expect(valueIn(api, first.subject)).toBe(`${element(first)},${element(second)}`);
    const read = draw(workload, (call) => call.f === 'read' && call.key === first.subject);
    expect(done(await read.perform(api.client)).call).toMatchObject({
      value: [element(first), element(second)],
    });
  });

  it('begins again at a conflict, and is certainly not done when conflicts do not end', async () => {
    const api = fakeApi();
    const workload = collectionWorkload(kind);
    const first = draw(workload, ({ f }) => f === kind);
    done(await first.perform(api.client));
    let conflicts = 2;
    api.before = (verb) => {
      if (verb === 'update' && conflicts > 0) {
        conflicts -= 1;
        conflict();
      }
    };
    const second = draw(workload, (call) => call.f === kind && call.key === first.subject);
    done(await second.perform(api.client));
    conflicts = 1_000;
    const third = draw(workload, (call) => call.f === kind && call.key === first.subject);
    expect((await third.perform(api.client)).kind).toBe('fail');
    expect(valueIn(api, first.subject)).toBe(`${element(first)},${element(second)}`);
  });

  it('is unknown, and not tried again, when the answer to its write is lost', async () => {
    const api = fakeApi();
    const workload = collectionWorkload(kind);
    api.after = (verb) => (verb === 'create' ? lost() : undefined);
    const operation = draw(workload, ({ f }) => f === kind);
    expect((await operation.perform(api.client)).kind).toBe('info');
    expect(api.calls).toEqual(['get', 'create']);
    expect(valueIn(api, operation.subject)).toBe(String(element(operation)));
  });

  it('is certainly not done when it could not even read', async () => {
    const api = fakeApi();
    api.before = lost;
    const operation = draw(collectionWorkload(kind), ({ f }) => f === kind);
    expect((await operation.perform(api.client)).kind).toBe('fail');
    expect(api.calls).toEqual(['get']);
  });
});

describe('registers', () => {
  it('are written, read, compared and deleted, each as one request', async () => {
    const api = fakeApi();
    const workload = registerWorkload();
    const write = draw(workload, (call) => call.f === 'write' && call.value !== null);
    const key = write.subject;
    expect(done(await write.perform(api.client)).revision).toBe(101);
    const cas = draw(workload, (call) => call.f === 'cas' && call.key === key);
    expect(cas.call).toMatchObject({ expected: write.call.f === 'write' ? write.call.value : undefined });
    expect(done(await cas.perform(api.client)).revision).toBe(102);
    const read = draw(workload, (call) => call.f === 'read' && call.key === key);
    expect(done(await read.perform(api.client)).call).toMatchObject({
      value: cas.call.f === 'cas' ? cas.call.next : undefined,
      modRevision: 102,
    });
    const remove = draw(workload, (call) => call.f === 'write' && call.value === null && call.key === key);
    done(await remove.perform(api.client));
    expect(done(await read.perform(api.client)).call).toEqual({ f: 'read', key, value: null });
    expect(api.calls).toEqual(['create', 'update', 'get', 'delete', 'get']);
  });

  it('fail a compare-and-set whose expectation was overtaken', async () => {
    const api = fakeApi();
    const workload = registerWorkload();
    const write = draw(workload, (call) => call.f === 'write' && call.value !== null);
    done(await write.perform(api.client));
    const cas = draw(workload, (call) => call.f === 'cas' && call.key === write.subject);
    done(
      await draw(workload, (call) => call.f === 'write' && call.key === write.subject).perform(api.client),
    );
    expect(await cas.perform(api.client)).toMatchObject({ kind: 'fail', surprising: false });
  });

  it('never write one value twice', () => {
    const workload = registerWorkload();
    const random = seededRandom(3);
    const values = Array.from({ length: 500 }, () => workload.plan(random).call).flatMap((call) =>
      call.f === 'write' && call.value !== null ? [call.value] : [],
    );
    expect(new Set(values).size).toBe(values.length);
  });

  it('are all read at the end', () => {
    const workload = registerWorkload();
    const random = seededRandom(3);
    const used = new Set(Array.from({ length: 3_000 }, () => workload.plan(random).subject));
    const last = workload.finalReads().map(({ subject }) => subject);
    expect(last).toEqual(expect.arrayContaining([...used]));
  });
});

describe('transactions', () => {
  it('write one key and read the whole group at one revision', async () => {
    const api = fakeApi();
    const workload = transactionWorkload();
    const write = draw(workload, (call) => call.f === 'txn' && call.operations[0]?.kind === 'write');
    expect(done(await write.perform(api.client)).revision).toBe(101);
    const read = draw(workload, (call) => call.f === 'txn' && call.operations[0]?.kind === 'read');
    const readSame = { ...read, ...workload.finalReads().find(({ subject }) => subject === write.subject) };
    const ending = done(await readSame.perform(api.client));
    expect(ending.revision).toBe(101);
    if (ending.call.f !== 'txn' || write.call.f !== 'txn') throw new Error('not a transaction');
    expect(ending.call.operations).toHaveLength(6);
    const [wrote] = write.call.operations;
    expect(ending.call.operations.find(({ key }) => key === wrote?.key)).toEqual({
      kind: 'read',
      key: wrote?.key,
      value: wrote?.value,
      modRevision: 101,
    });
    expect(ending.call.operations.filter(({ value }) => value === null)).toHaveLength(5);
  });
});
