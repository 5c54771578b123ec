/** componentstatuses: the members of the cluster and how each is, as this member sees it now. */
import { type JsonObject, newObject, notFound, type ResourceDescriptor } from '../../api/index.js';
import type { ClusterAdmin, MemberHealth } from '../../storage/index.js';

function toComponentStatus(health: MemberHealth): JsonObject {
  const metadata = newObject();
  metadata['name'] = health.name;
  const condition = Object.assign(newObject(), {
    type: 'Healthy',
    status: health.healthy ? 'True' : 'False',
    ...(health.healthy ? { message: health.message } : { message: '', error: health.message }),
  });
  return Object.assign(newObject(), {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata,
    conditions: [condition],
  });
}

export async function listComponentStatuses(admin: ClusterAdmin): Promise<JsonObject[]> {
  const members = [...(await admin.health())].sort((left, right) => (left.name < right.name ? -1 : 1));
  return members.map((health) => toComponentStatus(health));
}

/** @throws ApiError 404 */
export async function getComponentStatus(
  admin: ClusterAdmin,
  descriptor: ResourceDescriptor,
  name: string,
): Promise<JsonObject> {
  const health = (await admin.health()).find((candidate) => candidate.name === name);
  if (health === undefined) throw notFound(descriptor, name);
  return toComponentStatus(health);
}
