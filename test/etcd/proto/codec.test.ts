import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import {
  beyondInteger,
  type Codec,
  decode,
  encode,
  encodeFrame,
  type Init,
  MalformedMessageError,
} from '../../../etcd/proto/codec.js';
import * as auth from '../../../etcd/proto/generated/auth.js';
import * as election from '../../../etcd/proto/generated/election.js';
import * as health from '../../../etcd/proto/generated/health.js';
import * as kv from '../../../etcd/proto/generated/kv.js';
import * as lock from '../../../etcd/proto/generated/lock.js';
import * as rpc from '../../../etcd/proto/generated/rpc.js';
import { seededRandom } from '../../../platform/index.js';

const folder = join(import.meta.dirname, '../../../etcd/proto');
const files = ['kv', 'auth', 'rpc', 'lock', 'election', 'health'];
const codecs: Readonly<Record<string, unknown>> = { ...kv, ...auth, ...rpc, ...lock, ...election, ...health };

/** protobufjs's own reading of the same files: an independent judge of what we write and read. */
async function reflected(): Promise<readonly protobuf.Type[]> {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.includes('/') ? target : join(folder, target));
  await root.load(files.map((file) => `${file}.proto`));
  root.resolveAll();
  const types: protobuf.Type[] = [];
  const collect = (namespace: protobuf.NamespaceBase): void => {
    for (const nested of namespace.nestedArray) {
      if (nested instanceof protobuf.Type) types.push(nested);
      if (nested instanceof protobuf.Namespace) collect(nested);
    }
  };
  collect(root);
  return types;
}

type Random = ReturnType<typeof seededRandom>;

const integers = [0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER];

function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[random.integer(0, values.length)]!;
}

function scalar(random: Random, field: protobuf.Field): unknown {
  if (field.resolvedType instanceof protobuf.Enum)
    return pick(random, Object.values(field.resolvedType.values));
  switch (field.type) {
    case 'int64': {
      const value = pick(random, integers);
      return random.integer(0, 2) === 0 || value === 0 ? value : -value;
    }
    case 'uint64':
      return pick(random, integers);
    case 'uint32':
      return pick(random, integers.slice(0, 6));
    case 'bool':
      return random.integer(0, 2) === 1;
    case 'string':
      return pick(random, ['', 'a', 'é☃', 'x'.repeat(200)]);
    case 'bytes':
      return Buffer.from(random.bytes(pick(random, [0, 1, 5, 300])));
    default:
      throw new Error(field.type);
  }
}

function message(random: Random, type: protobuf.Type, depth: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const chosen = new Set(type.oneofsArray.map((oneof) => pick(random, oneof.fieldsArray)));
  for (const field of type.fieldsArray) {
    if (random.integer(0, 4) === 0 || (field.partOf !== null && !chosen.has(field))) continue;
    const one = (): unknown => {
      if (!(field.resolvedType instanceof protobuf.Type)) return scalar(random, field);
      return depth > 4 ? undefined : message(random, field.resolvedType, depth + 1);
    };
    const item = field.repeated ? Array.from({ length: random.integer(0, 4) }, one) : one();
    if (Array.isArray(item) ? item.includes(undefined) : item === undefined) continue;
    value[field.name] = item;
  }
  return value;
}

function plain(type: protobuf.Type, bytes: Uint8Array): unknown {
  return type.toObject(type.decode(bytes), { longs: Number, bytes: Array, defaults: false });
}

describe('the generated codecs', () => {
  it('are what the .proto files say', () => {
    const script = join(folder, '../../scripts/etcd-proto.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('write and read what protobufjs reads and writes, for every message', async () => {
    const seed = 20_261;
    const random = seededRandom(seed);
    const types = await reflected();
    expect(types.length).toBeGreaterThan(110);
    let written = 0;
    for (const type of types) {
      const codec = codecs[type.name] as Codec<Record<string, unknown>> | undefined;
      if (codec === undefined) throw new Error(`no codec for ${type.fullName}`);
      for (let round = 0; round < 20; round += 1) {
        const value = message(random, type, 0);
        const theirs = Buffer.from(type.encode(type.fromObject(value)).finish());
        const ours = encode(codec, value as Init<Record<string, unknown>>);
        expect(plain(type, ours), `${type.fullName}, seed ${seed}`).toEqual(plain(type, theirs));
        written += ours.length;
        const back = encode(codec, decode(codec, theirs) as Init<Record<string, unknown>>);
        expect(plain(type, back), `${type.fullName}, seed ${seed}`).toEqual(plain(type, theirs));
      }
    }
    expect(written).toBeGreaterThan(100_000);
  });

  it('put the length of the message in front of it', () => {
    const frame = Buffer.from(encodeFrame(rpc.PutRequest, { key: Buffer.alloc(300) }));
    expect(frame[0]).toBe(0);
    expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
    expect(decode(rpc.PutRequest, frame.subarray(5)).key).toHaveLength(300);
  });
});

/** Field 1 as a varint of these bytes. */
const lease = (...varint: number[]): Uint8Array => Uint8Array.of(8, ...varint);
const ones = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

describe('64-bit integers', () => {
  it.each([
    ['-1', [...ones, 1], -1],
    ['2^63 - 1', [...ones.slice(0, 8), 0x7f], beyondInteger],
    ['-2^63', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], -beyondInteger],
    ['2^53 - 1', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], Number.MAX_SAFE_INTEGER],
    ['2^53', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], beyondInteger],
    ['1, written long', [0x81, 0x80, 0], 1],
  ])('%s is read as a number that compares alike', (_name, varint, value) => {
    expect(decode(rpc.LeaseRevokeRequest, lease(...varint)).ID).toBe(value);
  });

  it('without a sign are never negative', () => {
    expect(decode(rpc.MemberRemoveRequest, lease(...ones, 1)).ID).toBe(beyondInteger);
  });
});

describe('bytes that are no message', () => {
  it.each([
    ['cut within a number', [8, 0x80]],
    ['a number that does not end', [8, ...ones, 0xff, 0xff]],
    ['a string longer than the message', [10, 200, 1, 2]],
    ['a length beyond 2^32', [10, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['field number 0', [0, 1]],
    ['wire type 7', [15, 1]],
  ])('are refused: %s', (_name, bytes) => {
    expect(() => decode(rpc.PutRequest, Uint8Array.from(bytes))).toThrow(MalformedMessageError);
  });

  it('are refused where a field reaches out of the message around it', () => {
    // An operation of two bytes whose range request claims ten.
    expect(() => decode(rpc.RequestOp, Uint8Array.of(10, 2, 10, 10, 1, 1, 1, 1, 1, 1, 1, 1))).toThrow(
      MalformedMessageError,
    );
  });

  it('are refused where they are nested without end', () => {
    let bytes = Buffer.alloc(0);
    for (let depth = 0; depth < 300; depth += 1) {
      const length = (value: number): Buffer =>
        value < 128 ? Buffer.of(value) : Buffer.of((value & 0x7f) | 0x80, value >> 7);
      const operation = Buffer.concat([Buffer.of(0x22), length(bytes.length), bytes]);
      bytes = Buffer.concat([Buffer.of(0x12), length(operation.length), operation]);
    }
    expect(() => decode(rpc.TxnRequest, bytes)).toThrow('nested too deeply');
  });

  it('but unknown fields are skipped', () => {
    const known = encode(rpc.PutRequest, { key: Buffer.from('k') });
    const unknown = Uint8Array.of(0xf8, 0x07, 1, 0xfa, 0x07, 2, 9, 9, 0xfd, 0x07, 1, 2, 3, 4);
    expect(decode(rpc.PutRequest, Buffer.concat([unknown, known, unknown]))).toMatchObject({
      key: Buffer.from('k'),
    });
  });

  it('and of alternatives the last one counts', () => {
    const bytes = Buffer.concat([
      encode(rpc.WatchRequest, { createRequest: { key: Buffer.from('k') } }),
      encode(rpc.WatchRequest, { cancelRequest: { watchId: 4 } }),
    ]);
    expect(decode(rpc.WatchRequest, bytes)).toEqual({
      createRequest: undefined,
      cancelRequest: { watchId: 4 },
      progressRequest: undefined,
    });
  });
});
