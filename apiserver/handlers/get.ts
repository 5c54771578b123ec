/** GET of one object. */
import { notFound } from '../../api/index.js';
import { bytesOf, objectKey } from '../registry/keys.js';
import { waitForRevision } from '../registry/list.js';
import { parseResourceVersion } from '../registry/list-options.js';
import { valueOfRead } from '../registry/outcome.js';
import type { StoredItem } from '../registry/stored-form.js';
import { negotiateObject, sendItem } from './respond.js';
import { type ResourceRequest, readContext } from './tools.js';

/**
 * resourceVersion unset: linearizable; 0: whatever this member has; N: not older than N.
 * @throws ApiError
 */
export async function readItem(request: ResourceRequest): Promise<StoredItem> {
  const { info, tools, view } = request;
  const context = readContext(request);
  const revision = parseResourceVersion(request.request.query.get('resourceVersion') ?? '');
  if (revision !== undefined && revision > 0) await waitForRevision(tools, revision, context);
  const key = bytesOf(objectKey(view.descriptor, info.namespace, info.name));
  const consistency = revision === undefined ? 'linearizable' : 'local';
  const item = valueOfRead(await tools.store.range({ key, consistency }, context)).items[0];
  if (item === undefined) throw notFound(view.descriptor, info.name);
  return item;
}

export async function handleGet(request: ResourceRequest): Promise<void> {
  const negotiated = negotiateObject(request);
  await sendItem(request, 200, await readItem(request), negotiated);
}
