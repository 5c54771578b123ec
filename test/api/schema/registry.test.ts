/** The built-in types: every one can be read, and what they say of each other holds. */
import { describe, expect, it } from 'vitest';
import { builtInSchemas, createSchemaRegistry, UnknownTypeError } from '../../../api/schema/registry.js';
import type { FieldType } from '../../../api/schema.js';

const schemas = builtInSchemas();
const allTypes = schemas
  .groupVersions()
  .flatMap((scope) => schemas.typeNames(scope).map((name) => `${scope}.${name}`));

function referred(type: FieldType): string[] {
  if (type.kind === 'ref') return [type.type];
  if (type.kind === 'list') return referred(type.element);
  return type.kind === 'map' ? referred(type.value) : [];
}

describe('the built-in types', () => {
  it('are all there', () => {
    expect(allTypes.length).toBeGreaterThan(630);
    for (const type of [
      'v1.Pod',
      'apps/v1.Deployment',
      'meta/v1.Status',
      'meta/v1.WatchEvent',
      'meta/v1.Table',
      'autoscaling/v2.HorizontalPodAutoscalerList',
      'apiextensions.k8s.io/v1.CustomResourceDefinition',
      'rbac.authorization.k8s.io/v1.ClusterRole',
      'resource.k8s.io/v1.ResourceClaim',
    ]) {
      expect(schemas.hasType(type)).toBe(true);
    }
  });

  it('refer only to types that exist', () => {
    for (const type of allTypes) {
      for (const field of schemas.flatType(type).fields) {
        for (const target of referred(field.type))
          expect(schemas.hasType(target), `${type}.${field.name}`).toBe(true);
      }
    }
  });

  it('give no protobuf number twice and no name twice', () => {
    for (const type of allTypes) {
      const { message, messageByNumber, fields, indexByName } = schemas.flatType(type);
      expect(messageByNumber.size, type).toBe(message.length);
      expect(indexByName.size, type).toBe(fields.length);
    }
  });

  it('name merge keys that their elements have', () => {
    for (const type of allTypes) {
      for (const field of schemas.flatType(type).fields) {
        const keys = [
          ...field.listMapKeys,
          ...(field.patchMergeKey === undefined ? [] : [field.patchMergeKey]),
        ];
        if (keys.length === 0) continue;
        if (field.type.kind !== 'list' || field.type.element.kind !== 'ref')
          throw new Error(`${type}.${field.name}`);
        const element = schemas.getType(field.type.element.type);
        for (const key of keys) expect(element.byName.has(key), `${type}.${field.name}: ${key}`).toBe(true);
      }
    }
  });

  it('know what patches need', () => {
    const containers = schemas.getType('v1.PodSpec').byName.get('containers')!;
    expect(containers).toMatchObject({
      protobufNumber: 2,
      patchStrategies: ['merge'],
      patchMergeKey: 'name',
      listType: 'map',
      listMapKeys: ['name'],
      required: true,
      alwaysWritten: true,
      pointer: false,
    });
    expect(schemas.getType('v1.PodSpec').byName.get('volumes')!.patchStrategies).toEqual([
      'merge',
      'retainKeys',
    ]);
    expect(schemas.getType('meta/v1.LabelSelector').mapType).toBe('atomic');
    expect(schemas.getType('v1.ContainerPort').byName.get('protocol')).toMatchObject({
      default: 'TCP',
      type: { kind: 'enum', values: ['TCP', 'UDP', 'SCTP'], name: 'v1.Protocol' },
    });
  });

  it('hold inlined fields in their place', () => {
    const volume = schemas.getType('v1.Volume');
    expect(volume.fields.map((field) => ('inline' in field ? field.inline : field.name))).toEqual([
      'name',
      'v1.VolumeSource',
    ]);
    expect(volume.byName.has('configMap')).toBe(true);
    expect([...schemas.getType('v1.Pod').byName.keys()]).toEqual([
      'kind',
      'apiVersion',
      'metadata',
      'spec',
      'status',
    ]);
  });
});

describe('an unknown type', () => {
  it.each(['v1.Nope', 'nope/v1.Pod', 'Pod', ''])('%j is an error', (name) => {
    expect(schemas.hasType(name)).toBe(false);
    expect(() => schemas.getType(name)).toThrow(UnknownTypeError);
  });
});

describe('the grammar', () => {
  it('reads every form of a line', () => {
    const registry = createSchemaRegistry(
      new Map([
        [
          'g/v1',
          'enum Colour "red" "dark blue"\ntype Inner atomic\n  1 a string\ntype Outer\n  7 ... .Inner\n  - free!+ *[]map:.Colour list=atomic default="x y"\nunion Either bool',
        ],
      ]),
    );
    const outer = registry.flatType('g/v1.Outer');
    expect(outer.fields.map((field) => field.name)).toEqual(['a', 'free']);
    expect(outer.fields[1]).toMatchObject({
      protobufNumber: undefined,
      alwaysWritten: true,
      required: true,
      pointer: true,
      listType: 'atomic',
      default: 'x y',
      type: { kind: 'list', element: { kind: 'map', value: { kind: 'enum', values: ['red', 'dark blue'] } } },
    });
    expect(outer.messageByNumber.get(7)).toMatchObject({ kind: 'embedded', offset: 0, type: 'g/v1.Inner' });
    expect(registry.getType('g/v1.Either').union).toBe('bool');
  });

  it('refuses a line that it does not know', () => {
    const registry = createSchemaRegistry(new Map([['g/v1', 'type Broken\n  1 lonely']]));
    expect(() => registry.getType('g/v1.Broken')).toThrow(/cannot read/);
  });
});
