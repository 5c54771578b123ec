/** What the original calls a type in its OpenAPI documents; clients know these names by heart. */

const prefixes: ReadonlyMap<string, string> = new Map([
  ['', 'io.k8s.api.core'],
  ['meta', 'io.k8s.apimachinery.pkg.apis.meta'],
  ['apiextensions.k8s.io', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions'],
  ['apiregistration.k8s.io', 'io.k8s.kube-aggregator.pkg.apis.apiregistration'],
]);

/** `apps/v1.Deployment` → `io.k8s.api.apps.v1.Deployment`. */
export function definitionName(type: string): string {
  const { group, version, kind } = splitType(type);
  const prefix = prefixes.get(group) ?? `io.k8s.api.${group.split('.')[0]!}`;
  return `${prefix}.${version}.${kind}`;
}

export interface TypeName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** `v1.Pod` has the group ''. */
export function splitType(type: string): TypeName {
  const dot = type.lastIndexOf('.');
  const scope = type.slice(0, dot);
  const slash = scope.indexOf('/');
  return {
    group: slash < 0 ? '' : scope.slice(0, slash),
    version: scope.slice(slash + 1),
    kind: type.slice(dot + 1),
  };
}

/** `rbac.authorization.k8s.io` → `RbacAuthorization`, '' → `Core`: a part of operation ids and tags. */
export function camelGroup(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split('.')
    .map(capitalize)
    .join('');
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
