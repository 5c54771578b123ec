/** Typed decoding: the original's checks, words and normal form. */
import { describe, expect, it } from 'vitest';
import { decodeTyped, TypedDecodeError } from '../../../api/codec/typed.js';
import { parseJson, stringifyJson } from '../../../api/json.js';
import { builtInSchemas, UnknownTypeError } from '../../../api/schema/registry.js';

const schemas = builtInSchemas();

function normal(text: string, type: string): string {
  return stringifyJson(decodeTyped(parseJson(text), type, schemas));
}

function complaint(text: string, type: string): string {
  try {
    decodeTyped(parseJson(text), type, schemas);
  } catch (error) {
    if (error instanceof TypedDecodeError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the normal form', () => {
  it('has the order of the schema, sorted maps and nothing empty that the original omits', () => {
    const text =
      '{"spec":{"replicas":0,"template":{"spec":{"containers":[]}},"paused":false,"selector":{"matchLabels":{"b":"2","a":"1","10":"x"}}},"metadata":{"name":"d","labels":{}},"kind":"Deployment","apiVersion":"apps/v1"}';
    expect(normal(text, 'apps/v1.Deployment')).toBe(
      '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"10":"x","a":"1","b":"2"}},"template":{"metadata":{},"spec":{"containers":[]}},"strategy":{}},"status":{}}',
    );
  });

  it('writes null where the original has an unset time, list or raw value', () => {
    expect(normal('{"status":{"conditions":[{"type":"Ready","status":"True"}]}}', 'v1.Pod')).toBe(
      '{"metadata":{},"spec":{"containers":null},"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":null}]}}',
    );
    expect(normal('{}', 'rbac.authorization.k8s.io/v1.ClusterRole')).toBe('{"metadata":{},"rules":null}');
    expect(normal('{"revision":1}', 'apps/v1.ControllerRevision')).toBe(
      '{"metadata":{},"data":null,"revision":1}',
    );
  });

  it('treats null like absence', () => {
    expect(normal('{"metadata":null,"data":null,"immutable":null}', 'v1.ConfigMap')).toBe('{"metadata":{}}');
    expect(normal('{"data":{"a":null}}', 'v1.ConfigMap')).toBe('{"metadata":{},"data":{"a":""}}');
  });

  it('keeps a pointer that is zero', () => {
    expect(normal('{"immutable":false}', 'v1.ConfigMap')).toBe('{"metadata":{},"immutable":false}');
  });

  it('makes times, quantities and base64 canonical', () => {
    expect(
      normal(
        '{"metadata":{"creationTimestamp":"2024-01-01T02:00:00.9+02:00"},"data":{"a":"aGk\\n="}}',
        'v1.Secret',
      ),
    ).toBe('{"metadata":{"creationTimestamp":"2024-01-01T00:00:00Z"},"data":{"a":"aGk="}}');
    expect(normal('{"spec":{"hard":{"cpu":"1000m","memory":"1024Mi","pods":10}}}', 'v1.ResourceQuota')).toBe(
      '{"metadata":{},"spec":{"hard":{"cpu":"1","memory":"1Gi","pods":"10"}},"status":{}}',
    );
    expect(
      normal('{"spec":{"renewTime":"2024-01-01T00:00:00.123456789Z"}}', 'coordination.k8s.io/v1.Lease'),
    ).toBe('{"metadata":{},"spec":{"renewTime":"2024-01-01T00:00:00.123456Z"}}');
  });

  it('keeps int-or-string as it came and 64-bit integers exact', () => {
    expect(normal('{"spec":{"ports":[{"port":80,"targetPort":"http"},{"port":81}]}}', 'v1.Service')).toBe(
      '{"metadata":{},"spec":{"ports":[{"port":80,"targetPort":"http"},{"port":81,"targetPort":0}]},"status":{"loadBalancer":{}}}',
    );
    expect(normal('{"metadata":{"generation":9223372036854775807}}', 'v1.ConfigMap')).toBe(
      '{"metadata":{"generation":9223372036854775807}}',
    );
  });

  it('reads JSON schemas and what may stand in their place', () => {
    const schema =
      '{"type":"object","additionalProperties":false,"items":[{"type":"string"}],"properties":{"b":{"additionalProperties":{"type":"string"}},"a":{"default":{"z":1,"y":[]},"enum":["x",null,1]}}}';
    expect(normal(schema, 'apiextensions.k8s.io/v1.JSONSchemaProps')).toBe(
      '{"type":"object","items":[{"type":"string"}],"properties":{"a":{"default":{"z":1,"y":[]},"enum":["x",null,1]},"b":{"additionalProperties":{"type":"string"}}},"additionalProperties":false}',
    );
    expect(complaint('{"additionalProperties":1}', 'apiextensions.k8s.io/v1.JSONSchemaProps')).toBe(
      'boolean or JSON schema expected',
    );
  });
});

describe('a value that does not fit', () => {
  it.each([
    [
      'apps/v1.Deployment',
      '{"spec":{"replicas":"3"}}',
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'apps/v1.Deployment',
      '{"spec":{"replicas":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'apps/v1.Deployment',
      '{"spec":{"replicas":2147483648}}',
      'json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'v1.ConfigMap',
      '{"metadata":{"generation":9223372036854775808}}',
      'json: cannot unmarshal number 9223372036854775808 into Go struct field ObjectMeta.metadata.generation of type int64',
    ],
    [
      'v1.Pod',
      '{"spec":{"containers":[{"ports":[{"containerPort":"x"}]}]}}',
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      'v1.Pod',
      '{"spec":{"containers":{}}}',
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      'v1.Pod',
      '{"spec":[]}',
      'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec',
    ],
    [
      'v1.Pod',
      '{"spec":{"hostNetwork":"yes"}}',
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
    [
      'v1.Pod',
      '{"spec":{"restartPolicy":1}}',
      'json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    [
      'v1.ConfigMap',
      '{"data":{"a":1}}',
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      'v1.ConfigMap',
      '{"data":"x"}',
      'json: cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string',
    ],
    [
      'v1.ConfigMap',
      '{"metadata":{"creationTimestamp":"yesterday"}}',
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    ['v1.Secret', '{"data":{"a":"a!b="}}', 'illegal base64 data at input byte 1'],
    ['v1.Secret', '{"data":{"a":"abc"}}', 'illegal base64 data at input byte 0'],
    [
      'v1.ResourceQuota',
      '{"spec":{"hard":{"cpu":"x"}}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    ['v1.Pod', '[]', 'json: cannot unmarshal array into Go value of type v1.Pod'],
    ['apps/v1.Deployment', '"x"', 'json: cannot unmarshal string into Go value of type v1.Deployment'],
  ])('%s %s', (type, text, message) => {
    expect(complaint(text, type)).toBe(message);
  });

  it('names its path', () => {
    expect(() =>
      decodeTyped(parseJson('{"spec":{"containers":[{},{"name":1}]}}'), 'v1.Pod', schemas),
    ).toThrow(expect.objectContaining({ path: 'spec.containers[1].name' }));
  });

  it('is no crash when the type is unknown', () => {
    expect(() => decodeTyped(parseJson('{}'), 'v1.Nope', schemas)).toThrow(UnknownTypeError);
  });
});

describe('unknown fields', () => {
  it('are reported in document order, by path, and dropped; names are case-sensitive', () => {
    const found: string[] = [];
    const text =
      '{"zed":1,"spec":{"Replicas":1,"template":{"spec":{"containers":[{"name":"a","foo":{"bar":1}}]}},"x":2},"metadata":{"labels":{"any":"thing"},"toString":1}}';
    const value = decodeTyped(parseJson(text), 'apps/v1.Deployment', schemas, {
      onUnknownField: (path) => found.push(path),
    });
    expect(found).toEqual([
      'zed',
      'spec.Replicas',
      'spec.template.spec.containers[0].foo',
      'spec.x',
      'metadata.toString',
    ]);
    expect(stringifyJson(value)).not.toMatch(/foo|zed|toString|Replicas/);
  });

  it('are allowed where anything may stand', () => {
    const found: string[] = [];
    const value = decodeTyped(
      parseJson('{"data":{"anything":{"__proto__":[1]}},"revision":1}'),
      'apps/v1.ControllerRevision',
      schemas,
      { onUnknownField: (path) => found.push(path) },
    );
    expect(found).toEqual([]);
    expect(stringifyJson(value)).toBe('{"metadata":{},"data":{"anything":{"__proto__":[1]}},"revision":1}');
  });
});
