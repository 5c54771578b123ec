/**
 * A store in memory with the semantics of the contract, for tests of what stands above it: revisions, history,
 * compaction, watches, and switches that make it refuse or answer `unknown`.
 */
import { RaftCounters } from '../../../raft/index.js';
import type {
  ClusterAdmin,
  Compare,
  KeyRange,
  KeyValue,
  LeaseState,
  MemberHealth,
  MemberStatus,
  Outcome,
  PutOperation,
  RangeRequest,
  RangeResult,
  Refusal,
  Store,
  TxnOperation,
  TxnOperationResult,
  TxnRequest,
  TxnResult,
  Watch,
  WatchEvent,
  WatchRequest,
  WatchStep,
} from '../../../storage/index.js';
import { initialAuth } from '../../../storage/index.js';
import { pageOf } from './memory-page.js';

interface Decided {
  readonly succeeded: boolean;
  readonly operations: readonly DecidedOperation[];
}

type DecidedOperation =
  | Exclude<TxnOperation, { type: 'txn' }>
  | { readonly type: 'txn'; readonly decided: Decided };

interface Version {
  readonly revision: number;
  /** undefined: deleted at this revision. */
  readonly item: KeyValue | undefined;
}

/** A transaction is refused as a whole: thrown where it is found, nothing has been kept by then. */
class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export interface MemoryStore extends Store {
  /** What the next writes end as; undefined: as usual. */
  failWrites:
    | { readonly kind: 'refused'; readonly refusal: Refusal }
    | { readonly kind: 'unknown'; readonly message: string }
    | undefined;
  failReads: Refusal | undefined;
  /** How often a write reached the store. */
  writes: number;
  /** Called before each transaction is evaluated: a place to interfere. */
  beforeTxn: (() => void) | undefined;
  revision(): number;
  putRaw(key: string, value: string): void;
  compactNow(revision: number): void;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const bytes = (key: string): Uint8Array => Buffer.from(key, 'latin1');

function inRange(key: string, range: KeyRange): boolean {
  const start = text(range.key);
  if (range.end === undefined) return key === start;
  const end = text(range.end);
  return key >= start && (end === '' || key < end);
}

export function createMemoryStore(): MemoryStore {
  const versions = new Map<string, Version[]>();
  const history: WatchEvent[] = [];
  const waiters = new Set<() => void>();
  /** Their time to live in seconds; nothing runs out here. */
  const leases = new Map<number, number>();
  let nextLease = 1;
  let current = 1;
  let compacted = 0;

  const at = (key: string, revision: number): KeyValue | undefined =>
    versions.get(key)?.findLast((version) => version.revision <= revision)?.item;
  const keysOf = (range: KeyRange, revision: number): KeyValue[] => {
    if (range.end === undefined) {
      const item = at(text(range.key), revision);
      return item === undefined ? [] : [item];
    }
    return [...versions.keys()]
      .filter((key) => inRange(key, range))
      .sort()
      .flatMap((key) => at(key, revision) ?? []);
  };

  const holds = (compare: Compare): boolean => {
    const items = keysOf(compare, current);
    if (items.length === 0) return compare.target !== 'value' && holdsFor(compare, undefined);
    return items.every((item) => holdsFor(compare, item));
  };

  const holdsFor = (compare: Compare, item: KeyValue | undefined): boolean => {
    const actual =
      compare.target === 'value'
        ? Buffer.compare(item?.value ?? new Uint8Array(), compare.operand)
        : ({
            mod: item?.modRevision,
            create: item?.createRevision,
            version: item?.version,
            lease: item?.lease,
          }[compare.target] ?? 0);
    const operand = compare.target === 'value' ? 0 : compare.operand;
    switch (compare.result) {
      case 'equal':
        return actual === operand;
      case 'not-equal':
        return actual !== operand;
      case 'greater':
        return actual > operand;
      case 'less':
        return actual < operand;
      default: {
        const never: never = compare.result;
        return never;
      }
    }
  };

  const record = (key: string, item: KeyValue | undefined, revision: number): void => {
    const previous = item?.createRevision === revision ? undefined : at(key, revision - 1);
    const list = versions.get(key) ?? [];
    versions.set(key, list);
    list.push({ revision, item });
    const shown = item ?? {
      key: bytes(key),
      value: new Uint8Array(),
      createRevision: 0,
      modRevision: revision,
      version: 0,
      lease: 0,
    };
    history.push({
      type: item === undefined ? 'delete' : 'put',
      item: shown,
      ...(previous === undefined ? {} : { previous }),
    });
  };

  const checkRevision = (revision: number): void => {
    if (revision > current) {
      const message = 'future revision';
      throw new RefusedError({ reason: 'future-revision', currentRevision: current, message });
    }
    if (revision < compacted)
      throw new RefusedError({ reason: 'compacted', compactRevision: compacted, message: 'compacted' });
  };

  const executePut = (operation: PutOperation, revision: number): TxnOperationResult => {
    const key = text(operation.key);
    const old = at(key, revision);
    if (old === undefined && (operation.keepValue === true || operation.keepLease === true))
      throw new RefusedError({ reason: 'key-not-found', message: 'nothing to keep' });
    const lease = operation.keepLease === true ? (old?.lease ?? 0) : (operation.lease ?? 0);
    if (lease !== 0 && !leases.has(lease))
      throw new RefusedError({ reason: 'lease-not-found', message: 'no such lease' });
    record(
      key,
      {
        key: operation.key,
        value: operation.keepValue === true && old !== undefined ? old.value : operation.value,
        createRevision: old?.createRevision ?? revision,
        modRevision: revision,
        version: (old?.version ?? 0) + 1,
        lease,
      },
      revision,
    );
    return operation.previous === true && old !== undefined
      ? { type: 'put', previous: old }
      : { type: 'put' };
  };

  const deleteAll = (items: readonly KeyValue[], revision: number): void => {
    for (const item of items) record(text(item.key), undefined, revision);
  };

  const execute = (operation: DecidedOperation, revision: number): TxnOperationResult => {
    switch (operation.type) {
      case 'put':
        return executePut(operation, revision);
      case 'delete': {
        const found = keysOf(operation, revision);
        deleteAll(found, revision);
        const previous = operation.previous === true ? found : [];
        return { type: 'delete', deleted: found.length, previous };
      }
      case 'range': {
        if (operation.revision) checkRevision(operation.revision);
        return { type: 'range', ...pageOf(keysOf(operation, operation.revision || revision), operation) };
      }
      case 'txn': {
        const { succeeded, operations } = operation.decided;
        return { type: 'txn', succeeded, results: operations.map((each) => execute(each, revision)) };
      }
      default: {
        const never: never = operation;
        return never;
      }
    }
  };

  /** All compares, also the inner ones, look at the state just before. */
  const decide = (request: TxnRequest): Decided => {
    const succeeded = request.compare.every(holds);
    const operations = (succeeded ? request.then : request.else).map(
      (operation): DecidedOperation =>
        operation.type === 'txn' ? { type: 'txn', decided: decide(operation.request) } : operation,
    );
    return { succeeded, operations };
  };

  /** Whatever `write` records is one revision, or, when it throws, nothing. */
  const inOneRevision = <Value>(write: (revision: number) => Value): Value => {
    const revision = current + 1;
    const before = history.length;
    try {
      const value = write(revision);
      if (history.length > before) {
        current = revision;
        for (const wake of waiters) wake();
      }
      return value;
    } catch (error) {
      for (const event of history.splice(before)) versions.get(text(event.item.key))?.pop();
      throw error;
    }
  };

  const runTxn = (request: TxnRequest): TxnResult => {
    const { succeeded, operations } = decide(request);
    const results = inOneRevision((revision) => operations.map((operation) => execute(operation, revision)));
    return { succeeded, results, revision: current };
  };

  const attachedTo = (lease: number): KeyValue[] =>
    keysOf({ key: new Uint8Array(), end: new Uint8Array() }, current).filter((item) => item.lease === lease);

  const noSuchLease: Refusal = { reason: 'lease-not-found', message: 'no such lease' };

  const refused = <Value>(refusal: Refusal): Outcome<Value> => ({ kind: 'refused', refusal });

  const outcomeOf = <Value>(run: () => Value): Outcome<Value> => {
    try {
      return { kind: 'done', value: run() };
    } catch (error) {
      if (error instanceof RefusedError) return refused(error.refusal);
      throw error;
    }
  };

  const store: MemoryStore = {
    failWrites: undefined,
    failReads: undefined,
    writes: 0,
    beforeTxn: undefined,
    revision: () => current,
    putRaw: (key, value) => {
      runTxn({ compare: [], then: [{ type: 'put', key: bytes(key), value: Buffer.from(value) }], else: [] });
    },
    compactNow(revision) {
      compacted = revision;
    },
    txn(request) {
      store.beforeTxn?.();
      if (store.failWrites !== undefined) return Promise.resolve(store.failWrites);
      store.writes += 1;
      return Promise.resolve(outcomeOf(() => runTxn(request)));
    },
    range(request: RangeRequest) {
      if (store.failReads !== undefined && request.consistency === 'linearizable') {
        return Promise.resolve(refused<RangeResult>(store.failReads));
      }
      return Promise.resolve(
        outcomeOf(() => {
          if (request.revision) checkRevision(request.revision);
          return { ...pageOf(keysOf(request, request.revision || current), request), revision: current };
        }),
      );
    },
    watch: (request) => createWatch(request),
    leaseGrant(request) {
      if (store.failWrites !== undefined) return Promise.resolve(store.failWrites);
      store.writes += 1;
      const id = request.id || nextLease++;
      if (leases.has(id))
        return Promise.resolve(refused({ reason: 'lease-exists', message: 'the lease is there already' }));
      leases.set(id, request.ttlSeconds);
      return Promise.resolve({ kind: 'done', value: { id, ttlSeconds: request.ttlSeconds } });
    },
    leaseRevoke(id) {
      if (store.failWrites !== undefined) return Promise.resolve(store.failWrites);
      store.writes += 1;
      if (!leases.delete(id)) return Promise.resolve(refused(noSuchLease));
      inOneRevision((revision) => deleteAll(attachedTo(id), revision));
      return Promise.resolve({ kind: 'done', value: { revision: current } });
    },
    leaseKeepAlive(id) {
      if (store.failWrites !== undefined) return Promise.resolve(store.failWrites);
      const ttlSeconds = leases.get(id);
      if (ttlSeconds === undefined) return Promise.resolve(refused(noSuchLease));
      return Promise.resolve({ kind: 'done', value: { id, ttlSeconds } });
    },
    leaseTimeToLive({ id, keys }) {
      if (store.failReads !== undefined) return Promise.resolve(refused(store.failReads));
      const ttlSeconds = leases.get(id);
      if (ttlSeconds === undefined) return Promise.resolve(refused(noSuchLease));
      const value: LeaseState = {
        id,
        grantedTtlSeconds: ttlSeconds,
        remainingTtlSeconds: ttlSeconds,
        ...(keys ? { keys: attachedTo(id).map((item) => item.key) } : {}),
      };
      return Promise.resolve({ kind: 'done', value });
    },
    leases() {
      if (store.failReads !== undefined) return Promise.resolve(refused(store.failReads));
      return Promise.resolve({ kind: 'done', value: [...leases.keys()].sort((one, other) => one - other) });
    },
    compact(revision) {
      compacted = revision;
      return Promise.resolve({ kind: 'done', value: { compactRevision: revision } });
    },
    catchUp: () =>
      Promise.resolve(
        store.failReads === undefined
          ? { kind: 'done', value: { revision: current } }
          : refused<{ readonly revision: number }>(store.failReads),
      ),
    status: () =>
      Promise.resolve({
        revision: current,
        compactRevision: compacted,
        appliedIndex: current,
        databaseBytes: 0,
      }),
  };

  const createWatch = (request: WatchRequest): Watch => {
    let next = request.startRevision ?? current + 1;
    let cancelled = false;
    let reported = next - 1;
    let progressAsked = false;
    const { without } = request;
    const isWanted = (event: WatchEvent): boolean =>
      event.item.modRevision >= next &&
      inRange(text(event.item.key), request) &&
      without !== 'both' &&
      without !== `${event.type}s`;
    const wakeOn = (): Promise<void> =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiters.delete(wake);
          resolve();
        };
        waiters.add(wake);
        wakeUp = wake;
      });
    let wakeUp: () => void = () => {};
    return {
      async next(): Promise<WatchStep> {
        for (;;) {
          if (cancelled) return { kind: 'end', reason: { kind: 'cancelled' } };
          if (next < compacted) {
            return { kind: 'end', reason: { kind: 'compacted', compactRevision: compacted } };
          }
          const events = history.filter(isWanted);
          if (events.length > 0 || current > reported || (progressAsked && current >= next - 1)) {
            progressAsked = false;
            next = Math.max(next, current + 1);
            reported = current;
            return { kind: 'batch', events, completeRevision: current };
          }
          await wakeOn();
        }
      },
      requestProgress() {
        progressAsked = true;
        wakeUp();
      },
      cancel() {
        cancelled = true;
        wakeUp();
      },
    };
  };
  return store;
}

export interface MemoryAdmin extends ClusterAdmin {
  hasQuorum: boolean;
  failure: string | undefined;
  members3: readonly MemberHealth[];
}

export function createMemoryAdmin(store: MemoryStore): MemoryAdmin {
  const admin: MemoryAdmin = {
    hasQuorum: true,
    failure: undefined,
    members3: [
      { name: 'm3', healthy: false, message: 'silent for 3 s' },
      { name: 'm1', healthy: true, message: 'ok' },
      { name: 'm2', healthy: true, message: 'ok' },
    ],
    statistics: () =>
      Promise.resolve({
        leaderChanges: 1,
        proposalsPending: 0,
        proposalsFailed: 0,
        raft: new RaftCounters().statistics,
      }),
    status: (): Promise<MemberStatus> =>
      Promise.resolve({
        id: 1,
        name: 'm1',
        clusterId: 'c',
        role: 'leader',
        term: 1,
        leaderId: 1,
        leaderName: 'm1',
        commitIndex: 1,
        appliedIndex: 1,
        durableIndex: 1,
        firstIndex: 1,
        lastIndex: 1,
        revision: store.revision(),
        compactRevision: 0,
        databaseBytes: 0,
        quotaBytes: 0,
        condition: 'intact',
        failure: admin.failure,
        warnings: [],
        stateHash: '0'.repeat(32),
        hasQuorum: admin.hasQuorum,
      }),
    members: () => Promise.resolve([]),
    membership: () =>
      Promise.resolve({ appliedIndex: 1, commitIndex: 1, members: [], removed: [], settled: true }),
    changeMembers: () =>
      Promise.resolve({ kind: 'refused', refusal: { reason: 'invalid', message: 'nobody to change' } }),
    moveLeader: () => Promise.resolve({ kind: 'done', value: {} }),
    alarms: () => Promise.resolve([]),
    raiseAlarm: () => Promise.resolve({ kind: 'done', value: { changed: false } }),
    disarm: () => Promise.resolve({ kind: 'done', value: { changed: false } }),
    hashKv: () =>
      Promise.resolve({ kind: 'refused', refusal: { reason: 'invalid', message: 'no hash here' } }),
    hash: () => Promise.resolve({ appliedIndex: 1, stateHash: '0'.repeat(32) }),
    health: () => Promise.resolve(admin.members3),
    authState: () => Promise.resolve(initialAuth),
    changeAuth: () =>
      Promise.resolve({ kind: 'refused', refusal: { reason: 'invalid', message: 'no users here' } }),
    defragment: () => Promise.resolve({ kind: 'done', value: {} }),
    snapshot: () => ({
      next: () =>
        Promise.resolve({ kind: 'end', reason: { kind: 'failed', message: 'there is no disk here' } }),
      cancel: () => {},
    }),
  };
  return admin;
}
