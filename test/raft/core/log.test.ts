/** What the log's tail in memory costs, and what it keeps alive. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { residentBytes, SLAB_BYTES } from '../../../raft/core/entry-memory.js';
import { RaftLog } from '../../../raft/core/log.js';
import type { Entry } from '../../../raft/core/types.js';
import { decodeMessages, encodeMessages } from '../../../raft/peers/codec.js';
import { FrameReader, MAX_FRAME_BYTES } from '../../../raft/peers/frames.js';
import { decodeEnvelope, encodeEnvelope } from '../../../storage/commands/command.js';
import { birth, configurationOf } from '../support/cluster.js';

const emptyLog = (): RaftLog => new RaftLog(birth(configurationOf([1, 2, 3])));

function entry(index: number, data: Uint8Array): Entry {
  return { index, term: 1, timeMilliseconds: 1_700_000_000_000, kind: 'command', data };
}

/** As they come from a peer: one frame, whose bytes lie behind what else was read from the socket. */
function received(entries: readonly Entry[]): readonly Entry[] {
  const previousIndex = entries[0]!.index - 1;
  const previousTerm = previousIndex === 0 ? 0 : 1;
  const frame = encodeMessages([
    { type: 'append-request', term: 1, previousIndex, previousTerm, entries, commitIndex: 0 },
  ]);
  const socket = Buffer.concat([Buffer.alloc(64 * 1024), frame]);
  const [whole] = new FrameReader(MAX_FRAME_BYTES).read(socket.subarray(64 * 1024));
  const [message] = decodeMessages(whole!);
  if (message?.type !== 'append-request') throw new Error('not what was sent');
  return message.entries;
}

const from = (log: RaftLog, index: number): readonly Entry[] =>
  log.slice(index, log.lastIndex + 1, Number.MAX_SAFE_INTEGER)!;
const all = (log: RaftLog): readonly Entry[] => from(log, log.firstIndex);

describe("the log's memory", () => {
  it('keeps neither the frame nor the socket buffer that an entry came in', () => {
    const log = emptyLog();
    for (let index = 1; index <= 300; index += 3) {
      const batch = [0, 1, 2].map((more) => entry(index + more, Buffer.alloc(100, index + more)));
      log.append(received(batch));
    }
    for (const { index, data } of all(log)) {
      expect(data).toEqual(new Uint8Array(100).fill(index));
      expect(data.buffer.byteLength).toBeLessThanOrEqual(SLAB_BYTES);
    }
    expect(new Set(all(log).map(({ data }) => data.buffer)).size).toBe(Math.ceil((300 * 100) / SLAB_BYTES));
  });

  it('keeps nothing of a proposer: a change of its buffer, and its size, are its own', () => {
    const log = emptyLog();
    const mine = new Uint8Array(1024 * 1024).fill(7);
    log.append([entry(1, mine.subarray(500, 510)), entry(2, mine.subarray(0, 5_000))]);
    mine.fill(9);
    const [small, large] = all(log);
    expect(small!.data).toEqual(new Uint8Array(10).fill(7));
    expect(small!.data.buffer.byteLength).toBe(SLAB_BYTES);
    expect(large!.data).toEqual(new Uint8Array(5_000).fill(7));
    expect(large!.data.buffer.byteLength).toBe(5_000);
  });

  it('stays within its bound, and drops only what is durable and committed', () => {
    const log = emptyLog();
    const maxBytes = 100_000;
    for (let index = 1; index <= 5_000; index += 1) {
      log.append([entry(index, Buffer.alloc(40))]);
      log.evict(Math.min(index, 4_000), maxBytes);
      if (index <= 4_000) expect(log.cachedBytes).toBeLessThanOrEqual(maxBytes);
    }
    expect(log.cachedEntry(3_999)).toBeUndefined();
    expect(log.slice(3_999, 4_001, 1)).toBeUndefined();
    expect(from(log, 4_000)).toHaveLength(1_001);
    expect(log.cachedBytes).toBe(from(log, 4_000).reduce((bytes, one) => bytes + residentBytes(one), 0));
  });

  it.each([
    ['16 bytes, one a frame', 16, 1],
    ['32 bytes, 64 a frame', 32, 64],
    ['256 bytes, one a frame', 256, 1],
    ['256 bytes, 64 a frame', 256, 64],
    ['1,000 bytes, one a frame', 1_000, 1],
    ['2,000 bytes, one a frame', 2_000, 1],
  ])('costs at most 300 bytes above its payload, received and applied: %s', (_name, size, perFrame) => {
    const collect = collector();
    const count = 40_000;
    const log = emptyLog();
    const before = collect();
    for (let index = 1; index <= count; index += perFrame) {
      const batch = Array.from({ length: perFrame }, (_, more) => entry(index + more, envelope(size)));
      log.append(received(batch));
      for (const { data } of from(log, index)) decodeEnvelope(data);
    }
    const spent = collect() - before;
    expect(spent, 'nothing of it was collected').toBeGreaterThan(count * size);
    const payload = all(log).reduce((bytes, { data }) => bytes + data.length, 0);
    expect((spent - payload) / count).toBeLessThanOrEqual(300);
    // What is counted is never less than what is spent: the bound in bytes bounds memory.
    expect(spent).toBeLessThanOrEqual(log.cachedBytes);
  });
});

let sequence = 0;
function envelope(size: number): Uint8Array {
  sequence += 1;
  const value = Buffer.alloc(size);
  const request = { compare: [], then: [{ type: 'put', key: Buffer.from('k'), value }], else: [] } as const;
  return encodeEnvelope({ incarnation: 1, baseIndex: 0, sequence, command: { kind: 'txn', request } });
}

/** Bytes that are in use after a full collection. */
function collector(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
}
