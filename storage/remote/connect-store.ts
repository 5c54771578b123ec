/** The client's end: the store of another thread, with the same promises. */
import type { AuthState } from '../auth/auth-state.js';
import type {
  Alarm,
  ClusterAdmin,
  KeySpaceHash,
  MemberDescription,
  MemberHealth,
  MemberStatistics,
  MemberStatus,
  Membership,
  SnapshotStep,
  SnapshotStream,
} from '../cluster-admin.js';
import type {
  CallContext,
  LeaseGrant,
  LeaseState,
  Outcome,
  RangeResult,
  Refusal,
  Store,
  StoreStatus,
  TxnResult,
  Watch,
  WatchStep,
} from '../store.js';
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
import { RemoteSteps } from './remote-steps.js';

export interface ConnectedStore {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  /** Ends every pending call, watch and snapshot, and closes the port. */
  close(): void;
}

export interface ConnectStoreOptions {
  /** Calls that may wait for an answer at once; further ones are refused as overloaded. */
  readonly maxPendingCalls?: number;
}

const DEFAULT_MAX_PENDING_CALLS = 4096;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** What the call ends with when the port closes under it. */
  readonly whenClosed: Outcome<never> | undefined;
}

class RemoteWatch extends RemoteSteps<WatchStep> implements Watch {
  requestProgress(): void {
    if (!this.ended) this.send({ kind: 'request-progress', id: this.id });
  }

  cancel(): void {
    this.leave({ kind: 'end', reason: { kind: 'cancelled' } });
  }
}

class RemoteSnapshot extends RemoteSteps<SnapshotStep> implements SnapshotStream {
  cancel(): void {
    this.leave({ kind: 'end', reason: { kind: 'cancelled' } });
  }
}

const stoppingEnd = { kind: 'end', reason: { kind: 'stopping' } } as const;

const stopping: Refusal = { reason: 'stopping', message: 'the store of this member is gone' };

class Connection {
  readonly #port: StorePort;
  readonly #queue: TurnQueue<Request>;
  readonly #calls = new Map<number, PendingCall>();
  readonly #watches = new Map<number, RemoteWatch>();
  readonly #snapshots = new Map<number, RemoteSnapshot>();
  readonly #maxPendingCalls: number;
  #nextId = 1;
  #closed = false;

  constructor(port: StorePort, maxPendingCalls: number) {
    this.#port = port;
    this.#queue = new TurnQueue(port);
    this.#maxPendingCalls = maxPendingCalls;
    port.on('message', (value) => {
      for (const answer of unpackMessages(value)) this.#take(answer as Answer);
    });
    port.on('close', () => this.#drop());
  }

  #take(answer: Answer): void {
    switch (answer.kind) {
      case 'answer':
        this.#calls.get(answer.id)?.resolve(answer.value);
        this.#calls.delete(answer.id);
        return;
      case 'error':
        this.#calls.get(answer.id)?.reject(new Error(answer.message));
        this.#calls.delete(answer.id);
        return;
      case 'step':
        this.#watches.get(answer.id)?.take(answer.step as WatchStep);
        this.#snapshots.get(answer.id)?.take(answer.step as SnapshotStep);
    }
  }

  /** The server keeps the deadline; the answer follows it by one hop. */
  async call<Value>(
    method: StoreMethod | AdminMethod,
    argument: unknown,
    context: CallContext,
    writes: boolean,
  ): Promise<Outcome<Value>> {
    if (this.#closed) return { kind: 'refused', refusal: stopping };
    if (this.#calls.size >= this.#maxPendingCalls) {
      return { kind: 'refused', refusal: { reason: 'overloaded', message: 'too many calls are waiting' } };
    }
    const whenClosed: Outcome<never> = writes
      ? { kind: 'unknown', message: stopping.message }
      : { kind: 'refused', refusal: stopping };
    const answer = await new Promise<unknown>((resolve, reject) => {
      const id = this.#nextId++;
      this.#calls.set(id, { resolve, reject, whenClosed });
      this.#queue.send({ kind: 'call', id, method, argument, context });
    });
    return answer as Outcome<Value>;
  }

  async plain<Value>(method: PlainMethod, argument?: unknown): Promise<Value> {
    if (this.#closed) throw new Error(stopping.message);
    const answer = await new Promise<unknown>((resolve, reject) => {
      const id = this.#nextId++;
      this.#calls.set(id, { resolve, reject, whenClosed: undefined });
      this.#queue.send(
        argument === undefined ? { kind: 'plain', id, method } : { kind: 'plain', id, method, argument },
      );
    });
    return answer as Value;
  }

  watch(request: Parameters<Store['watch']>[0]): Watch {
    const id = this.#nextId++;
    const watch = new RemoteWatch(
      id,
      (message) => this.#queue.send(message),
      () => this.#watches.delete(id),
    );
    if (this.#closed) {
      watch.take(stoppingEnd);
      return watch;
    }
    this.#watches.set(id, watch);
    this.#queue.send({ kind: 'watch', id, request });
    return watch;
  }

  snapshot(): SnapshotStream {
    const id = this.#nextId++;
    const snapshot = new RemoteSnapshot(
      id,
      (message) => this.#queue.send(message),
      () => this.#snapshots.delete(id),
    );
    if (this.#closed) {
      snapshot.take(stoppingEnd);
      return snapshot;
    }
    this.#snapshots.set(id, snapshot);
    this.#queue.send({ kind: 'snapshot', id });
    return snapshot;
  }

  #drop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.close();
    for (const watch of this.#watches.values()) watch.take(stoppingEnd);
    for (const snapshot of this.#snapshots.values()) snapshot.take(stoppingEnd);
    for (const call of this.#calls.values()) {
      if (call.whenClosed === undefined) call.reject(new Error(stopping.message));
      else call.resolve(call.whenClosed);
    }
    this.#calls.clear();
  }

  close(): void {
    this.#drop();
    this.#port.close();
  }
}

/** The store at the other end of `port`. */
export function connectStore(port: StorePort, options: ConnectStoreOptions = {}): ConnectedStore {
  const connection = new Connection(port, options.maxPendingCalls ?? DEFAULT_MAX_PENDING_CALLS);
  const store: Store = {
    txn: (request, context) => connection.call<TxnResult>('txn', request, context, true),
    range: (request, context) => connection.call<RangeResult>('range', request, context, false),
    watch: (request) => connection.watch(request),
    leaseGrant: (request, context) => connection.call<LeaseGrant>('leaseGrant', request, context, true),
    leaseRevoke: (id, context) =>
      connection.call<{ readonly revision: number }>('leaseRevoke', id, context, true),
    leaseKeepAlive: (id, context) => connection.call<LeaseGrant>('leaseKeepAlive', id, context, true),
    leaseTimeToLive: (request, context) =>
      connection.call<LeaseState>('leaseTimeToLive', request, context, false),
    leases: (context) => connection.call<readonly number[]>('leases', null, context, false),
    compact: (revision, context) =>
      connection.call<{ readonly compactRevision: number }>('compact', revision, context, true),
    catchUp: (context) => connection.call<{ readonly revision: number }>('catchUp', null, context, false),
    status: () => connection.plain<StoreStatus>('store.status'),
  };
  const admin: ClusterAdmin = {
    status: () => connection.plain<MemberStatus>('admin.status'),
    statistics: () => connection.plain<MemberStatistics>('admin.statistics'),
    members: () => connection.plain<readonly MemberDescription[]>('admin.members'),
    membership: () => connection.plain<Membership>('admin.membership'),
    changeMembers: (steps, options, context) =>
      connection.call<Membership>('admin.changeMembers', [steps, options], context, true),
    moveLeader: (toMemberId, context) =>
      connection.call<Record<string, never>>('admin.moveLeader', toMemberId, context, true),
    alarms: () => connection.plain<readonly Alarm[]>('admin.alarms'),
    raiseAlarm: (alarm, context) =>
      connection.call<{ readonly changed: boolean }>('admin.raiseAlarm', alarm, context, true),
    disarm: (alarm, context) =>
      connection.call<{ readonly changed: boolean }>('admin.disarm', alarm, context, true),
    hashKv: (revision, context) => connection.call<KeySpaceHash>('admin.hashKv', revision, context, false),
    hash: () => connection.plain<{ readonly appliedIndex: number; readonly stateHash: string }>('admin.hash'),
    authState: async (knownRevision) =>
      (await connection.plain<AuthState | null>('admin.authState', knownRevision)) ?? undefined,
    changeAuth: (change, context) =>
      connection.call<{ readonly authRevision: number }>('admin.changeAuth', change, context, true),
    health: () => connection.plain<readonly MemberHealth[]>('admin.health'),
    defragment: (context) => connection.call<Record<string, never>>('admin.defragment', null, context, true),
    snapshot: () => connection.snapshot(),
  };
  return { store, admin, close: () => connection.close() };
}
