/** Protobuf, byte by byte: messages written out by hand from the wire contract, and damaged ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProtobuf, ProtobufDecodeError } from '../../../api/codec/protobuf-decoder.js';
import { encodeProtobuf } from '../../../api/codec/protobuf-encoder.js';
import {
  decodeProtobufEnvelope,
  encodeProtobufEnvelope,
  encodeProtobufWatchFrame,
} from '../../../api/codec/protobuf-envelope.js';
import { decodeTyped } from '../../../api/codec/typed.js';
import { parseJson, stringifyJson } from '../../../api/json.js';
import { builtInSchemas } from '../../../api/schema/registry.js';

const schemas = builtInSchemas();

/** A length-delimited member. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function number(fieldNumber: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(fieldNumber << 3), varint(value)]);
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

const join = (...parts: Buffer[]): Buffer => Buffer.concat(parts);

/** What Go writes for an ObjectMeta with these members: strings that are no pointers always stand. */
function objectMeta(name: string, extra: Buffer = Buffer.alloc(0), generation: number | bigint = 0): Buffer {
  return join(
    field(1, name),
    field(2, ''),
    field(3, ''),
    field(4, ''),
    field(5, ''),
    field(6, ''),
    number(7, generation),
    field(8, ''),
    extra,
  );
}

const fixtures: readonly [string, string, string, Buffer][] = [
  [
    'a ConfigMap',
    'v1.ConfigMap',
    '{"metadata":{"name":"cm","labels":{"10":"ten","a":"b"}},"data":{"__proto__":"p"},"binaryData":{"k":"AQID"}}',
    join(
      field(
        1,
        objectMeta(
          'cm',
          join(
            field(11, join(field(1, '10'), field(2, 'ten'))),
            field(11, join(field(1, 'a'), field(2, 'b'))),
          ),
        ),
      ),
      field(2, join(field(1, '__proto__'), field(2, 'p'))),
      field(3, join(field(1, 'k'), field(2, Buffer.of(1, 2, 3)))),
    ),
  ],
  [
    'a Lease with microseconds',
    'coordination.k8s.io/v1.Lease',
    '{"metadata":{"name":"l"},"spec":{"holderIdentity":"h","leaseDurationSeconds":40,"renewTime":"2024-01-01T00:00:00.000123Z"}}',
    join(
      field(1, objectMeta('l')),
      field(
        2,
        join(field(1, 'h'), number(2, 40), field(4, join(number(1, 1_704_067_200), number(2, 123_000)))),
      ),
    ),
  ],
  [
    'a generation beyond 2^53',
    'v1.ConfigMap',
    '{"metadata":{"name":"g","generation":9007199254740993}}',
    field(1, objectMeta('g', undefined, 9_007_199_254_740_993n)),
  ],
  [
    'a ServicePort with either target',
    'v1.ServiceSpec',
    '{"ports":[{"port":80,"targetPort":"web"},{"port":-1,"targetPort":8080}]}',
    join(
      field(
        1,
        join(
          field(1, ''),
          field(2, ''),
          number(3, 80),
          field(4, join(number(1, 1), number(2, 0), field(3, 'web'))),
          number(5, 0),
        ),
      ),
      field(
        1,
        join(
          field(1, ''),
          field(2, ''),
          number(3, -1),
          field(4, join(number(1, 0), number(2, 8080), field(3, ''))),
          number(5, 0),
        ),
      ),
      field(3, ''),
      field(4, ''),
      field(7, ''),
      field(8, ''),
      field(10, ''),
      field(11, ''),
      number(12, 0),
      number(13, 0),
    ),
  ],
  ['a CRD schema with its unions', 'apiextensions.k8s.io/v1.JSONSchemaPropsOrBool', 'true', number(1, 1)],
];

describe('known objects', () => {
  it.each(fixtures.slice(0, 3))('%s', (_name, type, json, bytes) => {
    const object = decodeTyped(parseJson(json), type, schemas);
    expect(Buffer.from(encodeProtobuf(object, type, schemas)).toString('hex')).toBe(bytes.toString('hex'));
    expect(stringifyJson(decodeProtobuf(bytes, type, schemas))).toBe(json);
  });

  it('reads a service spec as Go writes it', () => {
    const [, type, json, bytes] = fixtures[3]!;
    expect(stringifyJson(decodeProtobuf(bytes, type, schemas))).toBe(json);
    const object = decodeTyped(parseJson(json), type, schemas);
    expect(stringifyJson(decodeProtobuf(encodeProtobuf(object, type, schemas), type, schemas))).toBe(json);
  });

  it('takes inlined types from embedded messages', () => {
    const bytes = join(field(1, 'v'), field(2, field(19, join(field(1, field(1, 'cm'))))));
    expect(stringifyJson(decodeProtobuf(bytes, 'v1.Volume', schemas))).toBe(
      '{"name":"v","configMap":{"name":"cm"}}',
    );
  });

  it('reads map values that are lists, and raw JSON', () => {
    const user = join(
      field(1, 'u'),
      field(4, join(field(1, 'k'), field(2, join(field(1, 'a'), field(1, 'b'))))),
    );
    expect(stringifyJson(decodeProtobuf(user, 'authentication.k8s.io/v1.UserInfo', schemas))).toBe(
      '{"username":"u","extra":{"k":["a","b"]}}',
    );
    const revision = join(field(2, field(1, '{"b":[9007199254740993]}')), number(3, 7));
    expect(stringifyJson(decodeProtobuf(revision, 'apps/v1.ControllerRevision', schemas))).toBe(
      '{"metadata":{},"data":{"b":[9007199254740993]},"revision":7}',
    );
  });

  it('reads packed and unpacked lists of numbers, and skips what it does not know', () => {
    const type = 'v1.PodSecurityContext';
    const unknown = join(number(900, 1), field(901, 'x'), Buffer.from([(15 << 3) | 5, 1, 2, 3, 4]));
    expect(stringifyJson(decodeProtobuf(join(number(4, 1), unknown, number(4, 2)), type, schemas))).toBe(
      '{"supplementalGroups":[1,2]}',
    );
    expect(stringifyJson(decodeProtobuf(field(4, join(varint(1), varint(-2))), type, schemas))).toBe(
      '{"supplementalGroups":[1,-2]}',
    );
  });

  it('puts kind and apiVersion where JSON has them', () => {
    const decoded = decodeProtobuf(Buffer.alloc(0), 'v1.ConfigMap', schemas, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
    });
    expect(stringifyJson(decoded)).toBe('{"kind":"ConfigMap","apiVersion":"v1","metadata":{}}');
  });
});

describe('the envelope', () => {
  it('is magic, type and message', () => {
    const bytes = Buffer.from(encodeProtobufEnvelope('v1', 'Pod', Buffer.from('raw')));
    expect(bytes.toString('hex')).toBe(
      join(
        Buffer.from('k8s\0'),
        field(1, join(field(1, 'v1'), field(2, 'Pod'))),
        field(2, 'raw'),
        field(3, ''),
        field(4, ''),
      ).toString('hex'),
    );
    expect(decodeProtobufEnvelope(bytes)).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
      contentType: '',
      contentEncoding: '',
    });
    expect(Buffer.from(decodeProtobufEnvelope(bytes).raw).toString()).toBe('raw');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['JSON', Buffer.from('{"kind":"Pod"}')],
    ['half a prefix', Buffer.from('k8s')],
    ['a length beyond the end', Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 0xff, 0xff, 0xff, 0xff, 0x07])],
    ['an encoding', join(Buffer.from('k8s\0'), field(3, 'gzip'))],
  ])('is refused when it is %s', (_name, bytes) => {
    expect(() => decodeProtobufEnvelope(bytes)).toThrow(ProtobufDecodeError);
  });

  it('of a watch event is a length and a bare event', () => {
    const frame = Buffer.from(encodeProtobufWatchFrame('ADDED', Buffer.from('k8s\0x')));
    expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
    expect(frame.subarray(4).toString('hex')).toBe(
      join(field(1, 'ADDED'), field(2, field(1, 'k8s\0x'))).toString('hex'),
    );
  });
});

describe('a damaged message', () => {
  it.each([
    ['a length beyond the end', Buffer.from([0x0a, 0x7f])],
    ['a huge length', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a group', Buffer.from([(30 << 3) | (3 & 0x7f)])],
    ['the tag 0', Buffer.from([0x00])],
    ['another wire type', number(1, 5)],
    ['an endless varint', Buffer.alloc(20, 0xff)],
  ])('with %s is refused', (_name, bytes) => {
    expect(() => decodeProtobuf(bytes, 'v1.ConfigMap', schemas)).toThrow(ProtobufDecodeError);
  });

  it('with a broken quantity, time or raw value is refused', () => {
    const quota = field(2, field(1, join(field(1, 'cpu'), field(2, field(1, 'x')))));
    expect(() => decodeProtobuf(quota, 'v1.ResourceQuota', schemas)).toThrow(/quantities must match/);
    const time = field(1, field(8, number(1, 10n ** 18n)));
    expect(() => decodeProtobuf(time, 'v1.ConfigMap', schemas)).toThrow(/time out of range/);
    const raw = field(2, field(1, '{'));
    expect(() => decodeProtobuf(raw, 'apps/v1.ControllerRevision', schemas)).toThrow(
      /unexpected end of JSON input/,
    );
  });

  it('that nests without end is refused', () => {
    let schema: Buffer = Buffer.alloc(0);
    for (let level = 0; level < 2000; level += 1) schema = field(28, schema);
    expect(() => decodeProtobuf(schema, 'apiextensions.k8s.io/v1.JSONSchemaProps', schemas)).toThrow(
      /max depth/,
    );
  });

  it('never does more than be refused', () => {
    const pod = encodeProtobuf(
      decodeTyped(
        parseJson(
          '{"metadata":{"name":"p","labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}],"volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Gi"}}]}}',
        ),
        'v1.Pod',
        schemas,
      ),
      'v1.Pod',
      schemas,
    );
    fc.assert(
      fc.property(fc.nat(pod.length - 1), fc.nat(255), fc.nat(pod.length), (at, byte, length) => {
        const damaged = Buffer.from(pod.subarray(0, length));
        if (at < length) damaged[at] = byte;
        try {
          decodeProtobuf(damaged, 'v1.Pod', schemas);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufDecodeError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
