/**
 * Pods that nobody will ever finish: bound to a node that does not exist, and past their grace. A kubelet ends
 * the pods of its own node; without the node there is none, and the namespace would wait for ever.
 */
import { getPath, type JsonObject, parseTime } from '../../api/index.js';
import { type ApiClient, isConflict, isNotFound, type ResourceReference } from '../../client/index.js';
import type { Clock } from '../../platform/index.js';

/** The pods among `pods` that are being deleted and whose grace has passed by `nowMilliseconds` (wall). */
export function podsPastGrace(pods: readonly JsonObject[], nowMilliseconds: number): readonly JsonObject[] {
  return pods.filter((pod) => {
    const deletion = getPath(pod, 'metadata', 'deletionTimestamp');
    if (typeof deletion !== 'string' || nodeOf(pod) === undefined) return false;
    const due = parseTime(deletion);
    return due !== undefined && due <= nowMilliseconds;
  });
}

/** Deletes the stranded ones at once. */
export async function deleteStrandedPods(
  client: ApiClient,
  clock: Clock,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const reference: ResourceReference = { group: '', version: 'v1', resource: 'pods', namespace };
  const { items } = await client.listAll(reference, { signal });
  const nodeExists = new Map<string, boolean>();
  for (const pod of podsPastGrace(items, clock.wallMilliseconds())) {
    const node = nodeOf(pod)!;
    const exists = nodeExists.get(node) ?? (await hasNode(client, node, signal));
    nodeExists.set(node, exists);
    if (!exists) await deletePod(client, reference, pod, signal);
  }
}

function nodeOf(pod: JsonObject): string | undefined {
  const node = getPath(pod, 'spec', 'nodeName');
  return typeof node === 'string' && node !== '' ? node : undefined;
}

async function hasNode(client: ApiClient, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.get({ group: '', version: 'v1', resource: 'nodes' }, name, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function deletePod(
  client: ApiClient,
  reference: ResourceReference,
  pod: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const name = getPath(pod, 'metadata', 'name');
  const uid = getPath(pod, 'metadata', 'uid');
  if (typeof name !== 'string' || typeof uid !== 'string') return;
  try {
    // The uid: a new pod of the same name is not the one that was judged.
    await client.delete(reference, name, { signal, gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
