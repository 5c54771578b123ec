/**
 * The errors that clients see: a meta/v1 Status each, with the original's messages, reasons, details and codes.
 * An `ApiError` carries the whole answer; whoever catches it only encodes it.
 */
import { type FieldError, fieldErrorBody } from './field-error.js';
import { objectOf } from './read.js';
import type { JsonObject, JsonValue } from './value.js';

export interface GroupResource {
  /** '' for the core group. */
  readonly group: string;
  readonly resource: string;
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The resource, save for `Invalid`, where it is the kind. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export class ApiError extends Error {
  readonly status: JsonObject;
  readonly code: number;
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails, metadata?: JsonObject) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.retryAfterSeconds = details?.retryAfterSeconds;
    this.status = failureStatus(code, reason, message, details, metadata);
  }
}

function failureStatus(
  code: number,
  reason: string,
  message: string,
  details: StatusDetails | undefined,
  metadata: JsonObject | undefined,
): JsonObject {
  return objectOf({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: metadata ?? objectOf({}),
    status: 'Failure',
    message,
    reason: reason === '' ? undefined : reason,
    details: details === undefined ? undefined : encodeDetails(details),
    code,
  });
}

function encodeDetails(details: StatusDetails): JsonObject {
  const causes = details.causes?.map((cause) =>
    objectOf({
      reason: nonEmpty(cause.reason),
      message: nonEmpty(cause.message),
      field: nonEmpty(cause.field),
    }),
  );
  return objectOf({
    name: nonEmpty(details.name),
    group: nonEmpty(details.group),
    kind: nonEmpty(details.kind),
    uid: nonEmpty(details.uid),
    causes: causes === undefined || causes.length === 0 ? undefined : causes,
    retryAfterSeconds:
      details.retryAfterSeconds === undefined || details.retryAfterSeconds === 0
        ? undefined
        : details.retryAfterSeconds,
  });
}

function nonEmpty(text: string | undefined): JsonValue | undefined {
  return text === '' ? undefined : text;
}

/** `deployments.apps`, or `pods` for the core group. */
export function qualifiedResource(target: GroupResource): string {
  return target.group === '' ? target.resource : `${target.resource}.${target.group}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

export function notFound(target: GroupResource, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualifiedResource(target)} ${quoted(name)} not found`, {
    name,
    group: target.group,
    kind: target.resource,
  });
}

/** For a path that no resource answers, in place of the plain-text 404. */
export function notFoundGeneric(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(target: GroupResource, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualifiedResource(target)} ${quoted(name)} already exists`, {
    name,
    group: target.group,
    kind: target.resource,
  });
}

/** generateName found no free name; the client is asked to try again. */
export function generateNameConflict(target: GroupResource, name: string): ApiError {
  const message = `${qualifiedResource(target)} ${quoted(name)} already exists, the server was not able to generate a unique name for the object`;
  return new ApiError(409, 'AlreadyExists', message, {
    name,
    group: target.group,
    kind: target.resource,
    retryAfterSeconds: 1,
  });
}

export const optimisticLockMessage =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(
  target: GroupResource,
  name: string,
  message: string = optimisticLockMessage,
  causes: readonly StatusCause[] = [],
): ApiError {
  const text = `Operation cannot be fulfilled on ${qualifiedResource(target)} ${quoted(name)}: ${message}`;
  return new ApiError(409, 'Conflict', text, { name, group: target.group, kind: target.resource, causes });
}

/** Preconditions of a write that the stored object does not meet. */
export function preconditionFailed(
  target: GroupResource,
  name: string,
  field: 'UID' | 'ResourceVersion',
  expected: string,
  actual: string,
): ApiError {
  const where = field === 'UID' ? 'UID in object meta' : 'ResourceVersion in object meta';
  return conflict(
    target,
    name,
    `Precondition failed: ${field} in precondition: ${expected}, ${where}: ${actual}`,
  );
}

/** One message of a list of field errors: bare when alone, in brackets when several, equal ones once. */
export function joinFieldErrors(errors: readonly FieldError[]): string {
  const messages = new Set(errors.map((error) => fieldErrorMessage(error)));
  const texts = [...messages];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}

/** `spec.replicas: Invalid value: -1: must be …` */
export function fieldErrorMessage(error: FieldError): string {
  return error.path === '' ? `<nil>: ${fieldErrorBody(error)}` : `${error.path}: ${fieldErrorBody(error)}`;
}

/** 422 with one cause per field error. */
export function invalidObject(
  group: string,
  kind: string,
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const qualifiedKind = group === '' ? kind : `${kind}.${group}`;
  const suffix = errors.length === 0 ? '' : `: ${joinFieldErrors(errors)}`;
  return new ApiError(422, 'Invalid', `${qualifiedKind} ${quoted(name)} is invalid${suffix}`, {
    name,
    group,
    kind,
    causes: errors.map((error) => ({
      reason: error.kind,
      message: fieldErrorBody(error),
      field: error.path === '' ? '<nil>' : error.path,
    })),
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function unauthorized(message = 'Unauthorized'): ApiError {
  return new ApiError(401, 'Unauthorized', message);
}

/** What a request wanted to do, as far as a refusal tells it. */
export type AccessAttributes =
  | {
      readonly kind: 'resource';
      readonly user: string;
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string;
      /** '' for the cluster scope. */
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly kind: 'path'; readonly user: string; readonly verb: string; readonly path: string };

/** The authorizer's refusal. `reason` is appended when not empty. */
export function forbidden(attributes: AccessAttributes, reason = ''): ApiError {
  const suffix = reason === '' ? '' : `: ${reason}`;
  switch (attributes.kind) {
    case 'path': {
      const text = `User ${quoted(attributes.user)} cannot ${attributes.verb} path ${quoted(attributes.path)}`;
      return new ApiError(403, 'Forbidden', `forbidden: ${text}${suffix}`, {});
    }
    case 'resource': {
      const { user, verb, group, resource, subresource, namespace, name } = attributes;
      const fullResource =
        subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`;
      const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${quoted(namespace)}`;
      const text = `User ${quoted(user)} cannot ${verb} resource ${quoted(fullResource)} in API group ${quoted(group)} ${scope}`;
      return forbiddenBecause({ group, resource }, name, `${text}${suffix}`);
    }
    default: {
      const never: never = attributes;
      return never;
    }
  }
}

/** `pods "x" is forbidden: because` */
export function forbiddenBecause(
  target: GroupResource,
  name: string,
  because: string,
  causes: readonly StatusCause[] = [],
): ApiError {
  const subject = name === '' ? qualifiedResource(target) : `${qualifiedResource(target)} ${quoted(name)}`;
  return new ApiError(403, 'Forbidden', `${subject} is forbidden: ${because}`, {
    name,
    group: target.group,
    kind: target.resource,
    causes,
  });
}

/** Creating in a namespace that is on its way out. */
export function namespaceTerminating(target: GroupResource, name: string, namespace: string): ApiError {
  return forbiddenBecause(
    target,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}

/** default, kube-system and kube-public stay. */
export function protectedNamespace(name: string): ApiError {
  return forbiddenBecause({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted');
}

export function methodNotAllowed(target: GroupResource, action: string): ApiError {
  const message = `${action} is not supported on resources of kind ${quoted(qualifiedResource(target))}`;
  return new ApiError(405, 'MethodNotAllowed', message, { group: target.group, kind: target.resource });
}

/** @param accepted the media types that would have been served */
export function notAcceptable(accepted: readonly string[]): ApiError {
  const message = `only the following media types are accepted: ${accepted.join(', ')}`;
  return new ApiError(406, 'NotAcceptable', message);
}

/** @param accepted the media types that would have been read */
export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

/** @param message e.g. `limit is 3145728` */
export function requestEntityTooLarge(message: string): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** 410 Expired. `continueToken` goes into metadata.continue: an inconsistent continuation. */
export function expired(message: string, continueToken?: string): ApiError {
  const metadata = continueToken === undefined ? undefined : objectOf({ continue: continueToken });
  return new ApiError(410, 'Expired', message, undefined, metadata);
}

export function gone(message: string): ApiError {
  return new ApiError(410, 'Gone', message);
}

/** 429; certainly not executed. */
export function tooManyRequests(
  message: string,
  retryAfterSeconds: number,
  causes: readonly StatusCause[] = [],
): ApiError {
  return new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds, causes });
}

export function internalError(cause: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${cause}`, {
    causes: [{ reason: '', message: cause }],
  });
}

/** 500 ServerTimeout: could not be done now, and was not begun. */
export function serverTimeout(target: GroupResource, operation: string, retryAfterSeconds: number): ApiError {
  const message = `The ${operation} operation against ${qualifiedResource(target)} could not be completed at this time, please try again.`;
  return new ApiError(500, 'ServerTimeout', message, {
    group: target.group,
    kind: target.resource,
    retryAfterSeconds,
  });
}

/** 503; certainly not executed when `retryAfterSeconds` is given. */
export function serviceUnavailable(message: string, retryAfterSeconds?: number): ApiError {
  const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
  return new ApiError(503, 'ServiceUnavailable', message, details);
}

/**
 * 504. A write whose outcome is unknown must not carry `retryAfterSeconds`: Go clients resend what carries it,
 * and the write would be done twice.
 */
export function timeout(message: string, retryAfterSeconds?: number): ApiError {
  return new ApiError(
    504,
    'Timeout',
    `Timeout: ${message}`,
    retryAfterSeconds === undefined ? undefined : { retryAfterSeconds },
  );
}

/** A read asked for a revision that this member has not seen. */
export function resourceVersionTooLarge(asked: string, current: string): ApiError {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return new ApiError(504, 'Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** The answer to a deletion that left nothing to show. */
export function statusSuccess(details?: StatusDetails): JsonObject {
  return objectOf({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: objectOf({}),
    status: 'Success',
    details: details === undefined ? undefined : encodeDetails(details),
  });
}
