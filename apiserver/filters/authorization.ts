/**
 * The one authorizer: system:masters may do everything, everybody may read health and version, all else is
 * refused. Role-based access replaces this function and nothing else.
 */
import { type AccessAttributes, forbidden } from '../../api/index.js';
import type { User } from './authentication.js';
import type { RequestInfo } from './request-info.js';

/** A decision with its reason, '' when there is nothing to say. */
export interface AccessDecision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** `verb` and `path` for a path; the full attributes for a resource. */
export type AccessQuestion =
  | { readonly kind: 'path'; readonly verb: string; readonly path: string }
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
    };

export const everybodysPaths: readonly string[] = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

export function authorize(user: User, question: AccessQuestion): AccessDecision {
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  if (question.kind === 'path' && question.verb === 'get' && isEverybodysPath(question.path)) {
    return { allowed: true, reason: '' };
  }
  return { allowed: false, reason: '' };
}

function isEverybodysPath(path: string): boolean {
  return everybodysPaths.includes(path) || /^\/(healthz|livez|readyz)\/[^/]+$/.test(path);
}

/** @throws ApiError 403 with the contract's message */
export function requireAccess(user: User, info: RequestInfo): void {
  const decision = authorize(
    user,
    info.kind === 'path' && info.verb === 'head' ? { ...info, verb: 'get' } : info,
  );
  if (decision.allowed) return;
  throw forbidden(accessAttributes(user, info), decision.reason);
}

function accessAttributes(user: User, info: RequestInfo): AccessAttributes {
  if (info.kind === 'path') return { kind: 'path', user: user.name, verb: info.verb, path: info.path };
  return {
    kind: 'resource',
    user: user.name,
    verb: info.verb,
    group: info.group,
    resource: info.resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
  };
}
