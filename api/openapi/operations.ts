/** The operations that the served resources have, from their descriptors, before either document's dialect. */
import type { ResourceDescriptor, ServedVersion, SubresourceDescriptor } from '../descriptor.js';
import { camelGroup, capitalize } from './names.js';

export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  readonly action: 'list' | 'get' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection' | 'connect';
  readonly operationId: string;
  readonly description: string;
  readonly tag: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly parameters: readonly Parameter[];
  /** A type's name, or a patch. */
  readonly body: { readonly type: string; readonly required: boolean } | 'patch' | undefined;
  /** A type's name; undefined: text. */
  readonly response: string | undefined;
  readonly statusCodes: readonly number[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

function query(name: string, type: Parameter['type'], description: string): Parameter {
  return { name, in: 'query', type, description };
}

const pretty = query('pretty', 'string', 'Indent the answer when true.');
const dryRun = query('dryRun', 'string', 'All: check everything and store nothing.');
const fieldManager = query(
  'fieldManager',
  'string',
  'Who makes this change; at most 128 printable characters.',
);
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What to do with unknown and duplicate fields: Ignore, Warn or Strict.',
);
const force = query('force', 'boolean', 'Take over fields that others manage; for apply patches only.');
const selection: readonly Parameter[] = [
  query('continue', 'string', 'Where the previous page ended, as its answer said.'),
  query('fieldSelector', 'string', 'Only objects whose fields match.'),
  query('labelSelector', 'string', 'Only objects whose labels match.'),
  query('limit', 'integer', 'At most so many objects.'),
  query('resourceVersion', 'string', 'How fresh the answer must be.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('sendInitialEvents', 'boolean', 'Begin a watch with the objects that exist, and mark their end.'),
  query('timeoutSeconds', 'integer', 'End the call after so many seconds.'),
];
const watching: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'Send bookmark events in between.'),
  query('watch', 'boolean', 'Stay and send changes as they happen.'),
];
const deletion: readonly Parameter[] = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'Seconds until the object is gone; 0: at once.'),
  query(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'boolean',
    'Delete an object that cannot be read.',
  ),
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
  query('propagationPolicy', 'string', 'What happens to dependents: Orphan, Background or Foreground.'),
];
const pathName: Parameter = {
  name: 'name',
  in: 'path',
  type: 'string',
  description: 'The name of the object.',
};
const pathNamespace: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'The namespace of the object.',
};

/** Every operation of the descriptors' versions; `only` keeps those of one group and version (`v1`, `apps/v1`). */
export function operationsOf(descriptors: readonly ResourceDescriptor[], only?: string): Operation[] {
  return descriptors.flatMap((descriptor) =>
    descriptor.versions
      .filter((served) => only === undefined || groupVersion(descriptor.group, served.version) === only)
      .flatMap((served) => operationsOfVersion(descriptor, served)),
  );
}

export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

function operationsOfVersion(descriptor: ResourceDescriptor, served: ServedVersion): Operation[] {
  const { group, resource, kind, namespaced, verbs } = descriptor;
  const root = group === '' ? `/api/${served.version}` : `/apis/${group}/${served.version}`;
  const collection = `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}`;
  const item = `${collection}/{name}`;
  const scope = namespaced ? [pathNamespace] : [];
  const scopeWord = namespaced ? 'Namespaced' : '';
  const name = `${camelGroup(group)}${capitalize(served.version)}`;
  const common = {
    tag: `${name.charAt(0).toLowerCase()}${name.slice(1).replace(/V(\d)/, '_v$1')}`,
    group,
    version: served.version,
    kind,
  };
  const { type } = served;
  const operations: Operation[] = [];
  const add = (operation: Omit<Operation, 'tag' | 'group' | 'version' | 'kind'>): void => {
    operations.push({ ...common, ...operation });
  };
  if (verbs.includes('list')) {
    const parameters = [...selection, ...watching, pretty];
    add({
      path: collection,
      method: 'get',
      action: 'list',
      operationId: `list${name}${scopeWord}${kind}`,
      description: `list or watch objects of kind ${kind}`,
      parameters: [...scope, ...parameters],
      body: undefined,
      response: served.listType,
      statusCodes: [200],
    });
    if (namespaced) {
      add({
        path: `${root}/${resource}`,
        method: 'get',
        action: 'list',
        operationId: `list${name}${kind}ForAllNamespaces`,
        description: `list or watch objects of kind ${kind}`,
        parameters,
        body: undefined,
        response: served.listType,
        statusCodes: [200],
      });
    }
  }
  if (verbs.includes('create')) {
    add({
      path: collection,
      method: 'post',
      action: 'post',
      operationId: `create${name}${scopeWord}${kind}`,
      description: `create a ${kind}`,
      parameters: [...scope, dryRun, fieldManager, fieldValidation, pretty],
      body: { type, required: true },
      response: type,
      statusCodes: [200, 201, 202],
    });
  }
  if (verbs.includes('deletecollection')) {
    add({
      path: collection,
      method: 'delete',
      action: 'deletecollection',
      operationId: `delete${name}Collection${scopeWord}${kind}`,
      description: `delete collection of ${kind}`,
      parameters: [...scope, ...selection, ...deletion, pretty],
      body: { type: 'meta/v1.DeleteOptions', required: false },
      response: 'meta/v1.Status',
      statusCodes: [200],
    });
  }
  const target = {
    path: item,
    suffix: `${scopeWord}${kind}`,
    prefix: name,
    type,
    scope: [pathName, ...scope],
  };
  addItemOperations(add, target, verbs, kind);
  if (verbs.includes('delete')) {
    add({
      path: item,
      method: 'delete',
      action: 'delete',
      operationId: `delete${name}${scopeWord}${kind}`,
      description: `delete a ${kind}`,
      parameters: [...target.scope, ...deletion, pretty],
      body: { type: 'meta/v1.DeleteOptions', required: false },
      response: 'meta/v1.Status',
      statusCodes: [200, 202],
    });
  }
  for (const subresource of descriptor.subresources) {
    operations.push(...subresourceOperations(subresource, common, target));
  }
  return operations;
}

interface Target {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly type: string;
  readonly scope: readonly Parameter[];
}

type Add = (operation: Omit<Operation, 'tag' | 'group' | 'version' | 'kind'>) => void;

function addItemOperations(add: Add, target: Target, verbs: readonly string[], what: string): void {
  const { path, prefix, suffix, type, scope } = target;
  if (verbs.includes('get')) {
    add({
      path,
      method: 'get',
      action: 'get',
      operationId: `read${prefix}${suffix}`,
      description: `read the specified ${what}`,
      parameters: [...scope, pretty],
      body: undefined,
      response: type,
      statusCodes: [200],
    });
  }
  if (verbs.includes('update')) {
    add({
      path,
      method: 'put',
      action: 'put',
      operationId: `replace${prefix}${suffix}`,
      description: `replace the specified ${what}`,
      parameters: [...scope, dryRun, fieldManager, fieldValidation, pretty],
      body: { type, required: true },
      response: type,
      statusCodes: [200, 201],
    });
  }
  if (verbs.includes('patch')) {
    add({
      path,
      method: 'patch',
      action: 'patch',
      operationId: `patch${prefix}${suffix}`,
      description: `partially update the specified ${what}`,
      parameters: [...scope, dryRun, fieldManager, fieldValidation, force, pretty],
      body: 'patch',
      response: type,
      statusCodes: [200, 201],
    });
  }
}

type Common = Pick<Operation, 'tag' | 'group' | 'version' | 'kind'>;

function subresourceOperations(
  subresource: SubresourceDescriptor,
  parent: Common,
  target: Target,
): Operation[] {
  const operations: Operation[] = [];
  const path = `${target.path}/${subresource.name}`;
  const suffix = `${target.suffix}${capitalize(subresource.name)}`;
  const collect =
    (common: Common): Add =>
    (operation) =>
      operations.push({ ...common, ...operation });
  switch (subresource.kind) {
    case 'status':
      addItemOperations(
        collect(parent),
        { ...target, path, suffix },
        ['get', 'update', 'patch'],
        parent.kind,
      );
      break;
    case 'object':
      addItemOperations(collect(parent), { ...target, path, suffix }, subresource.verbs, parent.kind);
      break;
    case 'scale': {
      const scale = { ...parent, group: 'autoscaling', version: 'v1', kind: 'Scale' };
      const type = 'autoscaling/v1.Scale';
      addItemOperations(
        collect(scale),
        { ...target, path, suffix, type },
        ['get', 'update', 'patch'],
        'Scale',
      );
      break;
    }
    case 'action': {
      const { group, version, requestKind: kind, type } = subresource;
      collect({ ...parent, group, version, kind })({
        path,
        method: 'post',
        action: 'post',
        operationId: `create${target.prefix}${suffix}`,
        description: `create ${subresource.name} of a ${parent.kind}`,
        parameters: [...target.scope, dryRun, fieldManager, fieldValidation, pretty],
        body: { type, required: true },
        response: type,
        statusCodes: [200, 201, 202],
      });
      break;
    }
    case 'connect':
      for (const method of subresource.methods) {
        const verb = capitalize(method.toLowerCase());
        collect(parent)({
          path,
          method: method === 'GET' ? 'get' : 'post',
          action: 'connect',
          operationId: `connect${target.prefix}${verb}${suffix}`,
          description: `connect ${method} requests to ${subresource.name} of ${parent.kind}`,
          parameters: target.scope,
          body: undefined,
          response: undefined,
          statusCodes: [200],
        });
      }
      break;
    default: {
      const never: never = subresource;
      return never;
    }
  }
  return operations;
}

/** The types that these operations read and write. */
export function typesOf(operations: readonly Operation[]): string[] {
  const types = new Set<string>(['meta/v1.Status', 'meta/v1.DeleteOptions', 'meta/v1.WatchEvent']);
  for (const { body, response } of operations) {
    if (body !== undefined && body !== 'patch') types.add(body.type);
    if (response !== undefined) types.add(response);
  }
  return [...types];
}

export const objectMediaTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
] as const;

export const listMediaTypes = [
  ...objectMediaTypes,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
] as const;

export const patchMediaTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
] as const;

export function statusDescription(code: number): string {
  switch (code) {
    case 201:
      return 'Created';
    case 202:
      return 'Accepted';
    default:
      return 'OK';
  }
}
