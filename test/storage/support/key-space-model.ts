/**
 * What etcd promises of keys, written down as plainly as possible and with nothing of the store's own code: the
 * whole key space is copied for each revision, and every question is answered by looking at all of it.
 */
import type {
  Compare,
  KeyRange,
  KeyValue,
  RangeResult,
  RangeSelection,
  Refusal,
  TxnOperation,
  TxnOperationResult,
  TxnRequest,
  TxnResult,
  WatchEvent,
} from '../../../storage/index.js';

type Keys = ReadonlyMap<string, KeyValue>;
type Reason = Refusal['reason'];

export class ModelRefusal extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason);
    this.reason = reason;
  }
}

const name = (key: Uint8Array): string => Buffer.from(key).toString('latin1');

function isIn(key: string, range: KeyRange): boolean {
  if (range.end === undefined) return key === name(range.key);
  return key >= name(range.key) && (range.end.length === 0 || key < name(range.end));
}

function inOrder(keys: Keys, range: KeyRange): KeyValue[] {
  return [...keys.keys()]
    .filter((key) => isIn(key, range))
    .sort()
    .map((key) => keys.get(key) as KeyValue);
}

function satisfies(compare: Compare, item: KeyValue | undefined): boolean {
  let difference: number;
  if (compare.target === 'value') {
    if (item === undefined) return false;
    const [is, than] = [name(item.value), name(compare.operand)];
    difference = is === than ? 0 : is < than ? -1 : 1;
  } else {
    const numbers = {
      mod: item?.modRevision,
      create: item?.createRevision,
      version: item?.version,
      lease: item?.lease,
    };
    difference = (numbers[compare.target] ?? 0) - compare.operand;
  }
  const holds = {
    equal: difference === 0,
    'not-equal': difference !== 0,
    greater: difference > 0,
    less: difference < 0,
  };
  return holds[compare.result];
}

function select(keys: Keys, selection: RangeSelection): Omit<RangeResult, 'revision'> {
  const all = inOrder(keys, selection);
  const counted = selection.count === true || selection.countOnly === true ? { count: all.length } : {};
  if (selection.countOnly === true) return { items: [], more: false, ...counted };
  let found = all.filter((item) => {
    if (item.modRevision < (selection.minModRevision ?? 0)) return false;
    if (item.createRevision < (selection.minCreateRevision ?? 0)) return false;
    if (selection.maxModRevision && item.modRevision > selection.maxModRevision) return false;
    return !(selection.maxCreateRevision && item.createRevision > selection.maxCreateRevision);
  });
  const { sort } = selection;
  if (sort !== undefined) {
    const rank = (item: KeyValue): string | number =>
      ({
        key: name(item.key),
        value: name(item.value),
        version: item.version,
        create: item.createRevision,
        mod: item.modRevision,
      })[sort.by];
    const sign = sort.order === 'ascending' ? 1 : -1;
    found = found.sort((one, other) =>
      rank(one) === rank(other) ? 0 : rank(one) < rank(other) ? -sign : sign,
    );
  }
  if (selection.keysOnly === true) found = found.map((item) => ({ ...item, value: new Uint8Array(0) }));
  const items: KeyValue[] = [];
  let size = 0;
  for (const item of found) {
    if (selection.limitItems && items.length === selection.limitItems) break;
    if (selection.limitBytes && size >= selection.limitBytes) break;
    items.push(item);
    size += item.key.length + item.value.length;
  }
  return { items, more: items.length < found.length, ...counted };
}

/** What a branch may write: every put, and the deletes with an upper end. */
interface Footprint {
  readonly puts: readonly string[];
  readonly deletes: readonly KeyRange[];
}

/** The rules of etcd's check of intervals, spelled out. */
function footprint(operations: readonly TxnOperation[]): Footprint {
  const puts: string[] = [];
  const deletes: KeyRange[] = [];
  const put = (key: string): void => {
    if (puts.includes(key) || deletes.some((range) => isIn(key, range)))
      throw new ModelRefusal('duplicate-key');
    puts.push(key);
  };
  for (const operation of operations) {
    if (operation.type === 'delete' && operation.end?.length !== 0) deletes.push(operation);
  }
  for (const operation of operations) {
    if (operation.type !== 'txn') continue;
    const [then, otherwise] = [footprint(operation.request.then), footprint(operation.request.else)];
    for (const key of then.puts) put(key);
    for (const key of otherwise.puts) if (!then.puts.includes(key)) put(key);
    deletes.push(...then.deletes, ...otherwise.deletes);
  }
  for (const operation of operations) if (operation.type === 'put') put(name(operation.key));
  return { puts, deletes };
}

interface Chosen {
  readonly succeeded: boolean;
  readonly operations: readonly (
    | Exclude<TxnOperation, { type: 'txn' }>
    | { readonly type: 'txn'; readonly chosen: Chosen }
  )[];
}

export class KeySpaceModel {
  readonly #revisions: Keys[] = [new Map(), new Map()];
  readonly #leases = new Set<number>();
  readonly events: (WatchEvent & { readonly revision: number })[] = [];
  compactRevision = 0;

  get revision(): number {
    return this.#revisions.length - 1;
  }

  at(revision: number): Keys {
    return this.#revisions[revision] as Keys;
  }

  #readable(revision: number): Keys {
    if (revision > this.revision) throw new ModelRefusal('future-revision');
    if (revision < this.compactRevision) throw new ModelRefusal('compacted');
    return this.at(revision);
  }

  grantLease(id: number): void {
    this.#leases.add(id);
  }

  compact(revision: number): void {
    if (revision <= this.compactRevision) throw new ModelRefusal('compacted');
    if (revision > this.revision) throw new ModelRefusal('future-revision');
    this.compactRevision = revision;
  }

  range(selection: RangeSelection): RangeResult {
    const keys = this.#readable(selection.revision || this.revision);
    return { ...select(keys, selection), revision: this.revision };
  }

  #choose(request: TxnRequest): Chosen {
    const succeeded = request.compare.every((compare) => {
      const items = inOrder(this.at(this.revision), compare);
      return items.length === 0
        ? satisfies(compare, undefined)
        : items.every((item) => satisfies(compare, item));
    });
    const branch = succeeded ? request.then : request.else;
    return {
      succeeded,
      operations: branch.map((operation) =>
        operation.type === 'txn' ? { type: 'txn', chosen: this.#choose(operation.request) } : operation,
      ),
    };
  }

  #checkPuts(chosen: Chosen): void {
    for (const operation of chosen.operations) {
      if (operation.type === 'txn') this.#checkPuts(operation.chosen);
      if (operation.type !== 'put') continue;
      const isThere = this.at(this.revision).has(name(operation.key));
      if ((operation.keepValue || operation.keepLease) && !isThere) throw new ModelRefusal('key-not-found');
      if (operation.lease && !this.#leases.has(operation.lease)) throw new ModelRefusal('lease-not-found');
    }
  }

  #checkRanges(chosen: Chosen): void {
    for (const operation of chosen.operations) {
      if (operation.type === 'txn') this.#checkRanges(operation.chosen);
      if (operation.type === 'range' && operation.revision) this.#readable(operation.revision);
    }
  }

  /** What is refused before anything is looked at. Throws `ModelRefusal`. */
  check(request: TxnRequest): void {
    footprint(request.then);
    footprint(request.else);
  }

  /** Throws `ModelRefusal`; then nothing has changed. */
  txn(request: TxnRequest): TxnResult {
    this.check(request);
    const chosen = this.#choose(request);
    this.#checkPuts(chosen);
    this.#checkRanges(chosen);
    const revision = this.revision + 1;
    const before = this.at(this.revision);
    const keys = new Map(before);
    const events: WatchEvent[] = [];
    const results = chosen.operations.map((operation) => this.#run(operation, keys, revision, events));
    if (events.length > 0) {
      this.#revisions.push(keys);
      for (const event of events) {
        const previous = before.get(name(event.item.key));
        const isNew = event.type === 'put' && event.item.createRevision === revision;
        this.events.push({ ...event, ...(previous === undefined || isNew ? {} : { previous }), revision });
      }
    }
    return { succeeded: chosen.succeeded, results, revision: this.revision };
  }

  #run(
    operation: Chosen['operations'][number],
    keys: Map<string, KeyValue>,
    revision: number,
    events: WatchEvent[],
  ): TxnOperationResult {
    switch (operation.type) {
      case 'put': {
        const key = name(operation.key);
        const old = keys.get(key);
        if (old === undefined && (operation.keepValue || operation.keepLease))
          throw new ModelRefusal('key-not-found');
        const item: KeyValue = {
          key: operation.key,
          value: operation.keepValue ? (old as KeyValue).value : operation.value,
          lease: operation.keepLease ? (old as KeyValue).lease : (operation.lease ?? 0),
          createRevision: old?.createRevision ?? revision,
          modRevision: revision,
          version: (old?.version ?? 0) + 1,
        };
        keys.set(key, item);
        events.push({ type: 'put', item });
        return { type: 'put', ...(operation.previous && old !== undefined ? { previous: old } : {}) };
      }
      case 'delete': {
        const gone = inOrder(keys, operation);
        for (const { key } of gone) {
          keys.delete(name(key));
          const tombstone = { key, value: new Uint8Array(0), createRevision: 0, version: 0, lease: 0 };
          events.push({ type: 'delete', item: { ...tombstone, modRevision: revision } });
        }
        return { type: 'delete', deleted: gone.length, previous: operation.previous ? gone : [] };
      }
      case 'range':
        return {
          type: 'range',
          ...select(operation.revision ? this.at(operation.revision) : keys, operation),
        };
      case 'txn':
        return {
          type: 'txn',
          succeeded: operation.chosen.succeeded,
          results: operation.chosen.operations.map((each) => this.#run(each, keys, revision, events)),
        };
    }
  }
}
