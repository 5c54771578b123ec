/** What discovery says of one resource: its verbs, and its subresources with theirs. */
import type { ResourceDescriptor, SubresourceDescriptor, Verb } from '../descriptor.js';

export interface KindName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface SubresourceRow {
  readonly name: string;
  readonly kind: KindName;
  /** Sorted. */
  readonly verbs: readonly Verb[];
}

/** The kinds of the options that connecting subresources take. */
const connectKinds: ReadonlyMap<string, string> = new Map([
  ['attach', 'PodAttachOptions'],
  ['exec', 'PodExecOptions'],
  ['portforward', 'PodPortForwardOptions'],
]);

export function subresourceRows(descriptor: ResourceDescriptor, version: string): readonly SubresourceRow[] {
  return descriptor.subresources
    .map((subresource) => subresourceRow(descriptor, version, subresource))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

function subresourceRow(
  descriptor: ResourceDescriptor,
  version: string,
  subresource: SubresourceDescriptor,
): SubresourceRow {
  const own: KindName = { group: descriptor.group, version, kind: descriptor.kind };
  const { name } = subresource;
  switch (subresource.kind) {
    case 'status':
      return { name, kind: own, verbs: ['get', 'patch', 'update'] };
    case 'scale':
      return {
        name,
        kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
        verbs: ['get', 'patch', 'update'],
      };
    case 'object':
      return { name, kind: own, verbs: subresource.verbs.toSorted() };
    case 'action':
      return {
        name,
        kind: { group: subresource.group, version: subresource.version, kind: subresource.requestKind },
        verbs: ['create'],
      };
    case 'connect':
      return connectRow(own, subresource);
    default: {
      const never: never = subresource;
      return never;
    }
  }
}

function connectRow(
  own: KindName,
  subresource: Extract<SubresourceDescriptor, { kind: 'connect' }>,
): SubresourceRow {
  const { name } = subresource;
  if (name === 'log') return { name, kind: own, verbs: ['get'] };
  if (name === 'proxy') {
    const kind: KindName = { ...own, kind: `${own.kind}ProxyOptions` };
    return { name, kind, verbs: ['create', 'delete', 'get', 'patch', 'update'] };
  }
  const verbs: Verb[] = subresource.methods.map((method) => (method === 'GET' ? 'get' : 'create'));
  return { name, kind: { ...own, kind: connectKinds.get(name) ?? own.kind }, verbs: verbs.toSorted() };
}
