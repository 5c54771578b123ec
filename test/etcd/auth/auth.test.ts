/** The Auth service and the guard before all others, over a real store. What etcd 3.4 answers was asked of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rulesOfAll } from '../../../etcd/auth/needs.js';
import { StatusCode } from '../../../etcd/grpc/status.js';
import { PermissionType } from '../../../etcd/proto/generated/auth.js';
import { ElectionService } from '../../../etcd/proto/generated/election.js';
import { HealthService } from '../../../etcd/proto/generated/health.js';
import { LockService } from '../../../etcd/proto/generated/lock.js';
import {
  AuthService,
  ClusterService,
  KVService,
  LeaseService,
  MaintenanceService,
  WatchService,
} from '../../../etcd/proto/generated/rpc.js';
import type { AuthChange } from '../../../storage/index.js';
import type { KeyPair } from '../../apiserver/support/certificates.js';
import { GrpcClient } from '../support/client.js';
import { startTestEtcd, type TestEtcd } from '../support/server.js';

const { READ, WRITE, READWRITE } = PermissionType;
const auth = AuthService.methods;
const kv = KVService.methods;
const lease = LeaseService.methods;
const key = (text: string): Buffer => Buffer.from(text);

const fails = (code: number, text: string) => ({ code, message: `etcdserver: ${text}` });
const denied = fails(StatusCode.PERMISSION_DENIED, 'permission denied');
const noName = fails(StatusCode.INVALID_ARGUMENT, 'user name is empty');
const badToken = fails(StatusCode.UNAUTHENTICATED, 'invalid auth token');
const authFailed = fails(StatusCode.INVALID_ARGUMENT, 'authentication failed, invalid user ID or password');

let etcd: TestEtcd;
/** By its certificate. */
let root: GrpcClient;
let alice: GrpcClient;
const clients: GrpcClient[] = [];

function clientWith(pair: KeyPair, headers: Readonly<Record<string, string>> = {}): GrpcClient {
  const client = new GrpcClient(etcd.url, { authority: etcd.authority.certificate, pair }, headers);
  clients.push(client);
  return client;
}

async function named(subject: string): Promise<GrpcClient> {
  return clientWith(await etcd.authority.issue(subject));
}

async function withToken(name: string, password: string): Promise<GrpcClient> {
  const { token } = await root.call(auth.Authenticate, { name, password });
  return clientWith(etcd.root, { token });
}

async function start(options: Parameters<typeof startTestEtcd>[0] = {}): Promise<void> {
  etcd = await startTestEtcd(options);
  root = etcd.client();
}

async function stop(): Promise<void> {
  for (const client of clients.splice(0)) client.close();
  await etcd.close();
}

/** root with a password, alice who may read and write [b, d), read [d, f) and write a; then enabled. */
async function enable(): Promise<void> {
  await root.call(auth.UserAdd, { name: 'root', password: 'r' });
  await root.call(auth.UserGrantRole, { user: 'root', role: 'root' });
  await root.call(auth.RoleAdd, { name: 'letters' });
  for (const perm of [
    { permType: READWRITE, key: key('b'), rangeEnd: key('d') },
    { permType: READ, key: key('d'), rangeEnd: key('f') },
    { permType: WRITE, key: key('a') },
    { permType: READ, key: key('zz'), rangeEnd: Buffer.of(0) },
  ]) {
    await root.call(auth.RoleGrantPermission, { name: 'letters', perm });
  }
  await root.call(auth.UserAdd, { name: 'alice', password: 'p' });
  await root.call(auth.UserGrantRole, { user: 'alice', role: 'letters' });
  await root.call(auth.UserAdd, { name: 'carol', options: { noPassword: true } });
  await root.call(auth.AuthEnable, {});
  alice = await withToken('alice', 'p');
}

describe('users and roles', () => {
  beforeAll(() => start());
  afterAll(stop);

  it('are managed in etcd’s words', async () => {
    const refused = (method: (typeof auth)[keyof typeof auth], request: object): Promise<unknown> =>
      root.call(method as typeof auth.UserAdd, request).then(
        () => 'done',
        ({ code, message }: { code: number; message: string }) => ({ code, message }),
      );
    const failed = (text: string) => fails(StatusCode.FAILED_PRECONDITION, text);
    const invalid = (text: string) => fails(StatusCode.INVALID_ARGUMENT, text);
    const rootUser = { name: 'root', password: 'r' };
    expect(await refused(auth.Authenticate, rootUser)).toEqual(failed('authentication is not enabled'));
    expect(await refused(auth.AuthEnable, {})).toEqual(failed('root user does not exist'));
    expect(await refused(auth.AuthDisable, {})).toBe('done');
    expect(await refused(auth.UserAdd, { name: '' })).toEqual(invalid('user name is empty'));
    expect(await refused(auth.UserAdd, rootUser)).toBe('done');
    expect(await refused(auth.UserAdd, rootUser)).toEqual(failed('user name already exists'));
    expect(await refused(auth.AuthEnable, {})).toEqual(failed('root user does not have root role'));
    expect(await refused(auth.RoleAdd, { name: '' })).toEqual(invalid('role name is empty'));
    expect(await refused(auth.RoleAdd, { name: 'r' })).toBe('done');
    expect(await refused(auth.RoleAdd, { name: 'r' })).toEqual(failed('role name already exists'));
    expect(await refused(auth.UserGrantRole, { user: 'x', role: 'r' })).toEqual(
      failed('user name not found'),
    );
    expect(await refused(auth.UserGrantRole, { user: 'root', role: 'x' })).toEqual(
      failed('role name not found'),
    );
    expect(await refused(auth.UserRevokeRole, { name: 'root', role: 'r' })).toEqual(
      failed('role is not granted to the user'),
    );
    expect(await refused(auth.RoleGrantPermission, { name: 'r' })).toEqual(invalid('permission not given'));
    expect(await refused(auth.RoleGrantPermission, { name: 'r', perm: { permType: 7 } })).toEqual(
      invalid('invalid auth management'),
    );
    expect(await refused(auth.RoleRevokePermission, { role: 'r', key: key('x') })).toEqual(
      failed('permission is not granted to the role'),
    );
    expect(await refused(auth.UserGet, { name: 'x' })).toEqual(failed('user name not found'));
    expect(await refused(auth.RoleGet, { role: 'x' })).toEqual(failed('role name not found'));
    expect(await refused(auth.UserDelete, { name: 'x' })).toEqual(failed('user name not found'));
    expect(await refused(auth.RoleDelete, { role: 'x' })).toEqual(failed('role name not found'));
    expect(await refused(auth.UserChangePassword, { name: 'x' })).toEqual(failed('user name not found'));
    expect(await refused(auth.UserAdd, { name: 'y', hashedPassword: 'JDJh' })).toMatchObject({
      code: StatusCode.INVALID_ARGUMENT,
    });
  });

  it('are told in order, with ranges as they were given', async () => {
    await root.call(auth.RoleAdd, { name: 'a' });
    for (const rangeEnd of [key('z'), Buffer.of(0), Buffer.alloc(0)]) {
      await root.call(auth.RoleGrantPermission, {
        name: 'a',
        perm: { permType: READ, key: key('b'), rangeEnd },
      });
    }
    const { perm } = await root.call(auth.RoleGet, { role: 'a' });
    expect(perm.map(({ rangeEnd }) => Buffer.from(rangeEnd).toString())).toEqual(['', '\u0000', 'z']);
    await root.call(auth.UserGrantRole, { user: 'root', role: 'root' });
    await root.call(auth.UserGrantRole, { user: 'root', role: 'a' });
    expect((await root.call(auth.UserGet, { name: 'root' })).roles).toEqual(['a', 'root']);
    expect((await root.call(auth.RoleList, {})).roles).toEqual(['a', 'r']);
    expect((await root.call(auth.UserList, {})).users).toEqual(['root']);
    const { enabled, authRevision } = await root.call(auth.AuthStatus, {});
    expect({ enabled, authRevision }).toEqual({ enabled: false, authRevision: 9 });
  });

  it('keep a password to themselves', async () => {
    await root.call(auth.UserAdd, { name: 'secretive', password: 'correct horse' });
    const state = await etcd.member.admin.authState();
    expect(
      JSON.stringify(state, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      ),
    ).not.toContain('horse');
    expect(state?.users.find(({ name }) => name === 'secretive')?.passwordHash).toHaveLength(50);
  });

  it('are asked about by anybody while authentication is not enabled, but by no bad token', async () => {
    const nobody = await named('O=nobody');
    expect((await nobody.call(kv.Range, { key: key('k') })).kvs).toEqual([]);
    await expect(nobody.call(kv.Range, { key: key('k') }, { token: 'x.y' })).rejects.toMatchObject(badToken);
  });
});

describe('once authentication is enabled', () => {
  beforeAll(async () => {
    await start();
    for (const name of ['a', 'b', 'e', 'q']) await root.call(kv.Put, { key: key(name), value: key('1') });
    await enable();
  });
  afterAll(stop);

  it('every method has a rule', () => {
    const services = [KVService, WatchService, LeaseService, MaintenanceService, ClusterService, AuthService];
    const paths = [...services, LockService, ElectionService, HealthService].flatMap(({ methods }) =>
      Object.values(methods).map(({ path }) => path),
    );
    expect(new Set(rulesOfAll(128).keys())).toEqual(new Set(paths));
  });

  it('somebody is who the token says, else who the certificate names', async () => {
    const byToken = clientWith(await etcd.authority.issue('CN=carol'), {
      token: (await root.call(auth.Authenticate, { name: 'alice', password: 'p' })).token,
    });
    expect((await byToken.call(kv.Range, { key: key('b') })).count).toBe(1);
    const carol = await named('CN=carol');
    await expect(carol.call(kv.Range, { key: key('b') })).rejects.toMatchObject(denied);
    expect((await carol.call(auth.UserGet, { name: 'carol' })).roles).toEqual([]);
    await expect((await named('CN=m1')).call(kv.Range, { key: key('b') })).rejects.toMatchObject(denied);
    await expect((await named('O=none')).call(kv.Range, { key: key('b') })).rejects.toMatchObject(noName);
    await expect(root.call(kv.Range, { key: key('b') }, { token: 'garbage.1' })).rejects.toMatchObject(
      badToken,
    );
    await expect(root.call(kv.Range, { key: key('b') }, { authorization: 'x' })).rejects.toMatchObject(
      badToken,
    );
  });

  it('a password is proven, or is wrong in the same words whatever is wrong', async () => {
    for (const [name, password] of [
      ['alice', 'x'],
      ['x', 'p'],
      ['carol', ''],
      ['', ''],
    ] as const)
      await expect(root.call(auth.Authenticate, { name, password })).rejects.toMatchObject(authFailed);
  });

  it('keys are read and written within the permissions only', async () => {
    const count = async (from: string, end?: string): Promise<number | object> =>
      alice.call(kv.Range, { key: key(from), ...(end === undefined ? {} : { rangeEnd: key(end) }) }).then(
        (response) => response.count,
        ({ code, message }: { code: number; message: string }) => ({ code, message }),
      );
    expect(await count('b', 'f')).toBe(2);
    expect(await count('zzz', '\u0000')).toBe(0);
    for (const [from, end] of [['b', 'g'], ['a'], ['q'], ['b', '\u0000'], ['x', 'w']] as const)
      expect(await count(from, end)).toEqual(denied);
    const local = { key: key('q'), serializable: true };
    await expect(alice.call(kv.Range, local)).rejects.toMatchObject(denied);
    await alice.call(kv.Put, { key: key('a'), value: key('2') });
    await expect(alice.call(kv.Put, { key: key('a'), prevKv: true })).rejects.toMatchObject(denied);
    await expect(alice.call(kv.Put, { key: key('e') })).rejects.toMatchObject(denied);
    await alice.call(kv.DeleteRange, { key: key('bb'), rangeEnd: key('c'), prevKv: true });
    await expect(alice.call(kv.DeleteRange, { key: key('c'), rangeEnd: key('e') })).rejects.toMatchObject(
      denied,
    );
    await expect(alice.call(kv.Range, { key: key('') })).rejects.toMatchObject(
      fails(StatusCode.INVALID_ARGUMENT, 'key is not provided'),
    );
    const stream = alice.open(kv.RangeStream);
    stream.send({ key: key('q') });
    expect(await stream.status).toEqual(denied);
  });

  it('a transaction needs the rights for all that it might do, however deep', async () => {
    const put = (name: string) => ({ requestPut: { key: key(name) } });
    const inside = (operation: object) => ({
      requestTxn: { success: [{ requestTxn: { failure: [operation] } }] },
    });
    const may = {
      compare: [{ key: key('e'), version: 1 }],
      success: [put('b')],
      failure: [inside(put('c'))],
    };
    expect((await alice.call(kv.Txn, may)).succeeded).toBe(true);
    for (const request of [
      { compare: [{ key: key('a') }] },
      { failure: [put('q')] },
      { success: [inside(put('q'))] },
      { success: [inside({ requestRange: { key: key('q') } })] },
      { success: [{ requestDeleteRange: { key: key('q') } }] },
    ]) {
      await expect(alice.call(kv.Txn, request)).rejects.toMatchObject(denied);
    }
    expect((await alice.call(kv.Txn, {})).succeeded).toBe(true);
  });

  it('a lease is anybody’s, its keys are not', async () => {
    const nobody = await named('O=none');
    await nobody.call(lease.LeaseGrant, { TTL: 600, ID: 7 });
    await expect(nobody.call(lease.LeaseGrant, { TTL: 600 }, { token: 'x' })).rejects.toMatchObject(badToken);
    await alice.call(kv.Put, { key: key('b'), lease: 7 });
    expect((await alice.call(lease.LeaseTimeToLive, { ID: 7, keys: true })).keys).toHaveLength(1);
    await root.call(kv.Put, { key: key('q'), lease: 7 });
    for (const request of [{ success: [{ requestPut: { key: key('c'), lease: 7 } }] }])
      await expect(alice.call(kv.Txn, request)).rejects.toMatchObject(denied);
    await expect(alice.call(kv.Put, { key: key('c'), lease: 7 })).rejects.toMatchObject(denied);
    await expect(alice.call(lease.LeaseRevoke, { ID: 7 })).rejects.toMatchObject(denied);
    await expect(alice.call(lease.LeaseTimeToLive, { ID: 7, keys: true })).rejects.toMatchObject(denied);
    expect((await alice.call(lease.LeaseTimeToLive, { ID: 7 })).grantedTTL).toBe(600);
    expect((await nobody.call(lease.LeaseLeases, {})).leases).toEqual([{ ID: 7 }]);
    await root.call(lease.LeaseRevoke, { ID: 7 });
  });

  it('a watcher is judged when it is made, and outlives the right to it', async () => {
    const watch = WatchService.methods.Watch;
    const stream = alice.open(watch);
    stream.send({ createRequest: { key: key('q') } });
    expect(await stream.next()).toMatchObject({
      watchId: -1,
      created: true,
      canceled: true,
      cancelReason: 'rpc error: code = PermissionDenied desc = etcdserver: permission denied',
    });
    stream.send({ createRequest: { key: key('b'), rangeEnd: key('f') } });
    expect(await stream.next()).toMatchObject({ watchId: 0, created: true, canceled: false });
    await root.call(auth.UserRevokeRole, { name: 'alice', role: 'letters' });
    await root.call(kv.Put, { key: key('b'), value: key('later') });
    expect((await stream.find(({ events }) => events.length > 0)).events).toHaveLength(1);
    stream.send({ createRequest: { key: key('b') } });
    expect(await stream.next()).toMatchObject({ watchId: -1, canceled: true });
    stream.cancel();
    await root.call(auth.UserGrantRole, { user: 'alice', role: 'letters' });
    const forged = root.open(watch, { token: 'x' });
    forged.send({ createRequest: { key: key('b') } });
    expect((await forged.next())?.cancelReason).toBe(
      'rpc error: code = Unauthenticated desc = etcdserver: invalid auth token',
    );
    forged.cancel();
  });

  it('what concerns the whole cluster is for root where etcd says so', async () => {
    const { Defragment, Hash, HashKV, Snapshot, Status, Alarm } = MaintenanceService.methods;
    const { MemberList, MemberAdd, MemberRemove, MemberPromote, MemberUpdate } = ClusterService.methods;
    for (const method of [Defragment, Hash, HashKV, MemberAdd, MemberRemove, MemberPromote, MemberUpdate]) {
      const call = alice.call(method as typeof Defragment, {});
      await expect(call, method.path).rejects.toMatchObject(denied);
    }
    const snapshot = alice.open(Snapshot);
    snapshot.send({});
    expect(await snapshot.status).toEqual(denied);
    const nobody = await named('O=none');
    await nobody.call(Status, {});
    await nobody.call(MemberList, {});
    await nobody.call(Alarm, {});
    await root.call(Defragment, {});
    await root.call(HashKV, {});
  });

  it('a lock or an office needs the right to the keys of all who want it', async () => {
    const { Lock, Unlock } = LockService.methods;
    const { Campaign, Leader, Resign, Proclaim, Observe } = ElectionService.methods;
    const own = await alice.call(lease.LeaseGrant, { TTL: 600 });
    await expect(alice.call(Lock, { name: key('q'), lease: own.ID })).rejects.toMatchObject(denied);
    await expect(alice.call(Unlock, { key: key('q/1') })).rejects.toMatchObject(denied);
    const held = await alice.call(Lock, { name: key('c'), lease: own.ID });
    await alice.call(Unlock, { key: held.key });
    await expect(alice.call(Campaign, { name: key('q'), lease: own.ID })).rejects.toMatchObject(denied);
    const leader = { name: key('q'), key: key('q/1'), rev: 1, lease: 1 };
    await expect(alice.call(Proclaim, { leader })).rejects.toMatchObject(denied);
    await expect(alice.call(Resign, { leader })).rejects.toMatchObject(denied);
    await expect(alice.call(Leader, { name: key('q') })).rejects.toMatchObject(denied);
    const watching = alice.open(Observe);
    watching.send({ name: key('q') });
    expect(await watching.status).toEqual(denied);
    const office = await alice.call(Campaign, { name: key('c'), lease: own.ID, value: key('1') });
    await alice.call(Resign, { leader: office.leader });
    await alice.call(lease.LeaseRevoke, { ID: own.ID });
  });

  it('users and roles are for root, but for what is one’s own', async () => {
    for (const [method, request] of [
      [auth.UserList, {}],
      [auth.RoleList, {}],
      [auth.AuthStatus, {}],
      [auth.AuthDisable, {}],
      [auth.UserGet, { name: 'root' }],
      [auth.RoleGet, { role: 'root' }],
      [auth.UserAdd, { name: 'mallory', password: 'x' }],
      [auth.UserChangePassword, { name: 'alice', password: 'x' }],
      [auth.UserGrantRole, { user: 'alice', role: 'root' }],
    ] as const) {
      const call = alice.call(method as typeof auth.UserGet, request as { readonly name?: string });
      await expect(call, method.path).rejects.toMatchObject(denied);
    }
    expect((await alice.call(auth.UserGet, { name: 'alice' })).roles).toEqual(['letters']);
    expect((await alice.call(auth.RoleGet, { role: 'letters' })).perm).toHaveLength(4);
    const management = fails(StatusCode.INVALID_ARGUMENT, 'invalid auth management');
    await expect(root.call(auth.UserDelete, { name: 'root' })).rejects.toMatchObject(management);
    await expect(root.call(auth.RoleDelete, { role: 'root' })).rejects.toMatchObject(management);
    await expect(root.call(auth.UserRevokeRole, { name: 'root', role: 'root' })).rejects.toMatchObject(
      management,
    );
  });

  it('a token ends with the password that it was given for, the user, and authentication itself', async () => {
    await root.call(auth.UserAdd, { name: 'bob', password: '1' });
    await root.call(auth.UserGrantRole, { user: 'bob', role: 'letters' });
    const b = { key: key('b') };
    const first = await withToken('bob', '1');
    await first.call(kv.Range, b);
    await root.call(auth.UserChangePassword, { name: 'bob', password: '2' });
    await expect(first.call(kv.Range, b)).rejects.toMatchObject(badToken);
    const second = await withToken('bob', '2');
    await second.call(kv.Range, b);
    await root.call(auth.UserDelete, { name: 'bob' });
    await expect(second.call(kv.Range, b)).rejects.toMatchObject(badToken);
    await root.call(auth.UserAdd, { name: 'bob', password: '2' });
    await expect(second.call(kv.Range, b)).rejects.toMatchObject(badToken);
    await root.call(auth.AuthDisable, {});
    await expect(alice.call(kv.Range, b)).rejects.toMatchObject(badToken);
    await root.call(auth.AuthEnable, {});
    await expect(alice.call(kv.Range, b)).rejects.toMatchObject(badToken);
    alice = await withToken('alice', 'p');
    await alice.call(kv.Range, b);
  });
});

describe('rights that change behind a member’s back', () => {
  beforeAll(() => start());
  afterAll(stop);

  /** As another member would: this one's guard is not told. */
  const elsewhere = async (change: AuthChange): Promise<void> => {
    const outcome = await etcd.member.admin.changeAuth(change, { caller: 'test', timeoutMilliseconds: 5000 });
    expect(outcome.kind).toBe('done');
  };

  it('count from the first call on that is read or applied after them', async () => {
    await root.call(kv.Put, { key: key('b'), value: key('1') });
    const nobody = await named('O=none');
    await nobody.call(kv.Range, { key: key('b') });
    await root.call(auth.UserAdd, { name: 'root', password: 'r' });
    await root.call(auth.UserGrantRole, { user: 'root', role: 'root' });
    await elsewhere({ type: 'enable', secret: key('secret') });
    await expect(nobody.call(kv.Range, { key: key('b') })).rejects.toMatchObject(noName);
    const dave = await named('CN=dave');
    const put = { key: key('b'), value: key('2') };
    await expect(dave.call(kv.Put, put)).rejects.toMatchObject(denied);
    await elsewhere({ type: 'user-add', name: 'dave' });
    await elsewhere({ type: 'role-add', name: 'r' });
    await elsewhere({
      type: 'role-grant-permission',
      name: 'r',
      permission: { access: 'readwrite', key: key('b') },
    });
    await elsewhere({ type: 'user-grant-role', name: 'dave', role: 'r' });
    // What was just granted is not denied, what was just taken away is not done.
    await dave.call(kv.Put, put);
    await elsewhere({ type: 'user-revoke-role', name: 'dave', role: 'r' });
    await expect(dave.call(kv.Put, { ...put, value: key('3') })).rejects.toMatchObject(denied);
    await expect(dave.call(kv.Range, { key: key('b') })).rejects.toMatchObject(denied);
    await expect(dave.call(kv.Range, { key: key('b'), serializable: true })).rejects.toMatchObject(denied);
    const { kvs } = await root.call(kv.Range, { key: key('b') });
    expect(Buffer.from(kvs[0]?.value ?? '').toString()).toBe('2');
  });
});
