/** Making descriptors of built-in resources: what is usual is said here once, what is special where it stands. */

import { decodeTyped } from '../codec/typed.js';
import { creationColumns } from '../columns/common.js';
import { defaultsFor } from '../defaults/index.js';
import type {
  ResourceDescriptor,
  SelectableField,
  ServedVersion,
  Strategy,
  SubresourceDescriptor,
  TableColumn,
  Verb,
} from '../descriptor.js';
import type { FieldError } from '../field-error.js';
import { stringAt } from '../read.js';
import { builtInSchemas } from '../schema/registry.js';
import { labelSelectorFromObject, labelSelectorToString } from '../selectors/labels.js';
import { makeStrategy } from '../strategies/strategy.js';
import { validateRequiredFields } from '../validation/required.js';
import type { ValidationRules } from '../validation/rules.js';
import { isObject, type JsonObject } from '../value.js';

export const allVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

export interface VersionOptions {
  readonly version: string;
  readonly columns?: readonly TableColumn[];
  readonly selectableFields?: readonly SelectableField[];
  readonly rules?: ValidationRules;
}

export interface ResourceOptions {
  readonly group?: string;
  readonly resource: string;
  readonly kind: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Default true. */
  readonly namespaced?: boolean;
  readonly verbs?: readonly Verb[];
  /** Preferred first; default `v1` alone. The first one's form is stored unless `storageVersion` says otherwise. */
  readonly versions?: readonly VersionOptions[];
  readonly storageVersion?: string;
  readonly columns?: readonly TableColumn[];
  readonly selectableFields?: readonly SelectableField[];
  readonly rules?: ValidationRules;
  readonly subresources?: readonly SubresourceDescriptor[];
  /** Below `/registry/`, with a trailing slash; default the resource's name. */
  readonly key?: string;
  readonly virtual?: boolean;
  readonly strategy?: Strategy;
  readonly deletionAnswersObject?: boolean;
  readonly storedAs?: NonNullable<ResourceDescriptor['storedAs']>;
  convertOne?(object: JsonObject, version: string): JsonObject;
}

export function defineResource(options: ResourceOptions): ResourceDescriptor {
  const group = options.group ?? '';
  const versionOptions = options.versions ?? [{ version: 'v1' }];
  const versions = versionOptions.map((version) => defineVersion(group, options, version));
  const { storedAs } = options;
  const convertOne: ((object: JsonObject, version: string) => JsonObject) | undefined =
    options.convertOne === undefined ? undefined : (object, version) => options.convertOne!(object, version);
  return {
    group,
    resource: options.resource,
    singular: options.kind.toLowerCase(),
    kind: options.kind,
    listKind: `${options.kind}List`,
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    namespaced: options.namespaced ?? true,
    verbs: options.verbs ?? allVerbs,
    versions,
    storageVersion: storedVersion(versions, options).version,
    subresources: options.subresources ?? [],
    persistence:
      options.virtual === true
        ? { kind: 'virtual' }
        : { kind: 'stored', keyPrefix: `/registry/${options.key ?? `${options.resource}/`}` },
    strategy: withTypedStatus(options.strategy ?? makeStrategy(), storedVersion(versions, options)),
    ...(options.deletionAnswersObject === true ? { deletionAnswersObject: true } : {}),
    ...(storedAs === undefined ? {} : { storedAs }),
    convert: (objects, version) =>
      Promise.resolve(
        convertOne === undefined ? objects : objects.map((object) => convertOne(object, version)),
      ),
  };
}

function storedVersion(versions: readonly ServedVersion[], options: ResourceOptions): ServedVersion {
  return versions.find(({ version }) => version === options.storageVersion) ?? versions[0]!;
}

/** A strategy that gives a new object's status all that its type always writes (`replicas: 0`). */
function withTypedStatus(strategy: Strategy, stored: ServedVersion): Strategy {
  return {
    ...strategy,
    prepareForCreate(object, requester) {
      strategy.prepareForCreate(object, requester);
      const type = isObject(object['status']) ? statusType(stored.type) : undefined;
      if (type !== undefined) object['status'] = decodeTyped(object['status']!, type, builtInSchemas());
    },
  };
}

function statusType(type: string): string | undefined {
  const schemas = builtInSchemas();
  const field = schemas.hasType(type) ? schemas.getType(type).byName.get('status') : undefined;
  return field?.type.kind === 'ref' ? field.type.type : undefined;
}

function defineVersion(group: string, options: ResourceOptions, version: VersionOptions): ServedVersion {
  const prefix = group === '' ? '' : `${group}/`;
  const type = `${prefix}${version.version}.${options.kind}`;
  const rules = version.rules ?? options.rules ?? {};
  return {
    version: version.version,
    type,
    listType: `${type}List`,
    columns: version.columns ?? options.columns ?? creationColumns,
    selectableFields: version.selectableFields ?? options.selectableFields ?? [],
    applyDefaults: defaultsFor(type),
    validateCreate: (object) => firstErrors(validateRequiredFields(object, type), rules.validate?.(object)),
    validateUpdate: (object, old) => [
      ...firstErrors(validateRequiredFields(object, type), rules.validate?.(object)),
      ...(rules.validateUpdate?.(object, old) ?? []),
    ],
  };
}

/** Both lists, without saying the same of a field twice. */
function firstErrors(
  bySchema: readonly FieldError[],
  byRules: readonly FieldError[] | undefined,
): readonly FieldError[] {
  if (byRules === undefined || byRules.length === 0) return bySchema;
  const told = new Set(byRules.map((error) => error.path));
  return [...byRules, ...bySchema.filter((error) => !told.has(error.path))];
}

export const statusSubresource: SubresourceDescriptor = { kind: 'status', name: 'status' };

/** Scale of kinds whose selector is a LabelSelector. */
export const scaleSubresource: SubresourceDescriptor = {
  kind: 'scale',
  name: 'scale',
  replicasPath: ['spec', 'replicas'],
  statusReplicasPath: ['status', 'replicas'],
  selector: (object) => {
    const spec = object['spec'];
    const selector =
      typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? spec['selector'] : undefined;
    return labelSelectorToString(labelSelectorFromObject(selector));
  },
};

/** A selectable field that holds the string at a path. */
export function fieldAt(name: string, ...path: readonly string[]): SelectableField {
  const at = path.length === 0 ? name.split('.') : path;
  return { name, value: (object) => stringAt(object, ...at) };
}
