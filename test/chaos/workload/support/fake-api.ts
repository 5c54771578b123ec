/** As much of an API server as the workloads use, in memory, with answers that a test can spoil. */
import { getPath, type JsonObject, newObject } from '../../../../api/index.js';
import { type ApiClient, ApiStatusError } from '../../../../client/index.js';

export type Verb = 'get' | 'list' | 'create' | 'update' | 'delete';

export interface FakeApi {
  readonly client: ApiClient;
  readonly calls: Verb[];
  readonly objects: Map<string, JsonObject>;
  /** Called before a request is carried out; what it throws is the answer. */
  before: (verb: Verb) => void;
  /** Called after a request was carried out; what it throws is the answer all the same. */
  after: (verb: Verb) => void;
}

function refusal(code: number, reason: string): ApiStatusError {
  const status = newObject();
  status['reason'] = reason;
  return new ApiStatusError(status, code);
}

const text = (object: JsonObject, ...path: readonly string[]): string => {
  const value = getPath(object, ...path);
  return typeof value === 'string' ? value : '';
};

export function fakeApi(): FakeApi {
  const objects = new Map<string, JsonObject>();
  const calls: Verb[] = [];
  let revision = 100;
  const stored = (object: JsonObject): JsonObject => {
    revision += 1;
    const metadata = { ...(object['metadata'] as JsonObject), resourceVersion: String(revision) };
    const next: JsonObject = { ...object, metadata };
    objects.set(text(object, 'metadata', 'name'), next);
    return next;
  };
  const found = (name: string): JsonObject => {
    const object = objects.get(name);
    if (object === undefined) throw refusal(404, 'NotFound');
    return object;
  };
  const api: FakeApi = {
    calls,
    objects,
    before: () => {},
    after: () => {},
    client: undefined as never,
  };
  const carryOut = async <Value>(verb: Verb, act: () => Value): Promise<Value> => {
    calls.push(verb);
    api.before(verb);
    const value = act();
    api.after(verb);
    return value;
  };
  const client: Pick<ApiClient, 'get' | 'list' | 'create' | 'update' | 'delete'> = {
    get: (_reference, name) => carryOut('get', () => found(name)),
    list: (_reference, options = {}) =>
      carryOut('list', () => {
        const [label = '', wanted = ''] = (options.labelSelector ?? '').split('=');
        const items = [...objects.values()].filter(
          (object) => text(object, 'metadata', 'labels', label) === wanted,
        );
        return { items, resourceVersion: String(revision), continueToken: '', remainingItemCount: undefined };
      }),
    create: (_reference, object) =>
      carryOut('create', () => {
        if (objects.has(text(object, 'metadata', 'name'))) throw refusal(409, 'AlreadyExists');
        return stored(object);
      }),
    update: (_reference, object) =>
      carryOut('update', () => {
        const live = found(text(object, 'metadata', 'name'));
        const asked = text(object, 'metadata', 'resourceVersion');
        if (asked !== '' && asked !== text(live, 'metadata', 'resourceVersion'))
          throw refusal(409, 'Conflict');
        return stored(object);
      }),
    delete: (_reference, name) =>
      carryOut('delete', () => {
        found(name);
        objects.delete(name);
        return newObject();
      }),
  };
  return Object.assign(api, { client: client as ApiClient });
}
