/**
 * Names of things on the server: a resource is group, version and plural name, an object adds its own name.
 * Paths are built here and nowhere else, so that no name is ever pasted into a URL unescaped.
 */

export interface ResourceReference {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: `configmaps`. */
  readonly resource: string;
  /** Absent: cluster scope, or all namespaces of a namespaced resource. */
  readonly namespace?: string;
}

export type QueryParameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/api/v1` or `/apis/GROUP/VERSION`. */
export function groupVersionPath(group: string, version: string): string {
  return group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
}

/**
 * The path of a collection, of an object in it when `name` is given, and of the object's subresource.
 * Throws a RangeError when a part is empty or would change the path's meaning.
 */
export function resourcePath(reference: ResourceReference, name?: string, subresource?: string): string {
  let path = groupVersionPath(reference.group, reference.version);
  if (reference.namespace !== undefined) path += `/namespaces/${segment(reference.namespace)}`;
  path += `/${segment(reference.resource)}`;
  if (name !== undefined) path += `/${segment(name)}`;
  if (subresource !== undefined) path += `/${segment(subresource)}`;
  return path;
}

/** `?a=1&b=2`, or '' when nothing is set. Undefined values are left out. */
export function queryString(parameters: QueryParameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function segment(value: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw new RangeError(`${JSON.stringify(value)} cannot be part of a resource path`);
  }
  return encodeURIComponent(value);
}
