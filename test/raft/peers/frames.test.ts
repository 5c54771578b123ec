import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../raft/core/messages.js';
import { decodeMessages, encodeMessages } from '../../../raft/peers/codec.js';
import { FrameReader, MalformedFrameError } from '../../../raft/peers/frames.js';
import { decodeGreeting, encodeAnswer, encodeGreeting } from '../../../raft/peers/greeting.js';

const proposal = (requestId: number, bytes: number) => ({
  type: 'propose-request' as const,
  term: 1,
  requestId,
  data: new Uint8Array(bytes).fill(requestId),
});

const told = (message: Message): unknown =>
  message.type === 'propose-request'
    ? [message.requestId, Buffer.from(message.data).toString('hex')]
    : message.type;

describe('frames on a connection', () => {
  it('come out whole and in order, however the connection cuts them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 3_000 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 40 }),
        (sizes, cuts) => {
          const sent = sizes.map((bytes, number) => proposal(number + 1, bytes));
          const bytes = Buffer.concat(sent.map((message) => encodeMessages([message])));
          const reader = new FrameReader(4_096);
          const received: Message[] = [];
          let at = 0;
          for (let cut = 0; at < bytes.length; cut += 1) {
            const end = at + cuts[cut % cuts.length]!;
            for (const frame of reader.read(bytes.subarray(at, end))) received.push(...decodeMessages(frame));
            at = end;
          }
          expect(received.map(told)).toEqual(sent.map(told));
        },
      ),
    );
  });

  it('that are too long are refused from their length alone', () => {
    const reader = new FrameReader(100);
    expect(reader.read(Buffer.from([0, 0, 0]))).toEqual([]);
    expect(() => reader.read(Buffer.from([101]))).toThrow(
      new MalformedFrameError('a frame of 101 bytes; the most is 100'),
    );
  });

  it('hold nothing back once they are complete', () => {
    const ping = encodeMessages([]);
    expect(ping).toHaveLength(4);
    expect(new FrameReader(0).read(Buffer.concat([ping, ping]))).toEqual([Buffer.alloc(0), Buffer.alloc(0)]);
  });
});

describe('a greeting', () => {
  const read = (frame: Buffer): Buffer => new FrameReader(4_096).read(frame)[0]!;

  it('says who calls and why', () => {
    const greeting = { clusterId: 'c1', memberId: 2 ** 40, purpose: 'snapshot' } as const;
    expect(decodeGreeting(read(encodeGreeting(greeting)))).toEqual(greeting);
  });

  it('that is none, or has a purpose that nobody knows, is malformed', () => {
    expect(() => decodeGreeting(Buffer.from('GET / HTTP/1.1'))).toThrow(MalformedFrameError);
    // Field 3, a varint: purpose 9.
    expect(() => decodeGreeting(Buffer.from([0x18, 9]))).toThrow(MalformedFrameError);
  });

  it('is answered in few words, however long the reason', () => {
    expect(encodeAnswer('x'.repeat(100_000)).length).toBeLessThan(1_000);
  });
});
