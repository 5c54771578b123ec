/** Bodies that nobody would send on purpose: never a crash, never a 500, and nothing changes unless it says so. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  builtInSchemas,
  encodeProtobuf,
  encodeProtobufEnvelope,
  type JsonObject,
  parseJson,
  stringifyYaml,
} from '../../api/index.js';
import { startTestServer, type TestServer } from './support/server.js';

/** FUZZ_EFFORT=50 looks fifty times as long. */
const effort = Number(process.env['FUZZ_EFFORT'] ?? '1');

let server: TestServer;
const unexpected: string[] = [];
beforeAll(async () => {
  const logger = {
    with: () => logger,
    debug() {},
    info() {},
    warn() {},
    error(message: string, fields?: object) {
      unexpected.push(`${message} ${JSON.stringify(fields)}`);
    },
  };
  server = await startTestServer({ logger });
  for (const { path, object } of targets) {
    const created = await server.call('POST', path, object);
    expect(`${created.status} ${created.text}`).toMatch(/^201 /);
  }
});
afterAll(() => server.close());

const template = {
  metadata: { labels: { app: 'a' } },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'i',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        resources: { limits: { cpu: '100m', memory: '1Gi' } },
        livenessProbe: { httpGet: { path: '/', port: 80 } },
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      },
    ],
    volumes: [{ name: 'v', configMap: { name: 'x', items: [{ key: 'k', path: 'p' }] } }],
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 3 }],
  },
};

interface Target {
  readonly path: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: object;
}

const targets: readonly Target[] = [
  {
    path: '/api/v1/namespaces/default/configmaps',
    type: 'v1.ConfigMap',
    apiVersion: 'v1',
    kind: 'ConfigMap',
    object: { metadata: { name: 'target', labels: { a: 'b' } }, data: { k: 'v' }, binaryData: { b: 'AAEC' } },
  },
  {
    path: '/apis/apps/v1/namespaces/default/deployments',
    type: 'apps/v1.Deployment',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    object: {
      metadata: { name: 'target', annotations: { a: 'b' } },
      spec: { replicas: 2, selector: { matchLabels: { app: 'a' } }, template },
    },
  },
  {
    path: '/api/v1/namespaces/default/pods',
    type: 'v1.Pod',
    apiVersion: 'v1',
    kind: 'Pod',
    object: { metadata: { name: 'target' }, spec: template.spec },
  },
  {
    path: '/api/v1/namespaces/default/services',
    type: 'v1.Service',
    apiVersion: 'v1',
    kind: 'Service',
    object: {
      metadata: { name: 'target' },
      spec: { selector: { app: 'a' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
  },
  {
    path: '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
    type: 'autoscaling/v1.HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    object: {
      metadata: { name: 'target' },
      spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } },
    },
  },
  {
    path: '/apis/events.k8s.io/v1/namespaces/default/events',
    type: 'events.k8s.io/v1.Event',
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    object: {
      metadata: { name: 'target' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'a/b',
      reportingInstance: 'i',
      action: 'Act',
      reason: 'R',
      type: 'Normal',
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
    },
  },
  {
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    type: 'apiextensions.k8s.io/v1.CustomResourceDefinition',
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    object: {
      metadata: { name: 'foos.example.com' },
      spec: {
        group: 'example.com',
        names: { kind: 'Foo', plural: 'foos' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', default: {} } } },
            },
          },
        ],
      },
    },
  },
];

function encodings({ object, type, apiVersion, kind }: Target): readonly (readonly [string, Buffer])[] {
  const text = JSON.stringify({ apiVersion, kind, ...object });
  const value = parseJson(text) as JsonObject;
  const raw = encodeProtobuf(value, type, builtInSchemas());
  return [
    ['application/json', Buffer.from(text)],
    ['application/yaml', Buffer.from(stringifyYaml(value))],
    ['application/vnd.kubernetes.protobuf', Buffer.from(encodeProtobufEnvelope(apiVersion, kind, raw))],
  ];
}

/** Pieces that have hurt decoders before. */
const splices = [
  '{}',
  '[]',
  'null',
  '0',
  '-1',
  '1e999',
  '9223372036854775808',
  '""',
  '"\\ud800"',
  '{"__proto__":{"a":1}}',
  '"__proto__":1,',
  '[[[[[[[[',
  '\u0000',
  '*a',
  '&a [*a, *a]',
  '<<: ',
  '!!js/function x',
  '$patch: replace',
  '"$patch":"delete",',
  '"$setElementOrder/containers":[1],',
  '"$retainKeys":["x"],',
  '"$deleteFromPrimitiveList/finalizers":[{}],',
];

interface Mutation {
  readonly at: number;
  readonly kind: 'flip' | 'cut' | 'splice' | 'repeat';
  readonly amount: number;
}

const mutations = fc.array(
  fc.record<Mutation>({
    at: fc.nat(5000),
    kind: fc.constantFrom('flip', 'cut', 'splice', 'repeat'),
    amount: fc.nat(255),
  }),
  { minLength: 1, maxLength: 4 },
);

function mutate(bytes: Buffer, list: readonly Mutation[]): Buffer {
  let result = Buffer.from(bytes);
  for (const { at: place, kind, amount } of list) {
    const at = result.length === 0 ? 0 : place % result.length;
    const head = result.subarray(0, at);
    if (kind === 'flip' && result.length > 0) result[at] = amount;
    else if (kind === 'cut') result = Buffer.concat([head, result.subarray(at + (amount % 40))]);
    else if (kind === 'splice')
      result = Buffer.concat([head, Buffer.from(splices[amount % splices.length]!), result.subarray(at)]);
    else if (kind === 'repeat')
      result = Buffer.concat([head, result.subarray(at, at + amount), result.subarray(at)]);
  }
  return result;
}

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const jsonPatch = Buffer.from(
  JSON.stringify([
    { op: 'add', path: '/metadata/labels/x', value: 'y' },
    { op: 'replace', path: '/spec', value: {} },
    { op: 'move', from: '/metadata/annotations', path: '/data' },
    { op: 'test', path: '/kind', value: 'Pod' },
  ]),
);

async function send(method: string, path: string, contentType: string, body: Buffer): Promise<number> {
  const before = server.store.revision();
  const answer = await server.http2(path, { method, body, headers: { 'content-type': contentType } });
  // The one 500 of the contract's own: a resourceVersion on an object to be created.
  const allowed = answer.status < 500 || answer.text.includes('resourceVersion should not be set');
  if (!allowed)
    throw new Error(
      `${method} ${path} ${contentType}: ${answer.status} ${answer.text}\n${body.toString('latin1')}`,
    );
  if (answer.status >= 400) {
    // Some kinds have no status subresource: that path is none.
    if (answer.text !== '404 page not found\n')
      expect(answer.json()).toMatchObject({ kind: 'Status', status: 'Failure', code: answer.status });
    if (server.store.revision() !== before) throw new Error(`a refused ${method} ${path} changed the store`);
  }
  expect(unexpected).toEqual([]);
  return answer.status;
}

const anyTarget = fc.constantFrom(...targets);
const nameOf = (target: Target): string => (target.object as { metadata: { name: string } }).metadata.name;

describe('a hostile body', () => {
  it('of random bytes is refused by every endpoint and media type', async () => {
    const types = [
      'application/json',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      ...patchTypes,
    ];
    await fc.assert(
      fc.asyncProperty(
        anyTarget,
        fc.constantFrom(...types),
        fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.boolean(),
        async (target, type, method, bytes, prefixed) => {
          const body = Buffer.concat([Buffer.from(prefixed ? 'k8s\0' : ''), bytes]);
          const path = method === 'POST' ? target.path : `${target.path}/${nameOf(target)}?dryRun=All`;
          await send(method, path, type, body);
        },
      ),
      { numRuns: 300 * effort },
    );
  });

  it('that was a good one before it was damaged is stored or refused, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTarget,
        fc.nat(2),
        mutations,
        fc.constantFrom('POST', 'PUT', 'DELETE', 'PUT status'),
        async (target, encoding, list, how) => {
          const [type, bytes] = encodings(target)[encoding]!;
          const [method = '', sub] = how.split(' ');
          const path =
            method === 'POST'
              ? target.path
              : `${target.path}/${nameOf(target)}${sub === undefined ? '' : `/${sub}`}`;
          await send(method, `${path}?dryRun=All`, type, mutate(bytes, list));
        },
      ),
      { numRuns: 600 * effort },
    );
  });

  it('of a patch is applied or refused, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(anyTarget, fc.nat(2), mutations, async (target, kind, list) => {
        const bytes = kind === 0 ? jsonPatch : encodings(target)[0]![1];
        await send(
          'PATCH',
          `${target.path}/${nameOf(target)}?dryRun=All`,
          patchTypes[kind]!,
          mutate(bytes, list),
        );
      }),
      { numRuns: 600 * effort },
    );
  });

  it('of any JSON value in any place of a patch is applied or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTarget,
        fc.constantFrom('metadata', 'spec', 'status', 'data', 'kind'),
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('merge', 'strategic', 'json'),
        async (target, place, value, kind) => {
          const body = kind === 'json' ? [{ op: 'add', path: `/${place}`, value }] : { [place]: value };
          const type = patchTypes[kind === 'json' ? 0 : kind === 'merge' ? 1 : 2]!;
          const path = `${target.path}/${nameOf(target)}?dryRun=All`;
          await send('PATCH', path, type, Buffer.from(JSON.stringify(body)));
        },
      ),
      { numRuns: 500 * effort },
    );
  });
});

describe('a hostile query or path', () => {
  it('gets an answer of its own and no 500', async () => {
    const keys = ['labelSelector', 'fieldSelector', 'continue', 'resourceVersion', 'limit', 'timeoutSeconds'];
    const others = ['resourceVersionMatch', 'sendInitialEvents', 'includeObject', 'pretty', 'timeout', 'x'];
    await fc.assert(
      fc.asyncProperty(
        anyTarget,
        fc.array(
          fc.tuple(fc.constantFrom(...keys, ...others), fc.string({ unit: 'binary', maxLength: 30 })),
          {
            maxLength: 3,
          },
        ),
        fc.string({ maxLength: 20 }),
        async (target, parameters, name) => {
          const query = parameters
            .map(([key, value]) => `${key}=${encodeURIComponent(Buffer.from(value).toString('utf8'))}`)
            .join('&');
          const [plain, one] = [target.path, `${target.path}/${encodeURIComponent(name)}`];
          for (const path of [`${plain}?${query}`, `${one}?${query}`]) {
            // A revision from the future is waited for: that is a test of its own.
            if (/resourceVersion=\d/.test(path)) continue;
            expect((await server.http2(path)).status).toBeLessThan(500);
          }
          expect(unexpected).toEqual([]);
        },
      ),
      { numRuns: 300 * effort },
    );
  });
});

describe('nesting', () => {
  const deep = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
  const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const withDefault = (json: string): string =>
    JSON.stringify({
      metadata: { name: 'deeps.example.com' },
      spec: {
        group: 'example.com',
        names: { kind: 'Deep', plural: 'deeps' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', default: 'X' } },
          },
        ],
      },
    }).replace('"X"', json);

  it('beyond all bounds is 400 in every media type', async () => {
    const codes: number[] = [];
    for (const levels of [1100, 100_000]) {
      const bodies: readonly (readonly [string, string])[] = [
        ['application/json', withDefault(deep(levels))],
        ['application/json', '['.repeat(levels)],
        ['application/yaml', '['.repeat(levels)],
        ['application/yaml', '- '.repeat(levels)],
      ];
      for (const [type, body] of bodies) codes.push(await send('POST', crd, type, Buffer.from(body)));
      const one = `${crd}/foos.example.com`;
      for (const type of patchTypes) codes.push(await send('PATCH', one, type, Buffer.from(deep(levels))));
      codes.push(await send('DELETE', one, 'application/json', Buffer.from(deep(levels))));
    }
    expect(codes).toEqual(codes.map(() => 400));
  });

  it('is never stored deeper than it can be read again, whatever patch makes it so', async () => {
    expect((await server.call('POST', crd, withDefault(deep(800)))).status).toBe(201);
    const place = `/spec/versions/0/schema/openAPIV3Schema/default${'/a'.repeat(799)}`;
    const patch = `[{"op":"replace","path":"${place}","value":${deep(800)}}]`;
    const refused = await server.call('PATCH', `${crd}/deeps.example.com`, patch, patchTypes[0]);
    expect(refused.status).toBe(400);
    expect((await server.call('GET', `${crd}/deeps.example.com`)).status).toBe(200);
    expect((await server.call('GET', `${crd}?labelSelector=a`)).status).toBe(200);
    expect((await server.call('DELETE', `${crd}/deeps.example.com`)).status).toBe(200);
  });
});
