/** The server's end: answers calls on a port from the store and the administration of this thread. */
import type { AuthChange } from '../auth/change.js';
import type { Alarm, ClusterAdmin, SnapshotStep, SnapshotStream } from '../cluster-admin.js';
import type { CallContext, Outcome, Store, Watch, WatchStep } from '../store.js';
import {
  type AdminMethod,
  type Answer,
  type PlainMethod,
  type Request,
  type StoreMethod,
  type StorePort,
  TurnQueue,
  unpackMessages,
} from './port.js';

export interface ServedStore {
  /** Cancels the client's watches and snapshots, and closes the port. */
  close(): void;
}

type Argument<Method extends StoreMethod> = Parameters<Store[Method]>[0];

interface Served {
  readonly store: Store;
  readonly admin: ClusterAdmin;
}

/** The argument's type is the client's promise: both ends are one program. */
function call(
  { store, admin }: Served,
  method: StoreMethod | AdminMethod,
  argument: unknown,
  context: CallContext,
): Promise<Outcome<unknown>> {
  switch (method) {
    case 'txn':
      return store.txn(argument as Argument<'txn'>, context);
    case 'range':
      return store.range(argument as Argument<'range'>, context);
    case 'leaseGrant':
      return store.leaseGrant(argument as Argument<'leaseGrant'>, context);
    case 'leaseRevoke':
      return store.leaseRevoke(argument as number, context);
    case 'leaseKeepAlive':
      return store.leaseKeepAlive(argument as number, context);
    case 'leaseTimeToLive':
      return store.leaseTimeToLive(argument as Argument<'leaseTimeToLive'>, context);
    case 'leases':
      return store.leases(context);
    case 'compact':
      return store.compact(argument as number, context);
    case 'catchUp':
      return store.catchUp(context);
    case 'admin.changeMembers': {
      const [steps, options] = argument as Parameters<ClusterAdmin['changeMembers']>;
      return admin.changeMembers(steps, options, context);
    }
    case 'admin.moveLeader':
      return admin.moveLeader(argument as number, context);
    case 'admin.defragment':
      return admin.defragment(context);
    case 'admin.raiseAlarm':
      return admin.raiseAlarm(argument as Alarm, context);
    case 'admin.disarm':
      return admin.disarm(argument as Alarm, context);
    case 'admin.hashKv':
      return admin.hashKv(argument as number, context);
    case 'admin.changeAuth':
      return admin.changeAuth(argument as AuthChange, context);
  }
}

function plain({ store, admin }: Served, method: PlainMethod, argument: unknown): Promise<unknown> {
  switch (method) {
    case 'store.status':
      return store.status();
    case 'admin.status':
      return admin.status();
    case 'admin.statistics':
      return admin.statistics();
    case 'admin.members':
      return admin.members();
    case 'admin.membership':
      return admin.membership();
    case 'admin.alarms':
      return admin.alarms();
    case 'admin.hash':
      return admin.hash();
    case 'admin.health':
      return admin.health();
    case 'admin.authState':
      return admin.authState(argument as number | undefined).then((state) => state ?? null);
  }
}

/** Serves `store` and `admin` to the other end of `port`. */
export function serveStore(served: Served, port: StorePort): ServedStore {
  const queue = new TurnQueue<Answer>(port);
  const watches = new Map<number, Watch>();
  const snapshots = new Map<number, SnapshotStream>();
  const answer = async (id: number, result: Promise<unknown>): Promise<void> => {
    try {
      queue.send({ kind: 'answer', id, value: await result });
    } catch (error) {
      queue.send({ kind: 'error', id, message: error instanceof Error ? error.message : String(error) });
    }
  };
  const step = async (id: number, watch: Watch): Promise<void> => {
    const next = await watch.next().catch((): WatchStep => ({ kind: 'end', reason: { kind: 'corrupt' } }));
    if (next.kind === 'end') watches.delete(id);
    queue.send({ kind: 'step', id, step: next });
  };
  const snapshotStep = async (id: number, snapshot: SnapshotStream): Promise<void> => {
    const failed = (error: unknown): SnapshotStep => ({
      kind: 'end',
      reason: { kind: 'failed', message: String(error) },
    });
    const next = await snapshot.next().catch(failed);
    if (next.kind === 'end') snapshots.delete(id);
    queue.send({ kind: 'step', id, step: next });
  };
  const handle = (request: Request): void => {
    switch (request.kind) {
      case 'call':
        void answer(request.id, call(served, request.method, request.argument, request.context));
        return;
      case 'plain':
        void answer(request.id, plain(served, request.method, request.argument));
        return;
      case 'watch':
        watches.set(request.id, served.store.watch(request.request as Parameters<Store['watch']>[0]));
        return;
      case 'next': {
        const watch = watches.get(request.id);
        if (watch !== undefined) void step(request.id, watch);
        const snapshot = snapshots.get(request.id);
        if (snapshot !== undefined) void snapshotStep(request.id, snapshot);
        return;
      }
      case 'snapshot':
        snapshots.set(request.id, served.admin.snapshot());
        return;
      case 'request-progress':
        watches.get(request.id)?.requestProgress();
        return;
      case 'cancel':
        watches.get(request.id)?.cancel();
        watches.delete(request.id);
        snapshots.get(request.id)?.cancel();
        snapshots.delete(request.id);
    }
  };
  const drop = (): void => {
    for (const watch of watches.values()) watch.cancel();
    watches.clear();
    for (const snapshot of snapshots.values()) snapshot.cancel();
    snapshots.clear();
    queue.close();
  };
  port.on('message', (value) => {
    for (const request of unpackMessages(value)) handle(request as Request);
  });
  port.on('close', drop);
  return {
    close() {
      drop();
      port.close();
    },
  };
}
