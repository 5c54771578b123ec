/** Reviews: questions about access and identity, answered by the one authorizer and never stored. */
import {
  badRequest,
  formatTime,
  invalidObject,
  type JsonObject,
  type JsonValue,
  newObject,
  objectAt,
  objectOf,
  stringAt,
  stringsAt,
} from '../../api/index.js';
import type { User } from '../filters/authentication.js';
import { type AccessQuestion, authorize, everybodysPaths } from '../filters/authorization.js';

export interface ReviewRequest {
  readonly kind: string;
  readonly body: JsonObject;
  readonly user: User;
  /** Of the URL, '' for none. */
  readonly namespace: string;
  readonly now: number;
}

/** The answered review. @throws ApiError 400 or 422 */
export function answerReview(request: ReviewRequest): JsonObject {
  const answer = newObject();
  for (const key of Object.keys(request.body)) answer[key] = request.body[key]!;
  answer['status'] = statusOf(request);
  if (request.kind === 'SelfSubjectReview') {
    const metadata = newObject();
    metadata['creationTimestamp'] = formatTime(request.now);
    answer['metadata'] = metadata;
  }
  return answer;
}

function statusOf(request: ReviewRequest): JsonObject {
  switch (request.kind) {
    case 'SelfSubjectReview':
      return objectOf({ userInfo: userInfo(request.user) });
    case 'SelfSubjectAccessReview':
      return accessStatus(request, request.user);
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return accessStatus(request, subjectOf(request));
    case 'SelfSubjectRulesReview':
      return rulesStatus(request.user);
    case 'TokenReview':
      return tokenStatus(request);
    default:
      throw badRequest(`${request.kind} cannot be answered`);
  }
}

function userInfo(user: User): JsonObject {
  const extra = newObject();
  for (const key of Object.keys(user.extra).sort()) extra[key] = [...user.extra[key]!];
  return objectOf({
    username: user.name,
    uid: user.uid === '' ? undefined : user.uid,
    groups: [...user.groups],
    extra: Object.keys(extra).length === 0 ? undefined : extra,
  });
}

function subjectOf(request: ReviewRequest): User {
  const spec = objectAt(request.body, 'spec');
  const name = stringAt(spec, 'user');
  const groups = stringsAt(spec, 'groups');
  if (name === '' && groups.length === 0) {
    throw invalidObject('authorization.k8s.io', request.kind, '', [
      {
        kind: 'FieldValueInvalid',
        path: 'spec.user',
        value: '',
        detail: 'at least one of user or group must be specified',
      },
    ]);
  }
  return { name, uid: stringAt(spec, 'uid'), groups, extra: {} };
}

function accessStatus(request: ReviewRequest, user: User): JsonObject {
  const decision = authorize(user, questionOf(request));
  return objectOf({
    allowed: decision.allowed,
    reason: decision.reason === '' ? undefined : decision.reason,
  });
}

function questionOf(request: ReviewRequest): AccessQuestion {
  const resource = objectAt(request.body, 'spec', 'resourceAttributes');
  const path = objectAt(request.body, 'spec', 'nonResourceAttributes');
  if ((resource === undefined) === (path === undefined)) {
    throw invalidObject('authorization.k8s.io', request.kind, '', [
      {
        kind: 'FieldValueInvalid',
        path: 'spec.resourceAttributes',
        detail: 'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      },
    ]);
  }
  if (path !== undefined) return { kind: 'path', verb: stringAt(path, 'verb'), path: stringAt(path, 'path') };
  const namespace = stringAt(resource, 'namespace');
  if (request.kind === 'LocalSubjectAccessReview' && namespace !== request.namespace) {
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${request.namespace}`);
  }
  return {
    kind: 'resource',
    verb: stringAt(resource, 'verb'),
    group: stringAt(resource, 'group'),
    version: stringAt(resource, 'version'),
    resource: stringAt(resource, 'resource'),
    subresource: stringAt(resource, 'subresource'),
    namespace,
    name: stringAt(resource, 'name'),
  };
}

function rulesStatus(user: User): JsonObject {
  const everything = authorize(user, {
    kind: 'resource',
    verb: '*',
    group: '*',
    version: '*',
    resource: '*',
    subresource: '',
    namespace: '',
    name: '',
  }).allowed;
  const all: JsonValue[] = ['*'];
  const resourceRules = everything ? [objectOf({ verbs: all, apiGroups: all, resources: all })] : [];
  const pathRules = [objectOf({ verbs: ['get'], nonResourceURLs: [...everybodysPaths] })];
  if (everything) pathRules.push(objectOf({ verbs: all, nonResourceURLs: all }));
  return objectOf({ resourceRules, nonResourceRules: pathRules, incomplete: false });
}

function tokenStatus(request: ReviewRequest): JsonObject {
  if (stringAt(request.body, 'spec', 'token') === '') {
    throw badRequest('token is required for TokenReview in authentication');
  }
  return objectOf({ authenticated: false, user: newObject(), error: 'no authenticator knows this token' });
}
