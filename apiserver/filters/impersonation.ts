/** Acting as somebody else: `kubectl --as`. Each identity asked for needs the verb `impersonate` on it. */
import { badRequest, forbidden } from '../../api/index.js';
import type { ApiRequest } from '../server/exchange.js';
import type { User } from './authentication.js';
import { authorize } from './authorization.js';

const serviceAccountPrefix = 'system:serviceaccount:';

/**
 * The user that the request is to be answered for.
 * @throws ApiError 403 when the real user may not, 400 for groups without a user
 */
export function impersonate(request: ApiRequest, user: User): User {
  const name = request.header('impersonate-user') ?? '';
  const groups = (request.header('impersonate-group') ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '');
  if (name === '') {
    if (groups.length > 0)
      throw badRequest('requested groups cannot be impersonated without impersonating a user');
    return user;
  }
  requireImpersonation(user, 'users', name);
  for (const group of groups) requireImpersonation(user, 'groups', group);
  return { name, uid: '', groups: impersonatedGroups(name, groups), extra: {} };
}

function requireImpersonation(user: User, resource: 'users' | 'groups', name: string): void {
  const question = {
    kind: 'resource',
    verb: 'impersonate',
    group: '',
    version: 'v1',
    resource,
    subresource: '',
    namespace: '',
    name,
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
