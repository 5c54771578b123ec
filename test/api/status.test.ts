import { describe, expect, it } from 'vitest';
import { invalid as invalidField, required } from '../../api/field-error.js';
import {
  type ApiError,
  alreadyExists,
  badRequest,
  conflict,
  expired,
  forbidden,
  generateNameConflict,
  gone,
  internalError,
  invalidObject,
  methodNotAllowed,
  namespaceTerminating,
  notAcceptable,
  notFound,
  notFoundGeneric,
  protectedNamespace,
  requestEntityTooLarge,
  resourceVersionTooLarge,
  serverTimeout,
  serviceUnavailable,
  statusSuccess,
  timeout,
  tooManyRequests,
  unauthorized,
  unsupportedMediaType,
} from '../../api/status.js';
import { plain } from './support/values.js';

const pods = { group: '', resource: 'pods' };
const deployments = { group: 'apps', resource: 'deployments' };

const cases: readonly (readonly [error: ApiError, code: number, reason: string, message: string])[] = [
  [notFound(pods, 'x'), 404, 'NotFound', 'pods "x" not found'],
  [notFound(deployments, 'x'), 404, 'NotFound', 'deployments.apps "x" not found'],
  [notFoundGeneric(), 404, 'NotFound', 'the server could not find the requested resource'],
  [
    alreadyExists({ group: '', resource: 'configmaps' }, 'x'),
    409,
    'AlreadyExists',
    'configmaps "x" already exists',
  ],
  [
    generateNameConflict(pods, 'x'),
    409,
    'AlreadyExists',
    'pods "x" already exists, the server was not able to generate a unique name for the object',
  ],
  [
    conflict(deployments, 'x'),
    409,
    'Conflict',
    'Operation cannot be fulfilled on deployments.apps "x": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    invalidObject('', 'Pod', 'x', [required('spec.containers')]),
    422,
    'Invalid',
    'Pod "x" is invalid: spec.containers: Required value',
  ],
  [
    invalidObject('apps', 'Deployment', 'x', [
      required('spec.a'),
      invalidField('spec.b', -1, 'must be greater than or equal to 0'),
    ]),
    422,
    'Invalid',
    'Deployment.apps "x" is invalid: [spec.a: Required value, spec.b: Invalid value: -1: must be greater than or equal to 0]',
  ],
  [badRequest('no'), 400, 'BadRequest', 'no'],
  [unauthorized(), 401, 'Unauthorized', 'Unauthorized'],
  [
    forbidden({
      kind: 'resource',
      user: 'u',
      verb: 'list',
      group: '',
      resource: 'configmaps',
      namespace: 'd',
      name: '',
    }),
    403,
    'Forbidden',
    'configmaps is forbidden: User "u" cannot list resource "configmaps" in API group "" in the namespace "d"',
  ],
  [
    forbidden({
      kind: 'resource',
      user: 'u',
      verb: 'get',
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: '',
      name: 'x',
    }),
    403,
    'Forbidden',
    'deployments.apps "x" is forbidden: User "u" cannot get resource "deployments/scale" in API group "apps" at the cluster scope',
  ],
  [
    forbidden({ kind: 'path', user: 'u', verb: 'get', path: '/x' }),
    403,
    'Forbidden',
    'forbidden: User "u" cannot get path "/x"',
  ],
  [
    namespaceTerminating(pods, 'p', 'n'),
    403,
    'Forbidden',
    'pods "p" is forbidden: unable to create new content in namespace n because it is being terminated',
  ],
  [
    protectedNamespace('default'),
    403,
    'Forbidden',
    'namespaces "default" is forbidden: this namespace may not be deleted',
  ],
  [
    methodNotAllowed(pods, 'watch'),
    405,
    'MethodNotAllowed',
    'watch is not supported on resources of kind "pods"',
  ],
  [
    notAcceptable(['application/json', 'application/yaml']),
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml',
  ],
  [
    unsupportedMediaType(['application/json']),
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json',
  ],
  [
    requestEntityTooLarge('limit is 3145728'),
    413,
    'RequestEntityTooLarge',
    'Request entity too large: limit is 3145728',
  ],
  [gone('old'), 410, 'Gone', 'old'],
  [tooManyRequests('later', 1), 429, 'TooManyRequests', 'later'],
  [internalError('boom'), 500, 'InternalError', 'Internal error occurred: boom'],
  [
    serverTimeout(pods, 'list', 1),
    500,
    'ServerTimeout',
    'The list operation against pods could not be completed at this time, please try again.',
  ],
  [serviceUnavailable('no leader', 1), 503, 'ServiceUnavailable', 'no leader'],
  [timeout('request did not complete'), 504, 'Timeout', 'Timeout: request did not complete'],
];

describe('an error as a Status', () => {
  it.each(cases)('%s', (error, code, reason, message) => {
    expect(plain(error.status)).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      code,
    });
    expect(error.message).toBe(message);
    expect(error.code).toBe(code);
  });

  it('tells what is wrong field by field', () => {
    const error = invalidObject('apps', 'Deployment', 'x', [
      required('spec.selector'),
      invalidField('a', 'b', 'c'),
    ]);
    expect(plain(error.status)).toMatchObject({
      details: {
        name: 'x',
        group: 'apps',
        kind: 'Deployment',
        causes: [
          { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.selector' },
          { reason: 'FieldValueInvalid', message: 'Invalid value: "b": c', field: 'a' },
        ],
      },
    });
  });

  it('names the resource, not the kind, in the details of the others', () => {
    expect(plain(notFound(deployments, 'x').status)).toMatchObject({
      details: { name: 'x', group: 'apps', kind: 'deployments' },
    });
  });

  it('says why a namespace takes nothing more', () => {
    expect(plain(namespaceTerminating(pods, 'p', 'n').status)).toMatchObject({
      details: {
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace n is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    });
  });

  it('never asks for a retry of a write whose outcome is unknown', () => {
    const error = timeout('unknown');
    expect(error.retryAfterSeconds).toBeUndefined();
    expect(JSON.stringify(error.status)).not.toContain('retryAfterSeconds');
    expect(resourceVersionTooLarge('9', '3').retryAfterSeconds).toBe(1);
    expect(plain(resourceVersionTooLarge('9', '3').status)).toMatchObject({
      message: 'Timeout: Too large resource version: 9, current: 3',
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    });
  });

  it('carries the token of an inconsistent continuation', () => {
    expect(plain(expired('old', 'token').status)).toMatchObject({
      reason: 'Expired',
      code: 410,
      metadata: { continue: 'token' },
    });
    expect(plain(expired('old').status)).toMatchObject({ metadata: {} });
  });

  it('says of a success what is gone', () => {
    expect(plain(statusSuccess({ name: 'x', kind: 'pods', uid: 'u' }))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'x', kind: 'pods', uid: 'u' },
    });
  });
});
