/**
 * Operations drawn at random from a small world: few keys, values and leases, so that they meet. What is wrong with a
 * request is drawn too, but seldom more than one fault at once.
 */

import type { Init } from '../../../etcd/proto/codec.js';
import type {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
  WatchCreateRequest,
} from '../../../etcd/proto/generated/rpc.js';
import type { Random } from '../../../platform/index.js';
import type { Operation } from './operation.js';
import type { World } from './world.js';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const keys = [
  'a',
  'a\0',
  'a/',
  'b',
  'b/1',
  'b/2',
  'b/3',
  'b0',
  'c',
  'd',
  '\0',
  '\0\0',
  '\xfe',
  '\xff',
  '\xff\xff',
  'k\xff',
].map(latin1);
const ends = [
  '\0',
  '\0\0',
  'a',
  'a\0',
  'b',
  'b/',
  'b0',
  'b/2',
  'c',
  'd',
  'e',
  '\xff',
  '\xff\xff',
  '\xff\xff\xff',
].map(latin1);
const values = ['', '', '1', '2', 'value', '\0', '\xff\xfe', 'x'.repeat(300)].map(latin1);
/** The last is the largest that is kept. */
const leaseIds = [1, 2, 3, 7, 1000, 2 ** 40, 2 ** 53 - 2];
const unknownLease = 4242;
export const watchStreams = 3;

export class Draw {
  readonly #random: Random;
  readonly #serializable: boolean;

  /** `serializable`: also reads that may be old, which has no meaning but on a cluster of one. */
  constructor(random: Random, { serializable }: { readonly serializable: boolean }) {
    this.#random = random;
    this.#serializable = serializable;
  }

  chance(percent: number): boolean {
    return this.#random.float() * 100 < percent;
  }

  /** In [minimum, maximum]. */
  number(minimum: number, maximum: number): number {
    return this.#random.integer(minimum, maximum + 1);
  }

  one<Item>(items: readonly Item[]): Item {
    const item = items[this.#random.integer(0, items.length)];
    if (item === undefined) throw new Error('nothing to draw from');
    return item;
  }

  several<Item>(most: number, draw: () => Item): readonly Item[] {
    return Array.from({ length: this.number(0, most) }, draw);
  }

  key(): Uint8Array {
    return this.chance(0.7) ? new Uint8Array(0) : this.one(keys);
  }

  /** `percent`: how often there is one. */
  range(percent: number): { readonly key: Uint8Array; readonly rangeEnd?: Uint8Array } {
    const key = this.key();
    return this.chance(percent) ? { key, rangeEnd: this.one(ends) } : { key };
  }

  value(): Uint8Array {
    return this.one(values);
  }

  lease(world: World): number {
    if (this.chance(50)) return 0;
    if (world.leases.length === 0 || this.chance(4)) return this.one([unknownLease, -1]);
    return this.one(world.leases);
  }

  /** Around what there is, on both sides. */
  revision(world: World): number {
    if (this.chance(3)) return this.one([-1, 1, world.revision + 1, world.revision + 100]);
    if (this.chance(4)) return Math.max(0, world.compactRevision - this.number(0, 1));
    return this.number(Math.max(1, world.compactRevision), world.revision);
  }

  bound(world: World): number {
    if (this.chance(4)) return this.one([-1, world.revision + 5]);
    return this.chance(70) ? 0 : this.number(1, world.revision);
  }

  rangeRequest(world: World): Init<RangeRequest> {
    const bounded = this.chance(20);
    const sorted = this.chance(40);
    const request = {
      ...this.range(75),
      limit: this.chance(35) ? this.number(1, 6) : this.one([0, 0, 0, 0, 0, -1]),
      revision: this.chance(25) ? this.revision(world) : 0,
      serializable: this.#serializable && this.chance(20),
      keysOnly: this.chance(20),
      countOnly: this.chance(12),
      ...(sorted ? this.#sort() : {}),
      ...(bounded
        ? {
            minModRevision: this.bound(world),
            maxModRevision: this.bound(world),
            minCreateRevision: this.bound(world),
            maxCreateRevision: this.bound(world),
          }
        : {}),
    };
    // Together they give etcd's answer no meaning (see differences.test.ts).
    const { sortOrder = 0, sortTarget = 0 } = request;
    return sortOrder === 0 && sortTarget !== 0 ? { ...request, limit: 0 } : request;
  }

  #sort(): Pick<Init<RangeRequest>, 'sortOrder' | 'sortTarget'> {
    return { sortOrder: this.one([0, 1, 2]), sortTarget: this.one([0, 1, 2, 3, 4]) };
  }

  putRequest(world: World): Init<PutRequest> {
    const ignoreValue = this.chance(8);
    const ignoreLease = this.chance(8);
    return {
      key: this.key(),
      value: ignoreValue && !this.chance(8) ? new Uint8Array(0) : this.value(),
      lease: ignoreLease && !this.chance(8) ? 0 : this.lease(world),
      prevKv: this.chance(40),
      ignoreValue,
      ignoreLease,
    };
  }

  deleteRequest(): Init<DeleteRangeRequest> {
    return { ...this.range(40), prevKv: this.chance(50) };
  }

  #operand(world: World): Partial<Init<Compare>> {
    const target = this.number(0, 4);
    const revision = this.chance(30) ? 0 : this.number(0, world.revision);
    const lease = this.chance(50) ? 0 : this.one(leaseIds);
    // The operand of another target than the one that is asked for counts as none.
    const operands: readonly Partial<Init<Compare>>[] = [
      { version: this.number(0, 4) },
      { createRevision: revision },
      { modRevision: revision },
      { value: this.value() },
      { lease },
    ];
    if (this.chance(3)) return { target, ...(this.chance(50) ? this.one(operands) : {}) };
    return { target, ...operands[target] };
  }

  compare(world: World): Init<Compare> {
    return { ...this.range(25), result: this.one([0, 1, 2, 3, 3]), ...this.#operand(world) };
  }

  #requestOp(world: World, depth: number): Init<RequestOp> {
    if (this.chance(0.4)) return {};
    const kind = this.number(0, 99);
    const range = this.rangeRequest(world);
    // A revision below 0 is the latest outside of a transaction only (see differences.test.ts).
    if (kind < 30) return { requestRange: { ...range, revision: Math.max(0, range.revision ?? 0) } };
    if (kind < 72) return { requestPut: this.putRequest(world) };
    if (kind < 86 || depth === 0) return { requestDeleteRange: this.deleteRequest() };
    return { requestTxn: this.txnRequest(world, depth - 1) };
  }

  txnRequest(world: World, depth = 2): Init<TxnRequest> {
    const most = this.chance(15) ? 6 : 3;
    const operation = (): Init<RequestOp> => this.#requestOp(world, depth);
    return {
      compare: this.several(this.chance(50) ? 1 : 3, () => this.compare(world)),
      success: this.several(most, operation),
      failure: this.several(most, operation),
    };
  }

  watchRequest(world: World): Init<WatchCreateRequest> {
    const past = this.chance(55);
    const request = {
      ...this.range(75),
      startRevision: past
        ? // From a negative one etcd loses events, also those of other watchers (see differences.test.ts).
          Math.max(1, this.revision(world))
        : this.one([0, 0, 0, world.revision + 1, world.revision + 3]),
      prevKv: this.chance(50),
      filters: this.one([[], [], [], [0], [1], [0, 1]]),
      watchId: this.chance(20) ? this.number(1, 12) : 0,
      fragment: this.chance(20),
      progressNotify: this.chance(20),
    };
    // Its id would stay taken there and not here (see differences.test.ts).
    const endsAtOnce = request.startRevision !== 0 && request.startRevision < world.compactRevision;
    return endsAtOnce ? { ...request, watchId: 0 } : request;
  }

  /** Changes something, or the world of the watchers. */
  changing(world: World): Operation {
    const kind = this.number(0, 999);
    if (kind < 350) {
      const request = this.putRequest(world);
      // Of two faults another one is told (see differences.test.ts).
      const faulty = request.ignoreValue === true && !world.leases.includes(request.lease ?? 0);
      return { kind: 'Put', request: faulty ? { ...request, lease: 0 } : request };
    }
    if (kind < 710) return { kind: 'Txn', request: this.txnRequest(world) };
    if (kind < 790) return { kind: 'DeleteRange', request: this.deleteRequest() };
    if (kind < 850) {
      return { kind: 'LeaseGrant', request: { ID: this.one(leaseIds), TTL: this.number(1_000, 5_000) } };
    }
    if (kind < 890) {
      const id = this.chance(85) && world.leases.length > 0 ? this.one(world.leases) : unknownLease;
      return { kind: 'LeaseRevoke', request: { ID: id } };
    }
    if (kind < 900) {
      return { kind: 'KeepAlive', id: world.leases.length > 0 ? this.one(world.leases) : unknownLease };
    }
    if (kind < 915) {
      const revision = this.chance(80)
        ? this.number(Math.max(0, world.compactRevision), world.revision)
        : this.one([-1, 0, world.compactRevision, world.revision + 1]);
      // A second time up to 0 is refused there and done here (see differences.test.ts).
      const repeated = revision === 0 && world.compactRevision === 0;
      return { kind: 'Compact', request: { revision: repeated ? 1 : revision, physical: this.chance(50) } };
    }
    if (kind < 970 || world.watchers.length === 0) {
      return { kind: 'Watch', stream: this.number(1, watchStreams), request: this.watchRequest(world) };
    }
    const { stream, id } = this.one(world.watchers);
    return { kind: 'CancelWatch', stream, watchId: id };
  }

  /** Changes nothing. */
  reading(world: World): Operation {
    const kind = this.number(0, 99);
    if (kind < 88) return { kind: 'Range', request: this.rangeRequest(world) };
    const id =
      this.chance(85) && world.leases.length > 0 ? this.one(world.leases) : this.one([unknownLease, -1]);
    if (kind < 95) return { kind: 'LeaseTimeToLive', request: { ID: id, keys: this.chance(70) } };
    return { kind: 'LeaseLeases', request: {} };
  }
}
