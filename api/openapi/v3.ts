/** OpenAPI 3.0 documents, one a group and version, as `/openapi/v3/...` serves them. */
import type { ResourceDescriptor } from '../descriptor.js';
import type { SchemaRegistry } from '../schema/registry.js';
import { type JsonObject, type JsonValue, newObject } from '../value.js';
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

/**
 * The document of one `groupVersion` (`v1`, `apps/v1`): the operations of those of `descriptors` that serve it, and
 * the schemas they need. Built anew each time: keep the encoded bytes.
 */
export function openApiV3Document(
  groupVersion: string,
  descriptors: readonly ResourceDescriptor[],
  schemas: SchemaRegistry,
): JsonObject {
  const operations = operationsOf(descriptors, groupVersion);
  const paths = newObject();
  for (const operation of operations) {
    const item = (paths[operation.path] ??= newObject()) as JsonObject;
    item[operation.method] = operationObject(operation);
  }
  return object({
    openapi: '3.0.0',
    info: object({ title: 'Kubernetes', version: 'v1.36.0' }),
    paths,
    components: object({ schemas: definitionsOf(typesOf(operations), schemas, 3) }),
  });
}

function operationObject(operation: Operation): JsonObject {
  const { group, version, kind } = operation;
  return object({
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.operationId,
    parameters: operation.parameters.map(parameterObject),
    requestBody: requestBody(operation),
    responses: responses(operation),
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': object({ group, version, kind }),
  });
}

function parameterObject(parameter: Parameter): JsonObject {
  return object({
    name: parameter.name,
    in: parameter.in,
    description: parameter.description,
    required: parameter.in === 'path' ? true : undefined,
    schema: object({ type: parameter.type, uniqueItems: true }),
  });
}

function requestBody(operation: Operation): JsonObject | undefined {
  const { body } = operation;
  if (body === undefined) return undefined;
  if (body === 'patch') {
    return object({ content: contents(patchMediaTypes, patchReference(3)), required: true });
  }
  const schema = referenceTo(definitionName(body.type), 3);
  return object({ content: contents(['*/*'], schema), required: body.required ? true : undefined });
}

function responses(operation: Operation): JsonObject {
  const answers = newObject();
  const { response } = operation;
  const content =
    response === undefined
      ? contents(['*/*'], object({ type: 'string' }))
      : contents(
          operation.action === 'list' ? listMediaTypes : objectMediaTypes,
          referenceTo(definitionName(response), 3),
        );
  for (const code of operation.statusCodes) {
    answers[String(code)] = object({ description: statusDescription(code), content });
  }
  answers['401'] = object({ description: 'Unauthorized' });
  return answers;
}

function contents(mediaTypes: readonly string[], schema: JsonValue): JsonObject {
  const content = newObject();
  for (const mediaType of mediaTypes) content[mediaType] = object({ schema });
  return content;
}
