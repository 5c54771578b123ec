/** Deleting one object, or each of a collection. */
import { ApiError, type JsonObject, notFound, protectedNamespace } from '../../api/index.js';
import { checkPreconditions, type DeleteOptions, decideDeletion } from './deletion.js';
import type { RegistryDependencies, WriteContext } from './dependencies.js';
import { objectKey, textOf } from './keys.js';
import type { ListPage } from './list.js';
import type { ResourceView } from './resource-view.js';
import { type StoredItem } from './stored-form.js';
import { type WriteDecision, type WriteResult, writeObject } from './write-loop.js';

export interface DeleteRequest extends WriteContext {
  readonly view: ResourceView;
  readonly namespace: string;
  readonly name: string;
  readonly options: DeleteOptions;
}

/** The cluster cannot do without these. */
const protectedNamespaces: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/** @throws ApiError */
export async function deleteObject(
  dependencies: RegistryDependencies,
  request: DeleteRequest,
): Promise<WriteResult> {
  const { view, name } = request;
  const { descriptor } = view;
  if (descriptor === dependencies.namespaces && protectedNamespaces.has(name)) throw protectedNamespace(name);
  return writeObject(dependencies, {
    view,
    key: objectKey(descriptor, request.namespace, name),
    caller: request.caller,
    timeoutMilliseconds: request.timeoutMilliseconds,
    dryRun: request.dryRun,
    decide: (live) => Promise.resolve(decide(dependencies, request, live)),
  });
}

function decide(
  dependencies: RegistryDependencies,
  request: DeleteRequest,
  live: JsonObject | undefined,
): WriteDecision {
  const { descriptor } = request.view;
  if (live === undefined) throw notFound(descriptor, request.name);
  checkPreconditions(descriptor, live, request.options.preconditions);
  const decision = decideDeletion(descriptor, live, request.options, dependencies.clock.wallMilliseconds());
  switch (decision.kind) {
    case 'remove':
      return { kind: 'remove', object: live };
    case 'mark':
      return { kind: 'put', object: decision.object };
    case 'already':
      return { kind: 'keep' };
    default: {
      const never: never = decision;
      return never;
    }
  }
}

const deletionsAtOnce = 16;

/** Deletes each object of the page; what another has deleted meanwhile counts as done. */
export async function deleteAll(
  dependencies: RegistryDependencies,
  request: Omit<DeleteRequest, 'name'>,
  page: ListPage,
): Promise<readonly StoredItem[]> {
  const results: StoredItem[] = [];
  for (let start = 0; start < page.items.length; start += deletionsAtOnce) {
    const slice = page.items.slice(start, start + deletionsAtOnce);
    const written = await Promise.all(slice.map((item) => deleteListed(dependencies, request, item)));
    for (const item of written) if (item !== undefined) results.push(item);
  }
  return results;
}

async function deleteListed(
  dependencies: RegistryDependencies,
  request: Omit<DeleteRequest, 'name'>,
  item: StoredItem,
): Promise<StoredItem | undefined> {
  const segments = textOf(item.key).split('/');
  const name = segments.at(-1)!;
  const namespace = request.view.descriptor.namespaced ? segments.at(-2)! : '';
  try {
    return (await deleteObject(dependencies, { ...request, namespace, name })).item;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return undefined;
    throw error;
  }
}
