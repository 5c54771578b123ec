import { describe, expect, it } from 'vitest';
import { GrpcError, StatusCode } from '../../../etcd/grpc/status.js';
import { beyondInteger, type Codec, decode, encode, type Init } from '../../../etcd/proto/codec.js';
import {
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  type RequestOp,
  SortOrder,
  SortTarget,
  TxnRequest,
} from '../../../etcd/proto/generated/rpc.js';
import {
  deleteOperation,
  putOperation,
  rangeSelection,
  storeTxn,
} from '../../../etcd/services/kv-requests.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** As it arrives. */
function arrived<Message>(codec: Codec<Message>, message: Init<NoInfer<Message>>): Message {
  return decode(codec, Buffer.from(encode(codec, message)));
}

const range = (request: Init<RangeRequest>): unknown => rangeSelection(arrived(RangeRequest, request));
const put = (request: Init<PutRequest>): unknown => putOperation(arrived(PutRequest, request));
const remove = (request: Init<DeleteRangeRequest>): unknown =>
  deleteOperation(arrived(DeleteRangeRequest, request));
const txn = (request: Init<TxnRequest>, maxOperations = 128): unknown =>
  storeTxn(arrived(TxnRequest, request), maxOperations);

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof GrpcError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('it was not refused');
}

const key = bytes('k');

describe('a range', () => {
  it('of one key asks for no more than that', () => {
    expect(range({ key })).toEqual({ key });
  });

  it('of keys is counted, since etcd always says how many there are', () => {
    expect(range({ key, rangeEnd: bytes('l') })).toEqual({ key, end: bytes('l'), count: true });
  });

  it('with an end of one zero byte has no end', () => {
    expect(range({ key, rangeEnd: Uint8Array.of(0) })).toEqual({
      key,
      end: new Uint8Array(0),
      count: true,
    });
  });

  it('takes bounds, limit, revision and what is wanted of the keys', () => {
    expect(
      range({
        key,
        rangeEnd: bytes('l'),
        limit: 5,
        revision: 7,
        keysOnly: true,
        minModRevision: 1,
        maxModRevision: 2,
        minCreateRevision: 3,
        maxCreateRevision: 4,
      }),
    ).toEqual({
      key,
      end: bytes('l'),
      limitItems: 5,
      revision: 7,
      keysOnly: true,
      minModRevision: 1,
      maxModRevision: 2,
      minCreateRevision: 3,
      maxCreateRevision: 4,
      count: true,
    });
  });

  it('takes what is negative as nothing, but an upper bound below all as that', () => {
    expect(
      range({
        key,
        rangeEnd: bytes('l'),
        limit: -1,
        revision: -1,
        minModRevision: -1,
        minCreateRevision: -1,
      }),
    ).toEqual({ key, end: bytes('l'), count: true });
    expect(range({ key, rangeEnd: bytes('l'), maxModRevision: -1 })).toEqual({
      key,
      end: bytes('l'),
      minModRevision: Number.MAX_SAFE_INTEGER,
      count: true,
    });
  });

  it.each([
    [SortTarget.KEY, SortOrder.NONE, undefined],
    [SortTarget.KEY, SortOrder.ASCEND, undefined],
    [SortTarget.KEY, SortOrder.DESCEND, { by: 'key', order: 'descending' }],
    // A target alone means ascending.
    [SortTarget.VERSION, SortOrder.NONE, { by: 'version', order: 'ascending' }],
    [SortTarget.CREATE, SortOrder.ASCEND, { by: 'create', order: 'ascending' }],
    [SortTarget.MOD, SortOrder.DESCEND, { by: 'mod', order: 'descending' }],
    [SortTarget.VALUE, SortOrder.NONE, { by: 'value', order: 'ascending' }],
  ])('sorted by target %i in order %i', (sortTarget, sortOrder, sort) => {
    expect(range({ key, rangeEnd: bytes('l'), sortTarget, sortOrder })).toEqual({
      key,
      end: bytes('l'),
      count: true,
      ...(sort === undefined ? {} : { sort }),
    });
  });

  it('without a key, or sorted by nothing that is known, is refused', () => {
    expect(refusal(() => range({}))).toBe('3 etcdserver: key is not provided');
    expect(refusal(() => range({ key, sortOrder: 9 }))).toBe('3 etcdserver: invalid sort option');
    expect(refusal(() => range({ key, sortTarget: 9 }))).toBe('3 etcdserver: invalid sort option');
    expect(refusal(() => range({ key, sortTarget: -1 }))).toBe('3 etcdserver: invalid sort option');
  });

  it('with numbers beyond ours means what it says', () => {
    expect(range({ key, rangeEnd: bytes('l'), limit: beyondInteger, maxModRevision: beyondInteger })).toEqual(
      {
        key,
        end: bytes('l'),
        count: true,
        limitItems: Number.MAX_SAFE_INTEGER,
        maxModRevision: Number.MAX_SAFE_INTEGER,
      },
    );
  });
});

describe('a put', () => {
  it('takes value and lease, or keeps them', () => {
    expect(put({ key, value: bytes('v'), lease: 5, prevKv: true })).toEqual({
      type: 'put',
      key,
      value: bytes('v'),
      lease: 5,
      previous: true,
    });
    expect(put({ key, ignoreValue: true, ignoreLease: true })).toEqual({
      type: 'put',
      key,
      value: new Uint8Array(0),
      keepValue: true,
      keepLease: true,
    });
  });

  it('that contradicts itself is refused', () => {
    expect(refusal(() => put({}))).toBe('3 etcdserver: key is not provided');
    expect(refusal(() => put({ key, value: bytes('v'), ignoreValue: true }))).toBe(
      '3 etcdserver: value is provided',
    );
    expect(refusal(() => put({ key, lease: 1, ignoreLease: true }))).toBe('3 etcdserver: lease is provided');
  });

  it.each([-1, beyondInteger, -beyondInteger])(
    'under a lease that nobody has is not refused here: %d',
    (lease) => {
      // The branch that it stands in may not be taken.
      expect(put({ key, lease })).toMatchObject({ lease: Number.MAX_SAFE_INTEGER });
    },
  );
});

describe('a delete', () => {
  it('takes a key or a range', () => {
    expect(remove({ key })).toEqual({ type: 'delete', key });
    expect(remove({ key, rangeEnd: Uint8Array.of(0), prevKv: true })).toEqual({
      type: 'delete',
      key,
      end: new Uint8Array(0),
      previous: true,
    });
    expect(refusal(() => remove({}))).toBe('3 etcdserver: key is not provided');
  });
});

describe('a transaction', () => {
  it('compares each target in each way, also over ranges; what is not said is zero', () => {
    expect(
      txn({
        compare: [
          { target: 0, result: 0, key, version: 1 },
          { target: 1, result: 1, key, createRevision: 2 },
          { target: 2, result: 2, key, modRevision: 3, rangeEnd: bytes('l') },
          { target: 3, result: 3, key, value: bytes('v') },
          { target: 4, result: 0, key, lease: 4 },
          { target: 4, key },
          { target: 3, key, rangeEnd: Uint8Array.of(0) },
        ],
      }),
    ).toEqual({
      compare: [
        { key, target: 'version', result: 'equal', operand: 1 },
        { key, target: 'create', result: 'greater', operand: 2 },
        { key, end: bytes('l'), target: 'mod', result: 'less', operand: 3 },
        { key, target: 'value', result: 'not-equal', operand: bytes('v') },
        { key, target: 'lease', result: 'equal', operand: 4 },
        { key, target: 'lease', result: 'equal', operand: 0 },
        { key, end: new Uint8Array(0), target: 'value', result: 'equal', operand: new Uint8Array(0) },
      ],
      then: [],
      else: [],
    });
  });

  it('holds every kind of operation, transactions too', () => {
    const inner = { success: [{ requestDeleteRange: { key } }], failure: [{ requestRange: { key } }] };
    expect(
      txn({
        success: [{ requestPut: { key } }],
        failure: [{ requestTxn: inner }, { requestRange: { key } }],
      }),
    ).toEqual({
      compare: [],
      then: [{ type: 'put', key, value: new Uint8Array(0) }],
      else: [
        {
          type: 'txn',
          request: { compare: [], then: [{ type: 'delete', key }], else: [{ type: 'range', key }] },
        },
        { type: 'range', key },
      ],
    });
  });

  it('with more operations than allowed is refused; one inside another has what is left', () => {
    const ranges = (count: number): readonly Init<RequestOp>[] =>
      Array.from({ length: count }, () => ({ requestRange: { key } }));
    const tooMany = '3 etcdserver: too many operations in txn request';
    expect(() => txn({ success: ranges(3) }, 3)).not.toThrow();
    expect(refusal(() => txn({ success: ranges(4) }, 3))).toBe(tooMany);
    expect(refusal(() => txn({ failure: ranges(4) }, 3))).toBe(tooMany);
    const nested = (count: number): Init<TxnRequest> => ({
      success: [{ requestTxn: { success: ranges(count) } }],
    });
    expect(() => txn(nested(2), 3)).not.toThrow();
    expect(refusal(() => txn(nested(3), 3))).toBe(tooMany);
  });

  it('with an operation that says nothing, no key, or an unknown compare is refused', () => {
    expect(refusal(() => txn({ success: [{}] }))).toBe('3 etcdserver: key not found');
    expect(refusal(() => txn({ compare: [{ target: 0 }] }))).toBe('3 etcdserver: key is not provided');
    expect(refusal(() => txn({ success: [{ requestPut: {} }] }))).toBe('3 etcdserver: key is not provided');
    expect(refusal(() => txn({ compare: [{ target: 9, key }] }))).toContain(
      '3 etcdserver: there is no compare',
    );
    expect(refusal(() => txn({ compare: [{ result: 9, key }] }))).toContain(
      '3 etcdserver: there is no compare',
    );
    expect(refusal(() => txn({ compare: [{ key, version: beyondInteger }] }))).toContain(
      `${StatusCode.INVALID_ARGUMENT} etcdserver: the operand of a compare`,
    );
  });
});
