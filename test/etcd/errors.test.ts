import { describe, expect, it } from 'vitest';
import { refusalError, valueOf } from '../../etcd/errors.js';
import { StatusCode } from '../../etcd/grpc/status.js';
import type { Refusal } from '../../storage/index.js';

const message = 'what the store says';

describe("the store's refusals in etcd's words", () => {
  it.each<[Refusal['reason'], number, string]>([
    ['no-leader', StatusCode.UNAVAILABLE, 'etcdserver: no leader'],
    ['overloaded', StatusCode.RESOURCE_EXHAUSTED, 'etcdserver: too many requests'],
    ['timeout', StatusCode.UNAVAILABLE, 'etcdserver: request timed out'],
    ['stopping', StatusCode.UNAVAILABLE, 'etcdserver: server stopped'],
    ['too-large', StatusCode.INVALID_ARGUMENT, 'etcdserver: request is too large'],
    ['invalid', StatusCode.INVALID_ARGUMENT, 'etcdserver: what the store says'],
    ['no-space', StatusCode.RESOURCE_EXHAUSTED, 'etcdserver: mvcc: database space exceeded'],
    ['corrupt', StatusCode.DATA_LOSS, 'etcdserver: corrupt cluster'],
    ['lease-not-found', StatusCode.NOT_FOUND, 'etcdserver: requested lease not found'],
    ['lease-exists', StatusCode.FAILED_PRECONDITION, 'etcdserver: lease already exists'],
    ['key-not-found', StatusCode.INVALID_ARGUMENT, 'etcdserver: key not found'],
    ['duplicate-key', StatusCode.INVALID_ARGUMENT, 'etcdserver: duplicate key given in txn request'],
    ['too-many-operations', StatusCode.INVALID_ARGUMENT, 'etcdserver: too many operations in txn request'],
    ['permissions-changed', StatusCode.INVALID_ARGUMENT, 'etcdserver: revision of auth store is old'],
  ])('%s', (reason, code, text) => {
    expect(refusalError({ reason, message } as Refusal)).toMatchObject({ code, message: text });
  });

  it('compacted and future revisions', () => {
    expect(refusalError({ reason: 'compacted', compactRevision: 3, message })).toMatchObject({
      code: StatusCode.OUT_OF_RANGE,
      message: 'etcdserver: mvcc: required revision has been compacted',
    });
    expect(refusalError({ reason: 'future-revision', currentRevision: 3, message })).toMatchObject({
      code: StatusCode.OUT_OF_RANGE,
      message: 'etcdserver: mvcc: required revision is a future revision',
    });
  });

  it('and what may have happened is a time-out, never a failure', () => {
    expect(valueOf({ kind: 'done', value: 1 })).toBe(1);
    expect(() => valueOf({ kind: 'unknown', message })).toThrow(
      expect.objectContaining({ code: StatusCode.UNAVAILABLE, message: 'etcdserver: request timed out' }),
    );
  });
});
