import { describe, expect, it } from 'vitest';
import { encodeStatusMessage } from '../../../etcd/grpc/status.js';
import { parseTimeout } from '../../../etcd/grpc/timeout.js';

describe('the message of a status', () => {
  it.each([
    ['etcdserver: no leader', 'etcdserver: no leader'],
    ['100% sure', '100%25 sure'],
    ['line\nbreak', 'line%0Abreak'],
    ['é ☃', '%C3%A9 %E2%98%83'],
    ['', ''],
  ])('%j travels as %j', (message, encoded) => {
    expect(encodeStatusMessage(message)).toBe(encoded);
    expect(decodeURIComponent(encoded)).toBe(message);
  });
});

describe('the time-out of a call', () => {
  it.each([
    [undefined, undefined],
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['3S', 3_000],
    ['250m', 250],
    ['500u', 0.5],
    ['5000000n', 5],
    ['99999999S', 99_999_999_000],
  ])('%s is %s milliseconds', (header, milliseconds) => {
    expect(parseTimeout(header)).toBe(milliseconds);
  });

  it.each(['', '5', 'S', '123456789S', '-1S', '1.5S', '1s', '5 S'])('%j is none', (header) => {
    expect(() => parseTimeout(header)).toThrow('malformed grpc-timeout');
  });
});
