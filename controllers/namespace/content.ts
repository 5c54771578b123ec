/** Deletes what a namespace holds and reports what is still there. */
import { getPath, type JsonObject } from '../../api/index.js';
import {
  type ApiClient,
  ApiStatusError,
  type DiscoveredResource,
  isNotFound,
  type ResourceReference,
} from '../../client/index.js';

export interface ContentReport {
  /** `pods`, `deployments.apps`, with the number of objects still there. */
  readonly remaining: readonly { readonly resource: string; readonly count: number }[];
  /** Of the objects still there, by finalizer. A sample of each resource where there are very many. */
  readonly finalizers: ReadonlyMap<string, number>;
  readonly failures: readonly { readonly resource: string; readonly message: string }[];
}

interface ResourceReport {
  readonly resource: string;
  readonly count: number;
  readonly sample: readonly JsonObject[];
  readonly failure: string | undefined;
}

/** Requests at one time: a deletion shares the server with everybody else. */
const maxParallelResources = 6;
const sampleItems = 500;

/** Which of the discovered resources hold content of a namespace, each once, by its preferred version. */
export function deletableResources(discovered: readonly DiscoveredResource[]): readonly DiscoveredResource[] {
  const seen = new Set<string>();
  return discovered.filter(({ group, resource, namespaced, verbs }) => {
    const id = `${resource}.${group}`;
    if (!namespaced || !verbs.includes('list') || !verbs.includes('delete') || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** Never rejects for a single resource: its failure is in the report. Rejects when `signal` is aborted. */
export async function deleteContent(
  client: ApiClient,
  namespace: string,
  resources: readonly DiscoveredResource[],
  signal: AbortSignal,
): Promise<ContentReport> {
  const reports: ResourceReport[] = [];
  const queue = [...resources];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      signal.throwIfAborted();
      reports.push(await deleteResource(client, namespace, next, signal));
    }
  };
  await Promise.all(Array.from({ length: maxParallelResources }, worker));
  return summarize(reports);
}

function summarize(reports: readonly ResourceReport[]): ContentReport {
  const ordered = reports.toSorted((left, right) => (left.resource < right.resource ? -1 : 1));
  const finalizers = new Map<string, number>();
  for (const object of ordered.flatMap(({ sample }) => sample)) {
    const names = getPath(object, 'metadata', 'finalizers');
    for (const name of Array.isArray(names) ? names : []) {
      if (typeof name === 'string') finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
    }
  }
  return {
    remaining: ordered.filter(({ count }) => count > 0).map(({ resource, count }) => ({ resource, count })),
    finalizers,
    failures: ordered.flatMap(({ resource, failure }) =>
      failure === undefined ? [] : [{ resource, message: failure }],
    ),
  };
}

async function deleteResource(
  client: ApiClient,
  namespace: string,
  discovered: DiscoveredResource,
  signal: AbortSignal,
): Promise<ResourceReport> {
  const { group, version, resource, verbs } = discovered;
  const reference: ResourceReference = { group, version, resource, namespace };
  const label = group === '' ? resource : `${resource}.${group}`;
  try {
    // Most resources are empty in most namespaces, and a read costs no consensus round of disk writes.
    const before = await client.list(reference, { signal, limit: sampleItems });
    if (before.items.length === 0) return { resource: label, count: 0, sample: [], failure: undefined };
    if (verbs.includes('deletecollection')) {
      await client.deleteCollection(reference, { signal, propagationPolicy: 'Background' });
    } else {
      await deleteEach(client, reference, before.items, signal);
    }
    const after = await client.list(reference, { signal, limit: sampleItems });
    const count = after.items.length + (after.remainingItemCount ?? 0);
    return { resource: label, count, sample: after.items, failure: undefined };
  } catch (error) {
    if (signal.aborted) throw error;
    // A resource that is no longer served, or that cannot be listed, holds nothing that we could delete.
    const isUnserved = error instanceof ApiStatusError && (error.code === 404 || error.code === 405);
    const message = error instanceof Error ? error.message : String(error);
    return { resource: label, count: 0, sample: [], failure: isUnserved ? undefined : message };
  }
}

async function deleteEach(
  client: ApiClient,
  reference: ResourceReference,
  items: readonly JsonObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const item of items) {
    const name = getPath(item, 'metadata', 'name');
    if (typeof name !== 'string') continue;
    try {
      await client.delete(reference, name, { signal, propagationPolicy: 'Background' });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
