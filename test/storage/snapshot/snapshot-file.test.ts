import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../platform/index.js';
import { readSnapshotFile, SnapshotFileError } from '../../../storage/index.js';
import type { LogicalRecord } from '../../../storage/mvcc/record-sum.js';
import { openTestStore, type TestStore, testClusterId, text } from '../support/single-member-store.js';
import { fillWithEverything, piecesOf, put, saveSnapshot } from '../support/snapshot-files.js';

async function problemOf(file: Uint8Array): Promise<SnapshotFileError> {
  try {
    await readSnapshotFile(piecesOf(file));
  } catch (error) {
    if (error instanceof SnapshotFileError) return error;
    throw error;
  }
  throw new Error('the file was believed');
}

describe('a snapshot file', () => {
  let member: TestStore;

  beforeEach(async () => {
    member = await openTestStore();
    await fillWithEverything(member);
  });

  afterEach(() => member.close());

  it('says whose state it is and as of when, and holds all of it', async () => {
    const file = await saveSnapshot(member);
    const status = await member.admin.status();
    const found: string[] = [];
    const visit = (record: LogicalRecord): undefined => {
      if (record.kind === 'key') found.push(text(record.item.key));
      if (record.kind === 'lease') found.push(`lease ${record.lease.id} of ${record.lease.ttlSeconds} s`);
    };
    const contents = await readSnapshotFile(piecesOf(file), visit);
    expect(contents.header).toEqual({
      clusterId: testClusterId,
      memberName: 'm1',
      revision: status.revision,
      compactRevision: 5,
      appliedIndex: status.appliedIndex,
      appliedTerm: status.term,
      stateHash: status.stateHash,
      members: [{ id: 1, name: 'm1', role: 'voter' }],
      savedMilliseconds: contents.header.savedMilliseconds,
    });
    const keys = Array.from({ length: 15 }, (_, index) => `key-${index}`).filter((key) => key !== 'key-3');
    expect(found).toEqual([...[...keys, 'leased', 'large'].sort(), 'lease 7 of 600 s']);
    expect(contents).toMatchObject({ formatVersion: 1, keys: 16, leases: 1, bytes: file.length });
  });

  it('is read alike in whatever pieces it comes', async () => {
    const file = await saveSnapshot(member);
    const whole = await readSnapshotFile(piecesOf(file, file.length));
    for (const pieceBytes of [1, 37, 100_003]) {
      expect(await readSnapshotFile(piecesOf(file, pieceBytes))).toEqual(whole);
    }
  });

  it('ends with the SHA-256 of all before, at a length by which etcd tools know that it came whole', async () => {
    const file = await saveSnapshot(member);
    expect(file.length % 512).toBe(32);
    const hash = createHash('sha256').update(file.subarray(0, -32)).digest();
    expect(hash.equals(file.subarray(-32))).toBe(true);
    expect((await readSnapshotFile(piecesOf(file))).sha256).toBe(hash.toString('hex'));
  });

  it('is of one moment: what is written while it is read is not in it, and is written all the same', async () => {
    const { revision } = await member.store.status();
    const stream = member.admin.snapshot();
    const first = await stream.next();
    expect(first.kind).toBe('chunk');
    const later = await put(member, 'later', '1');
    expect(later).toBe(revision + 1);
    const pieces = first.kind === 'chunk' ? [first.bytes] : [];
    for (let step = await stream.next(); step.kind === 'chunk'; step = await stream.next()) {
      pieces.push(step.bytes);
    }
    expect(await stream.next()).toEqual({ kind: 'end', reason: { kind: 'complete' } });
    const { header, keys } = await readSnapshotFile(piecesOf(Buffer.concat(pieces)));
    expect(header.revision).toBe(revision);
    expect(keys).toBe(16);
  });

  it('ends with the reason when its member stops, and does not hold the member up', async () => {
    const stream = member.admin.snapshot();
    await stream.next();
    await member.close();
    expect(await stream.next()).toEqual({ kind: 'end', reason: { kind: 'stopping' } });
    expect(await member.admin.snapshot().next()).toEqual({ kind: 'end', reason: { kind: 'stopping' } });
  });

  it('is refused when it is cut anywhere, with the place where it ends', async () => {
    const file = await saveSnapshot(member);
    const random = seededRandom(5);
    const lengths = [0, 1, 15, 16, 39, 40, 300, 600, 262_500, file.length - 33, file.length - 1];
    for (let count = 0; count < 20; count += 1) lengths.push(random.integer(0, file.length));
    for (const length of lengths) {
      const problem = await problemOf(file.subarray(0, length));
      expect(problem.problem, `cut at ${length}`).toBe('cut-short');
      expect(problem.message).toContain(`it ends at byte ${length}, within`);
    }
  });

  it('is refused when any bit of it flips', async () => {
    const file = await saveSnapshot(member);
    const seed = 11;
    const random = seededRandom(seed);
    const places = Array.from({ length: 700 }, (_, index) => index);
    for (let count = 0; count < 60; count += 1) places.push(random.integer(0, file.length));
    for (let back = 1; back <= 60; back += 1) places.push(file.length - back);
    for (const place of places) {
      const broken = Buffer.from(file);
      broken.writeUInt8(broken.readUInt8(place) ^ (1 << random.integer(0, 8)), place);
      expect((await problemOf(broken)).message, `seed ${seed}, byte ${place}`).toMatch(/^it (is|has) /);
    }
  });

  it('says near which byte it is damaged', async () => {
    const file = await saveSnapshot(member);
    const place = 400_000;
    file.writeUInt8(file.readUInt8(place) ^ 1, place);
    const { problem, message } = await problemOf(file);
    expect(problem).toBe('damaged');
    const named = Number(/at byte (\d+)/.exec(message)?.[1]);
    expect(named).toBeLessThanOrEqual(place);
    expect(place - named).toBeLessThanOrEqual(256 * 1024 + 4);
  });

  it('is refused when chunks of it change places, are repeated, or more follows', async () => {
    const file = await saveSnapshot(member);
    expect((await problemOf(Buffer.concat([file, Buffer.from('x')]))).message).toContain(
      'goes on after its end',
    );
    expect((await problemOf(Buffer.concat([file, file]))).message).toContain('goes on after its end');
    const first = 40 + file.readUInt32BE(20);
    const bytesOfOne = 4 + file.readUInt32BE(first);
    const chunk = file.subarray(first, first + bytesOfOne);
    const repeated = Buffer.concat([file.subarray(0, first), chunk, file.subarray(first)]);
    expect((await problemOf(repeated)).problem).toBe('damaged');
    const without = Buffer.concat([file.subarray(0, first), file.subarray(first + bytesOfOne)]);
    expect((await problemOf(without)).problem).toBe('damaged');
  });

  it('of a newer format is refused as that, and another file as no snapshot', async () => {
    const file = await saveSnapshot(member);
    const newer = Buffer.from(file);
    newer.writeUInt32BE(2, 16);
    expect(await problemOf(newer)).toMatchObject({
      problem: 'newer-format',
      message: 'it has format 2, this version reads up to 1: use the newer version',
    });
    const other = Buffer.alloc(4096, 'a');
    expect((await problemOf(other)).problem).toBe('not-a-snapshot');
  });
});
