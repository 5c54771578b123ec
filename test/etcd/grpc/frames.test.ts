import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../../etcd/grpc/frames.js';
import { StatusCode } from '../../../etcd/grpc/status.js';

function frame(payload: Uint8Array, compressed = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed;
  prefix.writeUInt32BE(payload.length, 1);
  return Buffer.concat([prefix, payload]);
}

function readAll(reader: FrameReader): Buffer[] {
  const messages: Buffer[] = [];
  for (let message = reader.next(); message !== undefined; message = reader.next()) {
    messages.push(Buffer.from(message));
  }
  return messages;
}

describe('frames', () => {
  it('come out whole and in order, however the bytes were cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        (payloads, cuts) => {
          const bytes = Buffer.concat(payloads.map((payload) => frame(payload)));
          const reader = new FrameReader(1000);
          const messages: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const length = cuts[turn % cuts.length] ?? 1;
            reader.push(bytes.subarray(at, at + length));
            messages.push(...readAll(reader));
            at += length;
          }
          expect(messages).toEqual(payloads.map((payload) => Buffer.from(payload)));
          expect(reader.unfinished).toBe(false);
        },
      ),
    );
  });

  it('know that something is missing', () => {
    const reader = new FrameReader(100);
    reader.push(frame(Buffer.from('hello')).subarray(0, 7));
    expect(reader.next()).toBeUndefined();
    expect(reader.unfinished).toBe(true);
  });

  it('beyond the limit are refused by their prefix, before anything of them is there', () => {
    const reader = new FrameReader(10);
    reader.push(frame(Buffer.alloc(11)).subarray(0, 5));
    expect(() => reader.next()).toThrow(
      expect.objectContaining({
        code: StatusCode.RESOURCE_EXHAUSTED,
        message: 'grpc: received message larger than max (11 vs. 10)',
      }),
    );
  });

  it('may be exactly as long as the limit', () => {
    const reader = new FrameReader(10);
    reader.push(frame(Buffer.alloc(10)));
    expect(reader.next()).toHaveLength(10);
  });

  it('are not compressed', () => {
    const reader = new FrameReader(10);
    reader.push(frame(Buffer.alloc(1), 1));
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: StatusCode.INTERNAL }));
  });
});
