/** Acting as somebody else: `kubectl --as`. Each identity asked for needs the verb `impersonate` on it. */
import { badRequest, forbidden } from '../../api/index.js';
import type { ApiRequest } from '../server/exchange.js';
import type { User } from './authentication.js';
import { authorize } from './authorization.js';

const serviceAccountPrefix = 'system:serviceaccount:';

/**
 * The user that the request is to be answered for.
 * @throws ApiError 403 when the real user may not, 400 for groups, a uid or extras without a user
 */
export function impersonate(request: ApiRequest, user: User): User {
  const name = request.header('impersonate-user') ?? '';
  const groups = valuesOf(request, 'impersonate-group');
  const uid = request.header('impersonate-uid') ?? '';
  const extra = extraOf(request);
  if (name === '') {
    if (groups.length > 0)
      throw badRequest('requested groups cannot be impersonated without impersonating a user');
    if (uid !== '') throw badRequest('a requested uid cannot be impersonated without impersonating a user');
    if (Object.keys(extra).length > 0)
      throw badRequest('requested extras cannot be impersonated without impersonating a user');
    return user;
  }
  requireImpersonation(user, { resource: 'users', name });
  for (const group of groups) requireImpersonation(user, { resource: 'groups', name: group });
  if (uid !== '') requireImpersonation(user, { group: authenticationGroup, resource: 'uids', name: uid });
  for (const key of Object.keys(extra)) {
    for (const value of extra[key]!) {
      requireImpersonation(user, {
        group: authenticationGroup,
        resource: 'userextras',
        subresource: key,
        name: value,
      });
    }
  }
  return { name, uid, groups: impersonatedGroups(name, groups), extra };
}

const authenticationGroup = 'authentication.k8s.io';
const extraPrefix = 'impersonate-extra-';

/** A header that may come several times. */
function valuesOf(request: ApiRequest, header: string): readonly string[] {
  return (request.header(header) ?? '')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Keys may hold what a header's name may not: then they are percent-encoded. */
function extraOf(request: ApiRequest): Readonly<Record<string, readonly string[]>> {
  const extra = Object.create(null) as Record<string, readonly string[]>;
  for (const header of request.headerNames(extraPrefix)) {
    const encoded = header.slice(extraPrefix.length);
    let key = encoded;
    try {
      key = decodeURIComponent(encoded);
    } catch {
      // Then the name means itself.
    }
    extra[key] = valuesOf(request, header);
  }
  return extra;
}

interface Identity {
  readonly group?: string;
  readonly resource: 'users' | 'groups' | 'uids' | 'userextras';
  readonly subresource?: string;
  readonly name: string;
}

function requireImpersonation(user: User, identity: Identity): void {
  const question = {
    kind: 'resource',
    verb: 'impersonate',
    group: identity.group ?? '',
    version: 'v1',
    resource: identity.resource,
    subresource: identity.subresource ?? '',
    namespace: '',
    name: identity.name,
  } as const;
  const decision = authorize(user, question);
  if (!decision.allowed) throw forbidden({ ...question, user: user.name }, decision.reason);
}

function impersonatedGroups(name: string, asked: readonly string[]): readonly string[] {
  if (name === 'system:anonymous') return asked.length > 0 ? asked : ['system:unauthenticated'];
  const groups = [...asked];
  if (groups.length === 0 && name.startsWith(serviceAccountPrefix)) {
    const namespace = name.slice(serviceAccountPrefix.length).split(':')[0]!;
    groups.push('system:serviceaccounts', `system:serviceaccounts:${namespace}`);
  }
  if (!groups.includes('system:authenticated')) groups.push('system:authenticated');
  return groups;
}
