import { describe, expect, it } from 'vitest';
import { newObject } from '../../../api/index.js';
import { failureOf } from '../../../chaos/workload/outcome.js';
import { ApiConnectionError, type ApiConnectionFailure, ApiStatusError } from '../../../client/index.js';

const answer = (code: number, retryAfterSeconds?: number): ApiStatusError =>
  new ApiStatusError(newObject(), code, retryAfterSeconds);
const silence = (failure: ApiConnectionFailure): ApiConnectionError =>
  new ApiConnectionError(failure, 'no answer');

describe('what a failed write says about whether it was done', () => {
  it.each([
    ['400, it was not understood', answer(400), 'fail'],
    ['401', answer(401), 'fail'],
    ['403', answer(403), 'fail'],
    ['404, there is nothing to replace', answer(404), 'fail'],
    ['405', answer(405), 'fail'],
    ['406', answer(406), 'fail'],
    ['408, its body did not arrive', answer(408), 'fail'],
    ['409, its condition did not hold', answer(409), 'fail'],
    ['413', answer(413), 'fail'],
    ['415', answer(415), 'fail'],
    ['422', answer(422), 'fail'],
    ['429, there was no room', answer(429, 1), 'fail'],
    ['503, nobody leads', answer(503, 1), 'fail'],
    ['507, the disk is full', answer(507), 'fail'],
    ['504 that invites to try again: it was never proposed', answer(504, 1), 'fail'],
    ['504 that does not', answer(504), 'info'],
    ['500, which nobody foresaw', answer(500), 'info'],
    ['502, which is not ours', answer(502), 'info'],
    ['418', answer(418), 'info'],
    ['no connection', silence('not-sent'), 'fail'],
    ['a connection that broke, or time that ran out, after sending', silence('unknown'), 'info'],
    ['an answer that cannot be read', silence('invalid-response'), 'info'],
    ['its own end', silence('cancelled'), 'info'],
  ] as const)('%s', (_, error, kind) => {
    expect(failureOf(error, 'write').kind).toBe(kind);
  });
});

describe('a failed read', () => {
  it.each([
    answer(500),
    answer(504),
    answer(503, 1),
    answer(410),
    silence('unknown'),
    silence('not-sent'),
    silence('cancelled'),
  ])('has done nothing to anybody (%s)', (error) => {
    expect(failureOf(error, 'read').kind).toBe('fail');
  });
});

describe('a failure', () => {
  it('is surprising when no fault explains it', () => {
    const explained = [404, 409, 410, 429, 503, 504].map(
      (code) => failureOf(answer(code), 'write').surprising,
    );
    expect(explained).toEqual([false, false, false, false, false, false]);
    const surprising = [400, 401, 403, 422, 500].map((code) => failureOf(answer(code), 'read').surprising);
    expect(surprising).toEqual([true, true, true, true, true]);
    expect(failureOf(silence('unknown'), 'write').surprising).toBe(false);
    expect(failureOf(silence('invalid-response'), 'write').surprising).toBe(true);
  });

  it('turns a client to another member when another may know better', () => {
    expect(failureOf(answer(409), 'write').targetAtFault).toBe(false);
    expect(failureOf(answer(503, 1), 'write').targetAtFault).toBe(true);
    expect(failureOf(silence('unknown'), 'write').targetAtFault).toBe(true);
  });

  it('of our own making is not explained away', () => {
    expect(() => failureOf(new TypeError('a defect'), 'write')).toThrow('a defect');
  });
});
