/** The OpenAPI 2.0 document of everything, as `/openapi/v2` serves it; old kubectls need it. */
import type { ResourceDescriptor } from '../descriptor.js';
import type { SchemaRegistry } from '../schema/registry.js';
import { type JsonObject, newObject } from '../value.js';
import { definitionsOf, patchReference, referenceTo } from './definitions.js';
import { definitionName } from './names.js';
import { object } from './object.js';
import {
  listMediaTypes,
  type Operation,
  objectMediaTypes,
  operationsOf,
  type Parameter,
  patchMediaTypes,
  statusDescription,
  typesOf,
} from './operations.js';

/** Swagger 2.0 of all `descriptors`. Built anew each time: keep the encoded bytes. */
export function openApiV2Document(
  descriptors: readonly ResourceDescriptor[],
  schemas: SchemaRegistry,
): JsonObject {
  const operations = operationsOf(descriptors);
  const paths = newObject();
  for (const operation of operations) {
    const item = (paths[operation.path] ??= newObject()) as JsonObject;
    item[operation.method] = operationObject(operation);
  }
  return object({
    swagger: '2.0',
    info: object({ title: 'Kubernetes', version: 'v1.36.0' }),
    paths,
    definitions: definitionsOf(typesOf(operations), schemas, 2),
  });
}

function operationObject(operation: Operation): JsonObject {
  const { group, version, kind } = operation;
  return object({
    description: operation.description,
    consumes: operation.body === 'patch' ? [...patchMediaTypes] : ['*/*'],
    produces: operation.action === 'list' ? [...listMediaTypes] : [...objectMediaTypes],
    tags: [operation.tag],
    operationId: operation.operationId,
    parameters: [...bodyParameter(operation), ...operation.parameters.map(parameterObject)],
    responses: responses(operation),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': object({ group, kind, version }),
  });
}

function bodyParameter({ body }: Operation): JsonObject[] {
  if (body === undefined) return [];
  const required = body === 'patch' || body.required;
  const schema = body === 'patch' ? patchReference(2) : referenceTo(definitionName(body.type), 2);
  return [object({ in: 'body', name: 'body', required: required ? true : undefined, schema })];
}

function parameterObject(parameter: Parameter): JsonObject {
  return object({
    uniqueItems: true,
    type: parameter.type,
    description: parameter.description,
    name: parameter.name,
    in: parameter.in,
    required: parameter.in === 'path' ? true : undefined,
  });
}

function responses(operation: Operation): JsonObject {
  const answers = newObject();
  const { response } = operation;
  for (const code of operation.statusCodes) {
    answers[String(code)] = object({
      description: statusDescription(code),
      schema: response === undefined ? object({ type: 'string' }) : referenceTo(definitionName(response), 2),
    });
  }
  answers['401'] = object({ description: 'Unauthorized' });
  return answers;
}
