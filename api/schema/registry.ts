/**
 * The built-in types by name. A module of ./data is split when one of its types is first asked for, and a type's
 * fields are read when that type is: a member that serves only pods and leases never reads the rest.
 */
import type { FieldSchema, InlineField, TypeSchema } from '../schema.js';
import { admissionK8sIoV1 } from './data/admission-k8s-io-v1.js';
import { admissionregistrationK8sIoV1 } from './data/admissionregistration-k8s-io-v1.js';
import { apidiscoveryK8sIoV2 } from './data/apidiscovery-k8s-io-v2.js';
import { apiextensionsK8sIoV1 } from './data/apiextensions-k8s-io-v1.js';
import { apiregistrationK8sIoV1 } from './data/apiregistration-k8s-io-v1.js';
import { appsV1 } from './data/apps-v1.js';
import { authenticationK8sIoV1 } from './data/authentication-k8s-io-v1.js';
import { authorizationK8sIoV1 } from './data/authorization-k8s-io-v1.js';
import { autoscalingV1 } from './data/autoscaling-v1.js';
import { autoscalingV2 } from './data/autoscaling-v2.js';
import { batchV1 } from './data/batch-v1.js';
import { certificatesK8sIoV1 } from './data/certificates-k8s-io-v1.js';
import { coordinationK8sIoV1 } from './data/coordination-k8s-io-v1.js';
import { discoveryK8sIoV1 } from './data/discovery-k8s-io-v1.js';
import { eventsK8sIoV1 } from './data/events-k8s-io-v1.js';
import { flowcontrolApiserverK8sIoV1 } from './data/flowcontrol-apiserver-k8s-io-v1.js';
import { metaV1 } from './data/meta-v1.js';
import { networkingK8sIoV1 } from './data/networking-k8s-io-v1.js';
import { nodeK8sIoV1 } from './data/node-k8s-io-v1.js';
import { policyV1 } from './data/policy-v1.js';
import { rbacAuthorizationK8sIoV1 } from './data/rbac-authorization-k8s-io-v1.js';
import { resourceK8sIoV1 } from './data/resource-k8s-io-v1.js';
import { schedulingK8sIoV1 } from './data/scheduling-k8s-io-v1.js';
import { storageK8sIoV1 } from './data/storage-k8s-io-v1.js';
import { v1 } from './data/v1.js';
import { type ParsedGroup, parseField, parseGroup } from './grammar.js';

export interface SchemaRegistry {
  /** Throws when there is no such type. */
  getType(name: string): TypeSchema;
  hasType(name: string): boolean;
  /** `GROUP/VERSION` → the names of its types, sorted. */
  typeNames(groupVersion: string): readonly string[];
  /** All `GROUP/VERSION`s. */
  groupVersions(): readonly string[];
  /**
   * The fields of a type in the order in which JSON has them, inlined types' fields in their place, and an index
   * into that list by name. What the codecs walk.
   */
  flatType(name: string): FlatType;
}

export interface FlatType {
  readonly schema: TypeSchema;
  readonly fields: readonly FieldSchema[];
  readonly indexByName: ReadonlyMap<string, number>;
  /** What the protobuf message has, by ascending number. */
  readonly message: readonly MessageMember[];
  readonly messageByNumber: ReadonlyMap<number, MessageMember>;
}

/** A member of a protobuf message: a field of this type, or an inlined type as an embedded message. */
export type MessageMember =
  | { readonly kind: 'field'; readonly number: number; readonly index: number; readonly field: FieldSchema }
  /** Its fields stand in `fields` from `offset` on. */
  | { readonly kind: 'embedded'; readonly number: number; readonly offset: number; readonly type: string };

export class UnknownTypeError extends Error {
  readonly typeName: string;

  constructor(typeName: string) {
    super(`no schema for type ${JSON.stringify(typeName)}`);
    this.name = 'UnknownTypeError';
    this.typeName = typeName;
  }
}

export function isInline(field: FieldSchema | InlineField): field is InlineField {
  return 'inline' in field;
}

const sources: ReadonlyMap<string, string> = new Map([
  ['admission.k8s.io/v1', admissionK8sIoV1],
  ['admissionregistration.k8s.io/v1', admissionregistrationK8sIoV1],
  ['apidiscovery.k8s.io/v2', apidiscoveryK8sIoV2],
  ['apiextensions.k8s.io/v1', apiextensionsK8sIoV1],
  ['apiregistration.k8s.io/v1', apiregistrationK8sIoV1],
  ['apps/v1', appsV1],
  ['authentication.k8s.io/v1', authenticationK8sIoV1],
  ['authorization.k8s.io/v1', authorizationK8sIoV1],
  ['autoscaling/v1', autoscalingV1],
  ['autoscaling/v2', autoscalingV2],
  ['batch/v1', batchV1],
  ['certificates.k8s.io/v1', certificatesK8sIoV1],
  ['coordination.k8s.io/v1', coordinationK8sIoV1],
  ['discovery.k8s.io/v1', discoveryK8sIoV1],
  ['events.k8s.io/v1', eventsK8sIoV1],
  ['flowcontrol.apiserver.k8s.io/v1', flowcontrolApiserverK8sIoV1],
  ['meta/v1', metaV1],
  ['networking.k8s.io/v1', networkingK8sIoV1],
  ['node.k8s.io/v1', nodeK8sIoV1],
  ['policy/v1', policyV1],
  ['rbac.authorization.k8s.io/v1', rbacAuthorizationK8sIoV1],
  ['resource.k8s.io/v1', resourceK8sIoV1],
  ['scheduling.k8s.io/v1', schedulingK8sIoV1],
  ['storage.k8s.io/v1', storageK8sIoV1],
  ['v1', v1],
]);

/** A registry over modules of ./data's grammar, by `GROUP/VERSION`. */
export function createSchemaRegistry(texts: ReadonlyMap<string, string>): SchemaRegistry {
  const groups = new Map<string, ParsedGroup | undefined>();
  const flatTypes = new Map<string, FlatType>();

  function group(groupVersion: string): ParsedGroup | undefined {
    if (!groups.has(groupVersion)) {
      const text = texts.get(groupVersion);
      groups.set(groupVersion, text === undefined ? undefined : parseGroup(text));
    }
    return groups.get(groupVersion);
  }

  function split(name: string): readonly [scope: string, local: string] {
    const dot = name.lastIndexOf('.');
    return [name.slice(0, dot), name.slice(dot + 1)];
  }

  function enumValues(name: string): readonly string[] | undefined {
    const [scope, local] = split(name);
    return group(scope)?.enums.get(local);
  }

  function flatType(name: string): FlatType {
    const known = flatTypes.get(name);
    if (known !== undefined) return known;
    const [scope, local] = split(name);
    const parsed = group(scope)?.types.get(local);
    if (parsed === undefined) throw new UnknownTypeError(name);
    const declared = parsed.lines.map((line) => parseField(line, scope, enumValues));
    const fields: FieldSchema[] = [];
    const message: MessageMember[] = [];
    for (const field of declared) {
      const number = field.protobufNumber;
      if (isInline(field)) {
        if (number !== undefined) {
          message.push({ kind: 'embedded', number, offset: fields.length, type: field.inline });
        }
        fields.push(...flatType(field.inline).fields);
      } else {
        if (number !== undefined) message.push({ kind: 'field', number, index: fields.length, field });
        fields.push(field);
      }
    }
    message.sort((left, right) => left.number - right.number);
    const flat: FlatType = {
      schema: {
        name,
        fields: declared,
        byName: new Map(fields.map((field) => [field.name, field])),
        ...(parsed.mapType === undefined ? {} : { mapType: parsed.mapType }),
        ...(parsed.union === undefined ? {} : { union: parsed.union }),
      },
      fields,
      indexByName: new Map(fields.map((field, index) => [field.name, index])),
      message,
      messageByNumber: new Map(message.map((member) => [member.number, member])),
    };
    flatTypes.set(name, flat);
    return flat;
  }

  return {
    getType: (name) => flatType(name).schema,
    flatType,
    hasType: (name) => {
      const [scope, local] = split(name);
      return group(scope)?.types.has(local) ?? false;
    },
    typeNames: (groupVersion) => [...(group(groupVersion)?.types.keys() ?? [])],
    groupVersions: () => [...texts.keys()],
  };
}

// Only a cache of constants: parsing the same text twice gives the same types.
const builtIn = createSchemaRegistry(sources);

/** Every built-in type of Kubernetes 1.36 that the API serves. */
export function builtInSchemas(): SchemaRegistry {
  return builtIn;
}
