/** Replacing an object, or a part of it: PUT and PATCH, on the main endpoint and on subresources. */
import {
  ApiError,
  cloneValue,
  conflict,
  equalValues,
  type JsonObject,
  notFound,
  type SubresourceDescriptor,
} from '../../api/index.js';
import { prepareBase } from './create.js';
import { completesDeletion } from './deletion.js';
import type { RegistryDependencies, WriteContext } from './dependencies.js';
import { objectKey } from './keys.js';
import {
  askedResourceVersion,
  checkNameMatchesUrl,
  countGeneration,
  placeInNamespace,
  prepareMetadataForUpdate,
} from './metadata.js';
import { guardNamespace } from './namespace-guard.js';
import type { ResourceView } from './resource-view.js';
import { metadataOf } from './stored-form.js';
import { validateChanged, validateNew } from './validate.js';
import { type WriteDecision, type WriteResult, writeObject } from './write-loop.js';

/** What part of the object the endpoint may change. */
export type UpdateEndpoint =
  | { readonly kind: 'main' }
  | { readonly kind: 'status' }
  | Extract<SubresourceDescriptor, { readonly kind: 'object' }>;

export interface UpdateRequest extends WriteContext {
  readonly view: ResourceView;
  readonly namespace: string;
  readonly name: string;
  readonly endpoint: UpdateEndpoint;
  /** Whether a missing object is created where the kind allows it: PUT does, PATCH does not. */
  readonly mayCreate: boolean;
  /**
   * The wanted object in the request's version. `live` is the current one, in the same version, and the
   * callee's to change. A patch returns the patched live object; a PUT returns what was sent.
   */
  next(live: JsonObject | undefined): Promise<JsonObject>;
}

/** @throws ApiError */
export function updateObject(
  dependencies: RegistryDependencies,
  request: UpdateRequest,
): Promise<WriteResult> {
  return writeObject(dependencies, {
    view: request.view,
    key: objectKey(request.view.descriptor, request.namespace, request.name),
    caller: request.caller,
    timeoutMilliseconds: request.timeoutMilliseconds,
    dryRun: request.dryRun,
    decide: (live) =>
      live === undefined ? decideMissing(dependencies, request) : decideUpdate(request, live),
  });
}

async function decideMissing(
  dependencies: RegistryDependencies,
  request: UpdateRequest,
): Promise<WriteDecision> {
  const { view, namespace, name } = request;
  const { descriptor } = view;
  if (!request.mayCreate || request.endpoint.kind !== 'main' || !descriptor.strategy.allowCreateOnUpdate) {
    throw notFound(descriptor, name);
  }
  const object = await request.next(undefined);
  checkNameMatchesUrl(object, name);
  const asked = askedResourceVersion(object);
  if (asked !== '' && asked !== '0') throw notFound(descriptor, name);
  delete metadataOf(object)['resourceVersion'];
  const home = await prepareBase(dependencies, { view, namespace, object });
  descriptor.strategy.prepareForCreate(home, request.requester);
  const context = { caller: request.caller, timeoutMilliseconds: request.timeoutMilliseconds };
  const guards = descriptor.namespaced
    ? [
        await guardNamespace(
          dependencies.store,
          dependencies.namespaces,
          { descriptor, namespace, name },
          context,
        ),
      ]
    : [];
  validateNew(view, home);
  return { kind: 'put', object: home, guards };
}

/** @param live home form */
async function decideUpdate(request: UpdateRequest, live: JsonObject): Promise<WriteDecision> {
  const { view, name } = request;
  const { descriptor } = view;
  const next = await request.next(await view.fromHome(view.home === view.served ? cloneValue(live) : live));
  checkNameMatchesUrl(next, name);
  placeInNamespace(descriptor, next, request.namespace);
  checkResourceVersion(request, next, live);
  prepareMetadataForUpdate(descriptor, next, live);
  view.served.applyDefaults(next);
  let home = await view.toHome(next);
  if (view.home !== view.served) view.home.applyDefaults(home);
  home = applyEndpoint(request, home, live);

  const { strategy } = descriptor;
  if (request.endpoint.kind !== 'status') {
    countGeneration(
      descriptor,
      home,
      !equalValues(strategy.generationView(home), strategy.generationView(live)),
    );
  }
  validateChanged(view, home, live, request.endpoint.kind === 'object' ? request.endpoint : undefined);
  metadataOf(home)['resourceVersion'] = metadataOf(live)['resourceVersion']!;
  if (completesDeletion(descriptor, home)) return { kind: 'remove', object: home };
  return equalValues(home, live) ? { kind: 'keep' } : { kind: 'put', object: home };
}

function applyEndpoint(request: UpdateRequest, home: JsonObject, live: JsonObject): JsonObject {
  const { strategy } = request.view.descriptor;
  const { endpoint } = request;
  switch (endpoint.kind) {
    case 'main':
      strategy.prepareForUpdate(home, live);
      return home;
    case 'status':
      strategy.prepareForStatusUpdate(home, live);
      return home;
    case 'object':
      return endpoint.prepare(home, live);
    default: {
      const never: never = endpoint;
      return never;
    }
  }
}

function checkResourceVersion(request: UpdateRequest, next: JsonObject, live: JsonObject): void {
  const { descriptor } = request.view;
  const asked = askedResourceVersion(next);
  if (asked === '' || asked === '0') {
    if (descriptor.strategy.allowUnconditionalUpdate || request.endpoint.kind !== 'main') return;
    throw mustSpecifyVersion(request);
  }
  if (asked !== metadataOf(live)['resourceVersion']) throw conflict(descriptor, request.name);
}

/** In the original's words, which show the absent version as a hexadecimal zero. */
function mustSpecifyVersion(request: UpdateRequest): ApiError {
  const { group, kind } = request.view.descriptor;
  const field = 'metadata.resourceVersion';
  const message = 'Invalid value: 0x0: must be specified for an update';
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return new ApiError(
    422,
    'Invalid',
    `${qualified} ${JSON.stringify(request.name)} is invalid: ${field}: ${message}`,
    {
      name: request.name,
      group,
      kind,
      causes: [{ reason: 'FieldValueInvalid', message, field }],
    },
  );
}
