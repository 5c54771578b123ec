import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { simulatedDisk } from '../../../chaos/index.js';
import { type Disk, seededRandom, silentLogger, systemClock } from '../../../platform/index.js';
import { bytesOf } from '../../../storage/bytes.js';
import {
  type AuthChange,
  type AuthState,
  buildRecoveredFolder,
  buildRestoredFolders,
  connectStore,
  examineMemberFolder,
  type Outcome,
  readSnapshotFile,
  serveStore,
} from '../../../storage/index.js';
import { copyDisk } from '../support/copy-disk.js';
import { openReplicatedState } from '../support/replicated-state.js';
import { bytes, context, openTestStore, type TestStore } from '../support/single-member-store.js';
import { piecesOf, saveSnapshot } from '../support/snapshot-files.js';
import { IDS, ThreeMembers } from '../support/three-members.js';

const opened: TestStore[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function open(disk?: Disk): Promise<TestStore> {
  const store = await openTestStore(disk === undefined ? {} : { disk, reopen: true });
  opened.push(store);
  return store;
}

function done<Value>(outcome: Outcome<Value>): Value {
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

async function authOf(store: Pick<TestStore, 'admin'>): Promise<AuthState> {
  const state = await store.admin.authState();
  if (state === undefined) throw new Error('no users');
  return state;
}

const changes: readonly AuthChange[] = [
  { type: 'user-add', name: 'root', passwordHash: bytes('hash') },
  { type: 'user-grant-role', name: 'root', role: 'root' },
  { type: 'role-add', name: 'r' },
  {
    type: 'role-grant-permission',
    name: 'r',
    permission: { access: 'readwrite', key: bytes('a'), end: bytes('c') },
  },
  { type: 'user-add', name: 'u' },
  { type: 'user-grant-role', name: 'u', role: 'r' },
  { type: 'enable', secret: bytes('secret') },
];

async function change(store: Pick<TestStore, 'admin'>, all: readonly AuthChange[] = changes): Promise<void> {
  for (const each of all) done(await store.admin.changeAuth(each, context));
}

describe('users and roles', () => {
  it('are changed through the log, and told only to whoever does not know them yet', async () => {
    const store = await open();
    expect(await authOf(store)).toMatchObject({ revision: 1, enabled: false, users: [], roles: [] });
    await change(store);
    const state = await authOf(store);
    expect(state).toMatchObject({ revision: 8, enabled: true, secret: bytes('secret') });
    expect(await store.admin.authState(7)).toEqual(state);
    expect(await store.admin.authState(8)).toBeUndefined();
    expect(await store.admin.changeAuth({ type: 'role-add', name: 'r' }, context)).toMatchObject({
      refusal: { reason: 'auth', problem: 'role-exists' },
    });
    expect(await store.admin.changeAuth({ type: 'role-add', name: 'x'.repeat(999) }, context)).toMatchObject({
      refusal: { reason: 'invalid' },
    });
    expect(await store.admin.changeAuth({ type: 'disable' }, { ...context, authRevision: 7 })).toMatchObject({
      refusal: { reason: 'permissions-changed' },
    });
  });

  it('are part of the state hash, and of nothing while there are none', async () => {
    const { state } = await openReplicatedState();
    const [hash, content] = [state.stateHash(), state.contentHash()];
    const { auth } = state;
    state.setAuth({ ...auth, revision: 2, roles: [{ name: 'r', permissions: [] }] });
    const changed = [state.stateHash(), state.contentHash()];
    expect(changed[0]).not.toBe(hash);
    expect(changed[1]).not.toBe(content);
    state.setAuth({ ...auth, revision: 2, roles: [{ name: 's', permissions: [] }] });
    expect(state.stateHash()).not.toBe(changed[0]);
  });

  it('survive a stop', async () => {
    const store = await open();
    await change(store);
    const before = await authOf(store);
    const { stateHash } = await store.admin.hash();
    opened.splice(0);
    await store.close();
    const again = await open(store.disk);
    expect(await authOf(again)).toEqual(before);
    expect((await again.admin.hash()).stateHash).toBe(stateHash);
  });

  it('that are lost from the disk are damage, not an open door', async () => {
    const store = await open();
    await change(store);
    opened.splice(0);
    await store.close();
    const database = await store.disk.openDatabase('state');
    await database.batch([{ type: 'delete', key: bytesOf('u') }], { sync: true });
    await database.close();
    await expect(openTestStore({ disk: store.disk, reopen: true })).rejects.toThrow(
      'users and roles are at revision 1, the state says 8',
    );
  });

  it('go over to a recovered cluster', async () => {
    const store = await open();
    await change(store);
    const before = await authOf(store);
    opened.splice(0);
    await store.close();
    const copy = await copyDisk(store.disk);
    const examined = await examineMemberFolder(copy, { clock: systemClock(), logger: silentLogger });
    if (examined.kind !== 'readable') throw new Error(examined.reason);
    const target = simulatedDisk({ random: seededRandom(2) });
    const member = { id: 77, name: 'm1', peerAddress: '127.0.0.1:0' };
    await buildRecoveredFolder({
      copy,
      candidate: examined.candidate,
      target,
      clusterId: 'c2',
      member,
      highestRevision: 0,
    });
    expect(await authOf(await open(target))).toEqual(before);
  });

  it('go over to a cluster that is restored from a snapshot file', async () => {
    const store = await open();
    await change(store);
    const file = await saveSnapshot(store);
    const snapshot = await readSnapshotFile(piecesOf(file));
    const target = simulatedDisk({ random: seededRandom(2) });
    await buildRestoredFolders({
      snapshot,
      pieces: () => piecesOf(file),
      clusterId: 'c2',
      members: [{ target, id: 1, name: 'm1' }],
    });
    expect(await authOf(await open(target))).toEqual(await authOf(store));
  });

  it('cross a thread', async () => {
    const store = await open();
    const { port1, port2 } = new MessageChannel();
    const served = serveStore(store, port1);
    const remote = connectStore(port2);
    try {
      await change(remote);
      expect(await remote.admin.authState()).toEqual(await store.admin.authState());
      expect(await remote.admin.authState(8)).toBeUndefined();
    } finally {
      remote.close();
      served.close();
    }
  });

  it('are the same on every member, also on one that was sent a snapshot', async () => {
    const members = new ThreeMembers();
    await members.start();
    const leader = await members.leader();
    const rebuilt = leader === 1 ? 2 : 1;
    for (const each of changes) {
      done(await members.during(members.member(rebuilt).admin.changeAuth(each, context)));
    }
    await members.hashesAgree();
    const { admin } = members.member(leader);
    done(await members.during(admin.raiseAlarm({ memberId: rebuilt, alarm: 'corrupt' }, context)));
    await members.until('another copy of the state', () => members.machine(rebuilt).originIndex > 0);
    await members.hashesAgree();
    const states = await members.during(Promise.all(IDS.map((id) => authOf(members.member(id)))));
    expect(states[0]).toMatchObject({ revision: 8, enabled: true });
    expect(states).toEqual([states[0], states[0], states[0]]);
    for (const id of IDS) await members.during(members.member(id).close());
  });
});

describe('a call that was judged by users and roles', () => {
  it('is refused when they changed since, whether it reads or writes', async () => {
    const { store, admin } = await open();
    const judged = { ...context, authRevision: 1 };
    const range = { key: bytes('a') };
    const put = {
      compare: [],
      then: [{ type: 'put' as const, key: bytes('a'), value: bytes('1') }],
      else: [],
    };
    for (const consistency of ['local', 'linearizable'] as const)
      expect((await store.range({ ...range, consistency }, judged)).kind).toBe('done');
    expect((await store.txn(put, judged)).kind).toBe('done');
    await change({ admin });
    const stale = { kind: 'refused', refusal: { reason: 'permissions-changed' } };
    for (const consistency of ['local', 'linearizable'] as const)
      expect(await store.range({ ...range, consistency }, judged)).toMatchObject(stale);
    expect(await store.txn(put, judged)).toMatchObject(stale);
    expect(await store.leases(judged)).toMatchObject(stale);
    expect(await store.leaseTimeToLive({ id: 1, keys: true }, judged)).toMatchObject(stale);
    expect(await store.compact(1, judged)).toMatchObject(stale);
    expect((await store.txn(put, { ...context, authRevision: 8 })).kind).toBe('done');
    expect((await store.txn(put, context)).kind).toBe('done');
  });
});

describe('the keys of a lease', () => {
  const put = (key: string, lease: number, nested = false) => {
    const operation = { type: 'put' as const, key: bytes(key), value: bytes(''), lease };
    const request = { compare: [], then: [operation], else: [] };
    return nested ? { compare: [], then: [], else: [{ type: 'txn' as const, request }] } : request;
  };
  const denied = { kind: 'refused', refusal: { reason: 'auth', problem: 'permission-denied' } };

  async function withLease(): Promise<TestStore> {
    const store = await open();
    done(await store.store.leaseGrant({ id: 5, ttlSeconds: 600 }, context));
    done(await store.store.txn(put('a', 5), context));
    return store;
  }

  it('must all be within the rights of whoever revokes it or adds to it', async () => {
    const { store, admin } = await withLease();
    await change({ admin });
    const asUser = { ...context, user: 'u' };
    done(await store.txn(put('b', 5), asUser));
    done(await store.txn(put('z', 5), context));
    expect(await store.txn(put('b', 5), asUser)).toMatchObject(denied);
    expect(await store.txn(put('b', 5, true), asUser)).toMatchObject(denied);
    expect(await store.leaseRevoke(5, asUser)).toMatchObject(denied);
    expect(await store.leaseRevoke(5, { ...context, user: 'nobody' })).toMatchObject(denied);
    expect((await store.range({ key: bytes('b'), consistency: 'local' }, context)).kind).toBe('done');
    done(await store.txn(put('b', 0), asUser));
    done(await store.leaseRevoke(5, { ...context, user: 'root' }));
  });

  it('are of no account while authentication is not enabled', async () => {
    const { store, admin } = await withLease();
    await change({ admin }, changes.slice(0, -1));
    done(await store.leaseRevoke(5, { ...context, user: 'nobody' }));
  });
});
