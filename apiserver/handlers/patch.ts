/** The three kinds of patch, applied to an object in the request's version and decoded again. */
import {
  ApiError,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  badRequest,
  decodeTyped,
  invalidObject,
  isObject,
  type JsonObject,
  JsonSyntaxError,
  type JsonValue,
  PatchError,
  parseJson,
  requestEntityTooLarge,
  stringAt,
  stringifyJson,
  TypedDecodeError,
  unsupportedMediaType,
} from '../../api/index.js';
import {
  applyFieldValidation,
  createProblemList,
  type ExpectedKind,
  withKind,
} from '../negotiation/request-body.js';
import type { ApiRequest } from '../server/exchange.js';
import { validationOf } from './body.js';
import type { ResourceRequest } from './tools.js';

export type PatchKind = 'json' | 'merge' | 'strategic';

const patchTypes: ReadonlyMap<string, PatchKind> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
]);

/** @throws ApiError 415, or 422 for `force` with a patch that knows no force */
export function patchKindOf(request: ApiRequest): PatchKind {
  const type = (request.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const kind = patchTypes.get(type);
  if (kind === undefined) throw unsupportedMediaType([...patchTypes.keys()]);
  if (request.query.get('force') !== null) {
    throw invalidObject('meta.k8s.io', 'PatchOptions', '', [
      { kind: 'FieldValueForbidden', path: 'force', detail: 'may not be specified for non-apply patch' },
    ]);
  }
  return kind;
}

export interface Patcher {
  /**
   * The patched object, typed; `live` is not changed. May be called again on a newer object.
   * @throws ApiError 400 or 422
   */
  apply(live: JsonObject): JsonObject;
  /** Tells of unknown fields once, however often the patch was applied. */
  reportWarnings(): void;
}

/** @throws ApiError 400 or 413 for a patch that cannot be read */
export function createPatcher(
  request: ResourceRequest,
  kind: PatchKind,
  bytes: Uint8Array,
  expected: ExpectedKind,
): Patcher {
  const duplicates: string[] = [];
  const patch = parsePatch(bytes, duplicates);
  if (kind === 'json' && Array.isArray(patch) && patch.length > request.tools.limits.maxJsonPatchOperations) {
    throw requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${request.tools.limits.maxJsonPatchOperations}, got ${patch.length}`,
    );
  }
  if (kind !== 'json' && !isObject(patch)) {
    throw badRequest('error decoding patch: the patch must be a JSON object');
  }
  const { fieldValidation, onWarning } = validationOf(request);
  let warnings: string[] = [];
  return {
    apply(live) {
      const patched = applyPatch(request, kind, live, patch, expected);
      checkSameKind(patched, expected);
      const problems = createProblemList(duplicates);
      const typed = decodePatched(request, patched, expected, problems.unknown);
      warnings = [];
      applyFieldValidation(
        { fieldValidation, onWarning: (text) => warnings.push(text) },
        problems.list,
        (text) => invalidPatch(patched, text),
      );
      return withKind(typed, expected);
    },
    reportWarnings() {
      for (const warning of warnings) onWarning(warning);
    },
  };
}

function parsePatch(bytes: Uint8Array, duplicates: string[]): JsonValue {
  try {
    return parseJson(bytes, { onDuplicateKey: (path) => duplicates.push(path) });
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(`error decoding patch: ${error.message}`);
    throw error;
  }
}

function applyPatch(
  request: ResourceRequest,
  kind: PatchKind,
  live: JsonObject,
  patch: JsonValue,
  expected: ExpectedKind,
): JsonObject {
  try {
    const patched = applyKind(request, kind, live, patch, expected);
    if (!isObject(patched)) throw new PatchError('failed', 'the patch leaves no object');
    return patched;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.kind === 'malformed') throw badRequest(error.message);
    // The original says only the first half and keeps what is wrong to itself.
    throw new ApiError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${error.message}`,
      {},
    );
  }
}

function applyKind(
  request: ResourceRequest,
  kind: PatchKind,
  live: JsonObject,
  patch: JsonValue,
  expected: ExpectedKind,
): JsonValue {
  switch (kind) {
    case 'json':
      return applyJsonPatch(live, patch);
    case 'merge':
      return applyMergePatch(live, patch);
    case 'strategic':
      return applyStrategicMergePatch(live, patch as JsonObject, expected.type, request.tools.schemas);
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function checkSameKind(patched: JsonObject, expected: ExpectedKind): void {
  const { apiVersion, kind } = patched;
  if (apiVersion !== expected.apiVersion || kind !== expected.kind) {
    throw badRequest(
      `the patch changes the kind or version: ${stringAt(patched, 'apiVersion')} ${stringAt(patched, 'kind')} does not match ${expected.apiVersion} ${expected.kind}`,
    );
  }
}

function decodePatched(
  request: ResourceRequest,
  patched: JsonObject,
  expected: ExpectedKind,
  onUnknownField: (path: string) => void,
): JsonObject {
  try {
    return decodeTyped(patched, expected.type, request.tools.schemas, { onUnknownField });
  } catch (error) {
    if (error instanceof TypedDecodeError) throw invalidPatch(patched, error.message);
    throw error;
  }
}

/** The patch is what is wrong, whichever object it was applied to. */
function invalidPatch(patched: JsonObject, why: string): ApiError {
  return invalidObject('', '', '', [
    { kind: 'FieldValueInvalid', path: 'patch', value: stringifyJson(patched), detail: why },
  ]);
}
