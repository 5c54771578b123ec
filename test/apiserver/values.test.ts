import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  builtInSchemas,
  cloneValue,
  decodeProtobuf,
  decodeProtobufEnvelope,
  encodeJson,
  encodeProtobuf,
  encodeProtobufEnvelope,
  equalValues,
  getPath,
  isObject,
  type JsonObject,
  type JsonValue,
  newObject,
  parseYaml,
  stringAt,
  stringifyYaml,
} from '../../api/index.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const schemas = builtInSchemas();
const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const protobufType = 'application/vnd.kubernetes.protobuf';

const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '10',
  '9',
  '010',
  '-1',
  'hasOwnProperty',
  'Z',
  'a.b',
];
const dataArbitrary = fc
  .array(fc.tuple(fc.constantFrom(...hostileKeys), fc.string({ unit: 'grapheme', maxLength: 12 })), {
    maxLength: 11,
  })
  .map((entries) => {
    const data = newObject();
    for (const [key, value] of entries) data[key] = value;
    return data;
  });

let count = 0;
function configMap(data: JsonObject): JsonObject {
  count += 1;
  const metadata = newObject();
  metadata['name'] = `v${count}`;
  metadata['annotations'] = cloneValue(data);
  for (const key of Object.keys(metadata['annotations'] as JsonObject)) {
    // Annotation keys must be qualified names; only some of the hostile ones are.
    if (!/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(key))
      delete (metadata['annotations'] as JsonObject)[key];
  }
  const object = newObject();
  object['kind'] = 'ConfigMap';
  object['apiVersion'] = 'v1';
  object['metadata'] = metadata;
  object['data'] = data;
  return object;
}

type Media = 'json' | 'yaml' | 'protobuf';

function encode(object: JsonObject, type: string, media: Media): { body: Uint8Array; contentType: string } {
  switch (media) {
    case 'json':
      return { body: encodeJson(object), contentType: 'application/json' };
    case 'yaml':
      return { body: Buffer.from(stringifyYaml(object)), contentType: 'application/yaml' };
    default: {
      const raw = encodeProtobuf(object, type, schemas);
      return {
        body: encodeProtobufEnvelope(stringAt(object, 'apiVersion'), stringAt(object, 'kind'), raw),
        contentType: protobufType,
      };
    }
  }
}

async function readAs(path: string, type: string, media: Media): Promise<JsonObject> {
  const accept = media === 'json' ? 'application/json' : media === 'yaml' ? 'application/yaml' : protobufType;
  const answer = await server.http2(path, { headers: { accept } });
  expect(answer.status).toBe(200);
  if (media === 'json') return answer.json();
  if (media === 'protobuf') return decodeProtobuf(decodeProtobufEnvelope(answer.bytes).raw, type, schemas);
  const document = parseYaml(answer.bytes).documents[0];
  if (!isObject(document)) throw new Error('no YAML object');
  return document;
}

function expectSame(actual: JsonValue | undefined, wanted: JsonValue | undefined): void {
  if (!equalValues(actual, wanted)) expect(actual).toEqual(wanted);
}

describe('values survive as sent', () => {
  it('through every decoder, the store, patch, list and watch: hostile map keys', async () => {
    const seed = 20_260_101;
    await fc.assert(
      fc.asyncProperty(
        dataArbitrary,
        fc.constantFrom<Media>('json', 'yaml', 'protobuf'),
        async (data, media) => {
          const object = configMap(data);
          const { body, contentType } = encode(object, 'v1.ConfigMap', media);
          const name = stringAt(object, 'metadata', 'name');
          const wanted = Object.keys(data).length === 0 ? undefined : data;
          const watch = await server.watch(
            `${configMaps}?watch=true&resourceVersion=${server.store.revision()}&fieldSelector=metadata.name%3D${name}`,
          );
          const created = await server.http2(`${configMaps}?fieldValidation=Strict`, {
            method: 'POST',
            headers: { 'content-type': contentType },
            body,
          });
          // A key that the kind forbids (`__proto__` is allowed, it has no bad character) is refused whole.
          expect(created.status).toBe(201);
          expectSame(created.json()['data'], wanted);
          for (const form of ['json', 'yaml', 'protobuf'] as const) {
            expectSame((await readAs(`${configMaps}/${name}`, 'v1.ConfigMap', form))['data'], wanted);
          }
          const patched = await server.call(
            'PATCH',
            `${configMaps}/${name}`,
            '{"data":{"__proto__":"patched","10":"ten"}}',
            'application/strategic-merge-patch+json',
          );
          const expected = cloneValue(data);
          expected['__proto__'] = 'patched';
          expected['10'] = 'ten';
          expectSame(patched.json()['data'], expected);
          const list = await server.call('GET', `${configMaps}?fieldSelector=metadata.name%3D${name}`);
          expectSame((list.json()['items'] as JsonObject[])[0]!['data'], expected);
          expectSame(getPath(await watch.next(), 'object', 'data'), wanted);
          expectSame(getPath(await watch.next(), 'object', 'data'), expected);
          watch.close();
          expect(({} as Record<string, unknown>)['patched']).toBeUndefined();
        },
      ),
      { seed, numRuns: 40, verbose: true },
    );
  });

  it('through every decoder, the store, patch, list and watch: 64-bit integers', async () => {
    const seed = 20_260_102;
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
        fc.constantFrom<Media>('json', 'yaml', 'protobuf'),
        async (seconds, media) => {
          count += 1;
          const name = `i${count}`;
          const pod = Object.assign(newObject(), {
            kind: 'Pod',
            apiVersion: 'v1',
            metadata: Object.assign(newObject(), { name }),
            spec: Object.assign(newObject(), {
              containers: [Object.assign(newObject(), { name: 'c', image: 'i' })],
              securityContext: Object.assign(newObject(), { supplementalGroups: [seconds] }),
              terminationGracePeriodSeconds: seconds,
            }),
          });
          const { body, contentType } = encode(pod, 'v1.Pod', media);
          const created = await server.http2(pods, {
            method: 'POST',
            headers: { 'content-type': contentType },
            body,
          });
          expect(created.status).toBe(201);
          const check = (object: JsonValue | undefined): void =>
            expect(getPath(object, 'spec', 'terminationGracePeriodSeconds')).toBe(seconds);
          check(created.json());
          for (const form of ['json', 'yaml', 'protobuf'] as const)
            check(await readAs(`${pods}/${name}`, 'v1.Pod', form));
          const patch = '{"metadata":{"labels":{"a":"b"}}}';
          for (const kind of ['merge-patch', 'strategic-merge-patch']) {
            check((await server.call('PATCH', `${pods}/${name}`, patch, `application/${kind}+json`)).json());
          }
          const json = '[{"op":"add","path":"/metadata/labels/c","value":"d"}]';
          check((await server.call('PATCH', `${pods}/${name}`, json, 'application/json-patch+json')).json());
          const list = await server.call('GET', `${pods}?fieldSelector=metadata.name%3D${name}`);
          check((list.json()['items'] as JsonObject[])[0]);
          await server.call('DELETE', `${pods}/${name}`);
        },
      ),
      { seed, numRuns: 25, verbose: true },
    );
  });

  it('with map keys written in order', async () => {
    const body =
      '{"metadata":{"name":"ordered"},"data":{"b":"1","10":"1","9":"1","Z":"1","-a":"1","__proto__":"1"}}';
    await server.call('POST', configMaps, body);
    const text = (await server.call('GET', `${configMaps}/ordered`)).text;
    expect(text).toContain('"data":{"-a":"1","10":"1","9":"1","Z":"1","__proto__":"1","b":"1"}');
  });
});
