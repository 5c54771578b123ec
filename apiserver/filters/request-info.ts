/**
 * What a request is about, read from its method, path and query alone. Pure.
 *
 * Paths: `/api/VERSION/...` and `/apis/GROUP/VERSION/...` with `namespaces/NS/` before the resource of a
 * namespaced one; everything else is a non-resource path.
 */
import { badRequest } from '../../api/index.js';

export type RequestVerb =
  | 'create'
  | 'delete'
  | 'deletecollection'
  | 'get'
  | 'list'
  | 'patch'
  | 'update'
  | 'watch';

export interface ResourceRequestInfo {
  readonly kind: 'resource';
  readonly verb: RequestVerb;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  /** '' for the cluster scope and for all namespaces. */
  readonly namespace: string;
  readonly resource: string;
  /** '' for none. */
  readonly subresource: string;
  /** '' for a collection. */
  readonly name: string;
  /** What follows the subresource: the path that a proxy passes on. */
  readonly rest: readonly string[];
}

export interface PathRequestInfo {
  readonly kind: 'path';
  /** The method in lower case. */
  readonly verb: string;
  readonly path: string;
}

export type RequestInfo = ResourceRequestInfo | PathRequestInfo;

const verbOfMethod: Readonly<Record<string, RequestVerb>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a namespace itself; any other segment after its name is a resource inside it. */
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

export function isTrue(value: string | null): boolean {
  return value !== null && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

/** The name that `metadata.name=x` in a field selector scopes a list or watch to, '' for none. */
function selectedName(query: URLSearchParams): string {
  for (const term of (query.get('fieldSelector') ?? '').split(',')) {
    const match = /^metadata\.name==?([^=!\\]+)$/.exec(term);
    if (match !== null) return match[1]!;
  }
  return '';
}

function collectionVerb(verb: RequestVerb, query: URLSearchParams): RequestVerb {
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

function decodeSegments(path: string): readonly string[] {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map((segment) => decodeURIComponent(segment));
  } catch {
    throw badRequest(`invalid URL escape in path ${JSON.stringify(path)}`);
  }
}

/** @throws ApiError 400 when the path is not valid percent-encoding */
export function parseRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const segments = decodeSegments(path);
  const pathInfo: PathRequestInfo = { kind: 'path', verb: method.toLowerCase(), path };
  const core = segments[0] === 'api';
  if (!core && segments[0] !== 'apis') return pathInfo;
  const prefixLength = core ? 2 : 3;
  const verb = verbOfMethod[method];
  if (segments.length <= prefixLength || verb === undefined) return pathInfo;

  let parts = segments.slice(prefixLength);
  // The deprecated prefix of the time before `?watch=true`.
  const watchPrefix = parts[0] === 'watch' && parts.length > 1;
  if (watchPrefix) parts = parts.slice(1);

  let namespace = '';
  if (parts[0] === 'namespaces' && parts[1] !== undefined) {
    namespace = parts[1];
    if (parts[2] !== undefined && !namespaceSubresources.has(parts[2])) parts = parts.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...rest] = parts;
  return {
    kind: 'resource',
    verb: watchPrefix
      ? 'watch'
      : name === ''
        ? collectionVerb(verb, query)
        : itemVerb(verb, subresource, query),
    path,
    group: core ? '' : segments[1]!,
    version: segments[prefixLength - 1]!,
    namespace,
    resource,
    subresource,
    name: name === '' && verb === 'get' ? selectedName(query) : name,
    rest,
  };
}

/** A GET of one object with `?watch=true` watches that object. */
function itemVerb(verb: RequestVerb, subresource: string, query: URLSearchParams): RequestVerb {
  return verb === 'get' && subresource === '' && isTrue(query.get('watch')) ? 'watch' : verb;
}

/** Whether the request may stay open for long, so that in-flight limits and deadlines do not count it. */
export function isLongRunning(info: RequestInfo): boolean {
  if (info.kind === 'path') return false;
  if (info.verb === 'watch') return true;
  return ['exec', 'attach', 'portforward', 'proxy', 'log'].includes(info.subresource);
}

/** Whether the request only reads. */
export function isReadOnly(info: RequestInfo): boolean {
  return ['get', 'list', 'watch', 'head', 'options'].includes(info.verb);
}
