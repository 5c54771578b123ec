/** Creating an object: place, name, defaults, preparation, validation, and the write that must find nothing. */
import {
  ApiError,
  alreadyExists,
  cloneValue,
  generateNameConflict,
  type JsonObject,
  stringAt,
} from '../../api/index.js';
import type { Compare } from '../../storage/index.js';
import type { RegistryDependencies, WriteContext } from './dependencies.js';
import { objectKey } from './keys.js';
import { generateName, placeInNamespace, prepareMetadataForCreate } from './metadata.js';
import { guardNamespace } from './namespace-guard.js';
import type { ResourceView } from './resource-view.js';
import { metadataOf } from './stored-form.js';
import { validateNew } from './validate.js';
import { type WriteResult, writeObject } from './write-loop.js';

export interface CreateRequest extends WriteContext {
  readonly view: ResourceView;
  /** '' for cluster-scoped resources. */
  readonly namespace: string;
  /** In the request's version, decoded; the call takes it over. */
  readonly object: JsonObject;
}

const maxGenerateAttempts = 8;

/** @throws ApiError */
export async function createObject(
  dependencies: RegistryDependencies,
  request: CreateRequest,
): Promise<WriteResult> {
  const base = await prepareBase(dependencies, request);
  const metadata = metadataOf(base);
  const prefix = metadata['generateName'];
  const generates = typeof prefix === 'string' && prefix !== '' && (metadata['name'] ?? '') === '';
  if (!generates) return attemptCreate(dependencies, request, base);

  let lastName = '';
  for (let attempt = 0; attempt < maxGenerateAttempts; attempt += 1) {
    const candidate = cloneValue(base);
    lastName = generateName(prefix, dependencies.random);
    metadataOf(candidate)['name'] = lastName;
    try {
      return await attemptCreate(dependencies, request, candidate);
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    }
  }
  throw generateNameConflict(request.view.descriptor, lastName);
}

/** The object in home form with defaults and the server's metadata. */
export async function prepareBase(
  dependencies: Pick<RegistryDependencies, 'clock' | 'random'>,
  request: Pick<CreateRequest, 'view' | 'namespace' | 'object'>,
): Promise<JsonObject> {
  const { view, namespace, object } = request;
  placeInNamespace(view.descriptor, object, namespace);
  const version = metadataOf(object)['resourceVersion'];
  if (version !== undefined && version !== '') {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  view.served.applyDefaults(object);
  const home = await view.toHome(object);
  if (view.home !== view.served) view.home.applyDefaults(home);
  prepareMetadataForCreate(view.descriptor, home, {
    random: dependencies.random,
    now: dependencies.clock.wallMilliseconds(),
  });
  return home;
}

async function attemptCreate(
  dependencies: RegistryDependencies,
  request: CreateRequest,
  object: JsonObject,
): Promise<WriteResult> {
  const { view, namespace } = request;
  view.descriptor.strategy.prepareForCreate(object, request.requester);
  const name = stringAt(metadataOf(object), 'name');
  const context = { caller: request.caller, timeoutMilliseconds: request.timeoutMilliseconds };
  const guards = async (): Promise<readonly Compare[]> => {
    if (!view.descriptor.namespaced) return [];
    return [
      await guardNamespace(
        dependencies.store,
        dependencies.namespaces,
        { descriptor: view.descriptor, namespace, name },
        context,
      ),
    ];
  };
  // A missing namespace is told before what is wrong with the object, as in the original.
  let ready: readonly Compare[] | undefined = await guards();
  validateNew(view, object);
  return writeObject(dependencies, {
    view,
    key: objectKey(view.descriptor, namespace, name),
    ...context,
    dryRun: request.dryRun,
    decide: async (live) => {
      if (live !== undefined) throw alreadyExists(view.descriptor, name);
      // What was read above serves the first attempt; a failed comparison may be the namespace's.
      const current = ready ?? (await guards());
      ready = undefined;
      return { kind: 'put', object, guards: current };
    },
  });
}
