/**
 * An API server in memory behind the client's interface: enough of create, get, list, update and delete, with
 * resource versions and conflicts, for components that are tested on a virtual clock.
 */
import { cloneValue, getPath, isObject, type JsonObject, type JsonValue } from '../../../api/index.js';
import {
  type ApiClient,
  ApiConnectionError,
  ApiStatusError,
  type ResourceReference,
} from '../../../client/index.js';

export interface MemoryApi {
  readonly client: ApiClient;
  readonly objects: Map<string, JsonObject>;
  /** What was called, in order: `VERB resource[/subresource] [namespace/]name`. */
  readonly calls: string[];
  /** Set: every call of any client of this server fails so. */
  failure: Error | undefined;
  /** Another client of the same server, whose connection can fail by itself. */
  anotherClient(): { readonly client: ApiClient; isCut: boolean };
  /** Documents by path, for discovery. */
  readonly documents: Map<string, JsonValue>;
  /** Called for a delete or each item of a deletecollection; true: the object stays. */
  onDelete: ((key: string, object: JsonObject) => boolean) | undefined;
}

function statusError(code: number, reason: string, message: string): ApiStatusError {
  return new ApiStatusError({ kind: 'Status', reason, message, code }, code);
}

export function objectPath(reference: ResourceReference, name: string): string {
  return `${reference.resource}.${reference.group} ${reference.namespace ?? ''}/${name}`;
}

export function memoryApi(): MemoryApi {
  const objects = new Map<string, JsonObject>();
  const calls: string[] = [];
  let version = 100;

  function store(path: string, object: JsonObject): JsonObject {
    version += 1;
    const stored = cloneValue(object);
    stored['metadata'] = {
      ...(isObject(stored['metadata']) ? stored['metadata'] : {}),
      resourceVersion: String(version),
    };
    objects.set(path, stored);
    return cloneValue(stored);
  }

  function inCollection(reference: ResourceReference): [string, JsonObject][] {
    const prefix = `${reference.resource}.${reference.group} `;
    return [...objects].filter(
      ([path]) =>
        path.startsWith(prefix) &&
        (reference.namespace === undefined || path.startsWith(`${prefix}${reference.namespace}/`)),
    );
  }

  function nameIn(object: JsonObject): string {
    const name = getPath(object, 'metadata', 'name');
    return typeof name === 'string' ? name : '';
  }

  function makeClient(isCut: () => boolean): ApiClient {
    async function enter(
      verb: string,
      reference: ResourceReference,
      name = '',
      subresource?: string,
    ): Promise<void> {
      await Promise.resolve();
      calls.push(
        `${verb} ${reference.resource}${subresource === undefined ? '' : `/${subresource}`} ${name}`.trim(),
      );
      if (isCut()) throw new ApiConnectionError('not-sent', 'cut');
      if (api.failure !== undefined) throw api.failure;
    }
    function found(reference: ResourceReference, name: string): JsonObject {
      const object = objects.get(objectPath(reference, name));
      if (object === undefined)
        throw statusError(404, 'NotFound', `${reference.resource} "${name}" not found`);
      return object;
    }
    function remove(path: string, object: JsonObject): void {
      if (api.onDelete?.(path, object) !== true) objects.delete(path);
    }
    const unused = (): never => {
      throw new Error('not part of the memory API');
    };
    return {
      async get(reference, name) {
        await enter('get', reference, name);
        return cloneValue(found(reference, name));
      },
      async list(reference) {
        await enter('list', reference);
        const items = inCollection(reference).map(([, object]) => cloneValue(object));
        return { items, resourceVersion: String(version), continueToken: '', remainingItemCount: undefined };
      },
      async listAll(reference) {
        await enter('list', reference);
        return {
          items: inCollection(reference).map(([, object]) => cloneValue(object)),
          resourceVersion: String(version),
        };
      },
      async create(reference, object) {
        const name = nameIn(object);
        await enter('create', reference, name);
        const path = objectPath(reference, name);
        if (objects.has(path)) throw statusError(409, 'AlreadyExists', `${name} already exists`);
        return store(path, object);
      },
      async update(reference, object, options = {}) {
        const name = nameIn(object);
        await enter('update', reference, name, options.subresource);
        const current = found(reference, name);
        const expected = getPath(object, 'metadata', 'resourceVersion');
        if (expected !== undefined && expected !== getPath(current, 'metadata', 'resourceVersion')) {
          throw statusError(409, 'Conflict', 'the object has been modified');
        }
        const path = objectPath(reference, name);
        const finalizers = getPath(object, 'spec', 'finalizers');
        if (options.subresource === 'finalize' && Array.isArray(finalizers) && finalizers.length === 0) {
          objects.delete(path);
          return cloneValue(object);
        }
        return store(path, object);
      },
      async delete(reference, name) {
        await enter('delete', reference, name);
        const object = found(reference, name);
        remove(objectPath(reference, name), object);
        return cloneValue(object);
      },
      async deleteCollection(reference) {
        await enter('deletecollection', reference);
        for (const [path, object] of inCollection(reference)) remove(path, object);
        return { kind: 'Status', status: 'Success' };
      },
      async getDocument(path) {
        await Promise.resolve();
        if (isCut()) throw new ApiConnectionError('not-sent', 'cut');
        const document = api.documents.get(path);
        if (document === undefined) throw statusError(404, 'NotFound', path);
        return document;
      },
      patch: unused,
      watch: unused,
      raw: unused,
      close: () => {},
    };
  }

  const api: MemoryApi = {
    client: makeClient(() => false),
    objects,
    calls,
    failure: undefined,
    documents: new Map(),
    onDelete: undefined,
    anotherClient() {
      const handle: { client: ApiClient; isCut: boolean } = {
        client: makeClient(() => handle.isCut),
        isCut: false,
      };
      return handle;
    },
  };
  return api;
}
