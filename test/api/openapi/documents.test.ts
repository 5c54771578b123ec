/** OpenAPI: documents in which everything that is referred to exists, with what kubectl looks for. */
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import {
  builtInResources,
  builtInSchemas,
  encodeOpenApiV2Protobuf,
  openApiV2Document,
  openApiV3Document,
} from '../../../api/index.js';
import { stringifyJson } from '../../../api/json.js';
import { describedNames, describeField, describeType } from '../../../api/openapi/descriptions.js';
import { definitionName } from '../../../api/openapi/names.js';
import { groupVersion, operationsOf } from '../../../api/openapi/operations.js';
import { getPath, isObject, type JsonObject, type JsonValue } from '../../../api/value.js';

const schemas = builtInSchemas();
const resources = builtInResources();
const groupVersions = [
  ...new Set(
    resources.flatMap((resource) =>
      resource.versions.map((served) => groupVersion(resource.group, served.version)),
    ),
  ),
];

function references(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
}

function operations(paths: JsonObject): [path: string, operation: JsonObject][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item as JsonObject).map(
      (operation) => [path, operation as JsonObject] as [string, JsonObject],
    ),
  );
}

describe.each(groupVersions)('the version 3 document of %s', (version) => {
  const document = openApiV3Document(version, resources, schemas);
  const components = getPath(document, 'components', 'schemas') as JsonObject;
  const paths = document.paths as JsonObject;

  it('refers only to what it holds', () => {
    for (const reference of references(document)) {
      expect(reference).toMatch(/^#\/components\/schemas\//);
      expect(components[reference.slice('#/components/schemas/'.length)], reference).toBeDefined();
    }
  });

  it('has unique operation ids and declares each parameter of a path', () => {
    const ids = operations(paths).map(([, operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, operation] of operations(paths)) {
      const declared = (operation.parameters as JsonObject[])
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name as string);
      expect(declared.sort(), path).toEqual(pathParameters(path));
    }
  });

  it('names the kinds of its resources', () => {
    for (const resource of resources) {
      for (const served of resource.versions) {
        if (groupVersion(resource.group, served.version) !== version) continue;
        expect(getPath(components, definitionName(served.type), 'x-kubernetes-group-version-kind')).toEqual([
          Object.assign(Object.create(null), {
            group: resource.group,
            version: served.version,
            kind: resource.kind,
          }),
        ]);
      }
    }
  });
});

describe('the version 3 document of apps/v1', () => {
  const document = openApiV3Document('apps/v1', resources, schemas);

  it('says of a patch what kubectl asks for', () => {
    const patch = getPath(
      document,
      'paths',
      '/apis/apps/v1/namespaces/{namespace}/deployments/{name}',
      'patch',
    ) as JsonObject;
    expect(patch['x-kubernetes-action']).toBe('patch');
    expect(stringifyJson(patch['x-kubernetes-group-version-kind']!)).toBe(
      '{"group":"apps","version":"v1","kind":"Deployment"}',
    );
    const names = (patch.parameters as JsonObject[]).map((parameter) => parameter.name);
    expect(names).toEqual(
      expect.arrayContaining(['dryRun', 'fieldManager', 'fieldValidation', 'force', 'name', 'namespace']),
    );
    expect(Object.keys(getPath(patch, 'requestBody', 'content') as JsonObject)).toContain(
      'application/strategic-merge-patch+json',
    );
  });

  it('explains and describes fields', () => {
    const spec = getPath(
      document,
      'components',
      'schemas',
      'io.k8s.api.apps.v1.DeploymentSpec',
    ) as JsonObject;
    expect(spec.required).toEqual(['selector', 'template']);
    expect(stringifyJson(getPath(spec, 'properties', 'strategy')!)).toBe(
      '{"description":"RollingUpdate or Recreate, and the bounds of a rolling update.","allOf":[{"$ref":"#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy"}],"x-kubernetes-patch-strategy":"retainKeys"}',
    );
    expect(
      getPath(
        document,
        'components',
        'schemas',
        'io.k8s.api.apps.v1.DeploymentStrategy',
        'properties',
        'type',
        'enum',
      ),
    ).toEqual(['Recreate', 'RollingUpdate']);
    const containers = getPath(
      document,
      'components',
      'schemas',
      'io.k8s.api.core.v1.PodSpec',
      'properties',
      'containers',
    ) as JsonObject;
    expect(containers).toMatchObject({
      type: 'array',
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
  });

  it('has the scale view under its own kind', () => {
    const scale = getPath(
      document,
      'paths',
      '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale',
      'get',
    ) as JsonObject;
    expect(stringifyJson(scale['x-kubernetes-group-version-kind']!)).toBe(
      '{"group":"autoscaling","version":"v1","kind":"Scale"}',
    );
  });

  it('knows the special scalars', () => {
    const special = getPath(document, 'components', 'schemas') as JsonObject;
    expect(getPath(special, 'io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'format')).toBe(
      'int-or-string',
    );
    expect(stringifyJson(getPath(special, 'io.k8s.apimachinery.pkg.api.resource.Quantity', 'oneOf')!)).toBe(
      '[{"type":"string"},{"type":"number"}]',
    );
  });
});

/** The parts of gnostic's openapi.v2 messages that kubectl reads. */
const gnostic = protobuf.parse(
  `
  syntax = "proto3";
  message Document { string swagger = 1; Info info = 2; Paths paths = 8; Definitions definitions = 9; }
  message Info { string title = 1; string version = 2; }
  message Paths { repeated NamedPathItem path = 2; }
  message NamedPathItem { string name = 1; PathItem value = 2; }
  message PathItem { Operation get = 2; Operation put = 3; Operation post = 4; Operation delete = 5; Operation patch = 8; }
  message Operation { string operation_id = 5; repeated ParametersItem parameters = 8; Responses responses = 9; repeated NamedAny vendor_extension = 13; }
  message ParametersItem { Parameter parameter = 1; }
  message Parameter { BodyParameter body_parameter = 1; NonBodyParameter non_body_parameter = 2; }
  message BodyParameter { string name = 2; bool required = 4; Schema schema = 5; }
  message NonBodyParameter { Named query_parameter_sub_schema = 3; Named path_parameter_sub_schema = 4; }
  message Named { bool required = 1; string in = 2; string name = 4; }
  message Responses { repeated NamedResponseValue response_code = 1; }
  message NamedResponseValue { string name = 1; ResponseValue value = 2; }
  message ResponseValue { Response response = 1; }
  message Response { string description = 1; SchemaItem schema = 2; }
  message SchemaItem { Schema schema = 1; }
  message Definitions { repeated NamedSchema additional_properties = 1; }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Schema { string ref = 1; string format = 2; string description = 4; repeated string required = 19; AdditionalPropertiesItem additional_properties = 21; TypeItem type = 22; ItemsItem items = 23; Definitions properties = 25; repeated NamedAny vendor_extension = 31; }
  message AdditionalPropertiesItem { Schema schema = 1; }
  message TypeItem { repeated string value = 1; }
  message ItemsItem { repeated Schema schema = 1; }
  message NamedAny { string name = 1; Any value = 2; }
  message Any { string yaml = 2; }
`,
  { keepCase: true },
).root;

interface SchemaMessage {
  ref?: string;
  type?: { value: string[] };
  items?: { schema: SchemaMessage[] };
  properties?: { additional_properties: { name: string; value: SchemaMessage }[] };
  vendor_extension?: { name: string; value: { yaml: string } }[];
}

describe('the version 2 document', () => {
  const document = openApiV2Document(resources, schemas);

  it('refers only to what it holds', () => {
    const definitions = document.definitions as JsonObject;
    for (const reference of references(document)) {
      expect(definitions[reference.replace('#/definitions/', '')], reference).toBeDefined();
    }
  });

  it('has every operation under an id of its own', () => {
    const ids = operationsOf(resources).map((operation) => operation.operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('says the same in protobuf', () => {
    const message = gnostic.lookupType('Document').decode(encodeOpenApiV2Protobuf(document));
    const decoded = message as unknown as {
      swagger: string;
      info: { title: string };
      paths: {
        path: {
          name: string;
          value: {
            patch?: {
              operation_id: string;
              parameters: {
                parameter: {
                  body_parameter?: { name: string };
                  non_body_parameter?: {
                    query_parameter_sub_schema?: { name: string };
                    path_parameter_sub_schema?: { name: string; required: boolean };
                  };
                };
              }[];
              vendor_extension: { name: string; value: { yaml: string } }[];
            };
          };
        }[];
      };
      definitions: { additional_properties: { name: string; value: SchemaMessage }[] };
    };
    expect(decoded.swagger).toBe('2.0');
    expect(decoded.paths.path.map((item) => item.name).sort()).toEqual(
      Object.keys(document.paths as JsonObject).sort(),
    );
    expect(decoded.definitions.additional_properties.map((item) => item.name).sort()).toEqual(
      Object.keys(document.definitions as JsonObject).sort(),
    );

    const patch = decoded.paths.path.find(
      (item) => item.name === '/api/v1/namespaces/{namespace}/pods/{name}',
    )!.value.patch!;
    expect(patch.operation_id).toBe('patchCoreV1NamespacedPod');
    const parameters = patch.parameters.map((item) => item.parameter);
    expect(parameters[0]!.body_parameter!.name).toBe('body');
    expect(parameters.map((item) => item.non_body_parameter?.query_parameter_sub_schema?.name)).toEqual(
      expect.arrayContaining(['fieldValidation', 'dryRun']),
    );
    expect(parameters.map((item) => item.non_body_parameter?.path_parameter_sub_schema?.name)).toEqual(
      expect.arrayContaining(['name', 'namespace']),
    );
    const kind = patch.vendor_extension.find((item) => item.name === 'x-kubernetes-group-version-kind')!;
    expect(JSON.parse(kind.value.yaml)).toEqual({ group: '', kind: 'Pod', version: 'v1' });

    const podSpec = decoded.definitions.additional_properties.find(
      (item) => item.name === 'io.k8s.api.core.v1.PodSpec',
    )!.value;
    expect(podSpec.type!.value).toEqual(['object']);
    const containers = podSpec.properties!.additional_properties.find(
      (item) => item.name === 'containers',
    )!.value;
    expect(containers.items!.schema[0]!.ref).toBe('#/definitions/io.k8s.api.core.v1.Container');
    expect(
      containers.vendor_extension!.find((item) => item.name === 'x-kubernetes-patch-merge-key')!.value.yaml,
    ).toBe('"name"\n');
  });
});

describe('descriptions', () => {
  it('of a field do not repeat those of its type, which kubectl explain shows below them', () => {
    for (const scope of schemas.groupVersions()) {
      for (const type of schemas.typeNames(scope).map((name) => `${scope}.${name}`)) {
        for (const field of schemas.flatType(type).fields) {
          const inner = field.type.kind === 'list' ? field.type.element : field.type;
          if (inner.kind === 'ref')
            expect(describeField(type, field.name)).not.toBe(describeType(inner.type));
        }
      }
    }
  });

  it('are only of types and fields that exist', () => {
    const { types, fields } = describedNames();
    for (const type of types) expect(schemas.hasType(type), type).toBe(true);
    for (const name of fields) {
      const type = types
        .filter((candidate) => name.startsWith(`${candidate}.`))
        .sort((left, right) => right.length - left.length)[0]!;
      expect(schemas.getType(type).byName.has(name.slice(type.length + 1)), name).toBe(true);
    }
  });
});
