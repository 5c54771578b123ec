import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusCode } from '../../etcd/grpc/status.js';
import { ElectionService, type LeaderKey } from '../../etcd/proto/generated/election.js';
import { KVService, LeaseService } from '../../etcd/proto/generated/rpc.js';
import type { CallFailed, GrpcClient } from './support/client.js';
import { startTestEtcd, type TestEtcd } from './support/server.js';

let etcd: TestEtcd;
let client: GrpcClient;
beforeEach(async () => {
  etcd = await startTestEtcd();
  client = etcd.client();
});
afterEach(() => etcd.close());

const { Campaign, Proclaim, Leader, Observe, Resign } = ElectionService.methods;
const name = Buffer.from('chief');
const bytes = (text: string): Buffer => Buffer.from(text);
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();

async function lease(): Promise<number> {
  return (await client.call(LeaseService.methods.LeaseGrant, { TTL: 600 })).ID;
}

async function win(value: string, id?: number): Promise<LeaderKey> {
  const { leader } = await client.call(Campaign, { name, lease: id ?? (await lease()), value: bytes(value) });
  if (leader === undefined) throw new Error('nobody has won');
  return leader;
}

const candidates = async (): Promise<number> => {
  const all = { key: bytes('chief/'), rangeEnd: bytes('chief0'), countOnly: true };
  return (await client.call(KVService.methods.Range, all)).count;
};

async function untilCandidates(count: number): Promise<void> {
  while ((await candidates()) !== count) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

const leads = async (): Promise<string> => text((await client.call(Leader, { name })).kv?.value);
const unknown = (message: string): object => ({ code: StatusCode.UNKNOWN, message });

describe('an election', () => {
  it('is won by the first to come, whose key proves it', async () => {
    const id = await lease();
    const leader = await win('one', id);
    expect(leader).toMatchObject({ name, lease: id });
    expect(text(leader.key)).toBe(`chief/${id.toString(16)}`);
    const { kv } = await client.call(Leader, { name });
    expect(kv).toMatchObject({ key: leader.key, createRevision: leader.rev, lease: id });
    expect(await leads()).toBe('one');
  });

  it('has no leader before anybody came', async () => {
    await expect(client.call(Leader, { name })).rejects.toMatchObject(unknown('election: no leader'));
  });

  it('is won by the next in line when the leader resigns, or when its lease is gone', async () => {
    const first = await win('one');
    const dying = await lease();
    const second = win('two', dying);
    await untilCandidates(2);
    const third = win('three');
    await untilCandidates(3);
    await client.call(Resign, { leader: first });
    await second;
    expect(await leads()).toBe('two');
    await client.call(LeaseService.methods.LeaseRevoke, { ID: dying });
    await third;
    expect(await leads()).toBe('three');
  });

  it('is lost by whoever waits for it without a lease', async () => {
    await win('one');
    const dying = await lease();
    const waiting = win('two', dying).catch((error: CallFailed) => error);
    await untilCandidates(2);
    await client.call(LeaseService.methods.LeaseRevoke, { ID: dying });
    expect(await waiting).toMatchObject({
      code: StatusCode.NOT_FOUND,
      message: 'etcdserver: requested lease not found',
    });
  });

  it('is not waited for by whoever has gone', async () => {
    await win('one');
    const stream = client.open(Campaign);
    stream.send({ name, lease: await lease(), value: bytes('two') });
    stream.finish();
    await untilCandidates(2);
    stream.cancel();
    await untilCandidates(1);
  });
});

describe('a leader', () => {
  it('proclaims under the key that it has won, and goes on leading', async () => {
    const leader = await win('one');
    await client.call(Proclaim, { leader, value: bytes('uno') });
    expect(await leads()).toBe('uno');
    expect((await client.call(Leader, { name })).kv?.createRevision).toBe(leader.rev);
  });

  it('that campaigns again says the new thing', async () => {
    const id = await lease();
    const leader = await win('one', id);
    expect(await win('uno', id)).toEqual(leader);
    expect(await leads()).toBe('uno');
  });

  it('that is none any more is told so when it proclaims, and may resign all the same', async () => {
    const leader = await win('one');
    await client.call(Resign, { leader });
    await expect(client.call(Proclaim, { leader, value: bytes('uno') })).rejects.toMatchObject(
      unknown('election: not leader'),
    );
    const next = await win('two');
    await client.call(Resign, { leader });
    expect((await client.call(Leader, { name })).kv?.key).toEqual(next.key);
  });

  it('has to be named', async () => {
    const missing = unknown('"leader" field must be provided');
    await expect(client.call(Proclaim, {})).rejects.toMatchObject(missing);
    await expect(client.call(Resign, {})).rejects.toMatchObject(missing);
  });
});

describe('whoever observes an election', () => {
  it('sees each leader and what it proclaims, in order, from now on', async () => {
    const early = client.open(Observe);
    early.send({ name });
    const first = await win('one');
    expect(text((await early.next())?.kv?.value)).toBe('one');
    await client.call(Proclaim, { leader: first, value: bytes('uno') });
    const late = client.open(Observe);
    late.send({ name });
    expect(text((await early.next())?.kv?.value)).toBe('uno');
    const now = await late.next();
    expect(text(now?.kv?.value)).toBe('uno');
    expect(now?.header?.revision).toBeGreaterThanOrEqual(now?.kv?.modRevision ?? Number.POSITIVE_INFINITY);
    const second = win('two');
    await untilCandidates(2);
    await client.call(Resign, { leader: first });
    const leader = await second;
    for (const stream of [early, late]) expect(text((await stream.next())?.kv?.value)).toBe('two');
    await client.call(Resign, { leader });
    await win('three');
    for (const stream of [early, late]) expect(text((await stream.next())?.kv?.value)).toBe('three');
  });

  it('is told when the member stops', async () => {
    await win('one');
    const stream = client.open(Observe);
    stream.send({ name });
    await stream.next();
    const closed = etcd.server.close({ graceMilliseconds: 500 });
    expect(await stream.status).toEqual({
      code: StatusCode.UNAVAILABLE,
      message: 'etcdserver: server stopped',
    });
    await closed;
  });
});
