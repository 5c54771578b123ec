/**
 * A store in memory with the semantics of the contract, for tests of what stands above it: revisions, history,
 * compaction, watches, and switches that make it refuse or answer `unknown`.
 */
import type {
  ClusterAdmin,
  Compare,
  KeyRange,
  KeyValue,
  MemberHealth,
  MemberStatus,
  Outcome,
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

interface Version {
  readonly revision: number;
  /** undefined: deleted at this revision. */
  readonly item: KeyValue | undefined;
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
    const item = at(text(compare.key), current);
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
    const previous = at(key, revision);
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

  const execute = (operation: TxnOperation, revision: number): TxnOperationResult => {
    switch (operation.type) {
      case 'put': {
        const key = text(operation.key);
        const old = at(key, current);
        record(
          key,
          {
            key: operation.key,
            value: operation.value,
            createRevision: old?.createRevision ?? revision,
            modRevision: revision,
            version: (old?.version ?? 0) + 1,
            lease: operation.lease ?? 0,
          },
          revision,
        );
        return { type: 'put' };
      }
      case 'delete': {
        const previous = keysOf(operation, current);
        for (const item of previous) record(text(item.key), undefined, revision);
        return { type: 'delete', deleted: previous.length, previous };
      }
      case 'range':
        return { type: 'range', items: keysOf(operation, current), more: false };
      default: {
        const never: never = operation;
        return never;
      }
    }
  };

  const runTxn = (request: TxnRequest): TxnResult => {
    const succeeded = request.compare.every(holds);
    const revision = current + 1;
    const before = history.length;
    const results = (succeeded ? request.then : request.else).map((operation) =>
      execute(operation, revision),
    );
    if (history.length > before) {
      current = revision;
      for (const wake of waiters) wake();
    }
    return { succeeded, results, revision: current };
  };

  const refused = <Value>(refusal: Refusal): Outcome<Value> => ({ kind: 'refused', refusal });

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
      return Promise.resolve({ kind: 'done', value: runTxn(request) });
    },
    range(request: RangeRequest) {
      if (store.failReads !== undefined && request.consistency === 'linearizable') {
        return Promise.resolve(refused<RangeResult>(store.failReads));
      }
      const revision = request.revision ?? current;
      if (revision > current) {
        return Promise.resolve(
          refused<RangeResult>({
            reason: 'future-revision',
            currentRevision: current,
            message: 'future revision',
          }),
        );
      }
      if (revision < compacted) {
        return Promise.resolve(
          refused<RangeResult>({ reason: 'compacted', compactRevision: compacted, message: 'compacted' }),
        );
      }
      const all = keysOf(request, revision);
      const items = all.slice(0, request.limitItems ?? all.length);
      return Promise.resolve({
        kind: 'done',
        value: {
          items,
          more: items.length < all.length,
          revision: current,
          ...(request.count === true ? { count: all.length } : {}),
        },
      });
    },
    watch: (request) => createWatch(request),
    leaseGrant: () => Promise.resolve(refused({ reason: 'invalid', message: 'no leases here' })),
    leaseRevoke: () => Promise.resolve(refused({ reason: 'invalid', message: 'no leases here' })),
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
    const wakeOn = (): Promise<void> =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiters.delete(wake);
          resolve();
        };
        waiters.add(wake);
        cancel = wake;
      });
    let cancel: () => void = () => {};
    return {
      async next(): Promise<WatchStep> {
        for (;;) {
          if (cancelled) return { kind: 'end', reason: { kind: 'cancelled' } };
          if (next <= compacted) {
            return { kind: 'end', reason: { kind: 'compacted', compactRevision: compacted } };
          }
          const events = history.filter(
            (event) => event.item.modRevision >= next && inRange(text(event.item.key), request),
          );
          if (events.length > 0 || current > reported) {
            next = Math.max(next, current + 1);
            reported = current;
            return { kind: 'batch', events, completeRevision: current };
          }
          await wakeOn();
        }
      },
      cancel() {
        cancelled = true;
        cancel();
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
        condition: 'intact',
        failure: admin.failure,
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
    hash: () => Promise.resolve({ appliedIndex: 1, stateHash: '0'.repeat(32) }),
    health: () => Promise.resolve(admin.members3),
    defragment: () => Promise.resolve({ kind: 'done', value: {} }),
  };
  return admin;
}
