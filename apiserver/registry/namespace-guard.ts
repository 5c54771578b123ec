/**
 * A new object needs a namespace that exists and stays. The answer is tied to the write: the transaction
 * compares the namespace's revision, so no object lands in a namespace that began to go in between.
 */
import {
  getPath,
  isObject,
  namespaceTerminating,
  notFound,
  parseJson,
  type ResourceDescriptor,
} from '../../api/index.js';
import type { CallContext, Compare, KeyValue, Store } from '../../storage/index.js';
import { bytesOf, objectKey } from './keys.js';
import { valueOfRead } from './outcome.js';

function isTerminating(item: KeyValue): boolean {
  const namespace = parseJson(item.value);
  if (!isObject(namespace)) return false;
  return (
    getPath(namespace, 'metadata', 'deletionTimestamp') !== undefined ||
    getPath(namespace, 'status', 'phase') === 'Terminating'
  );
}

/**
 * The comparison that a write into the namespace must carry.
 * @throws ApiError 404 for no namespace, 403 for a terminating one; neither from a stale view
 */
export async function guardNamespace(
  store: Store,
  namespaces: ResourceDescriptor,
  target: { readonly descriptor: ResourceDescriptor; readonly namespace: string; readonly name: string },
  context: CallContext,
): Promise<Compare> {
  const key = bytesOf(objectKey(namespaces, '', target.namespace));
  const read = async (consistency: 'local' | 'linearizable'): Promise<KeyValue | undefined> =>
    valueOfRead(await store.range({ key, consistency }, context)).items[0];
  let item = await read('local');
  // This member may lag behind the namespace's creation, or its re-creation: ask before refusing.
  if (item === undefined || isTerminating(item)) item = await read('linearizable');
  if (item === undefined) throw notFound({ group: '', resource: 'namespaces' }, target.namespace);
  if (isTerminating(item)) throw namespaceTerminating(target.descriptor, target.name, target.namespace);
  return { key, target: 'mod', result: 'equal', operand: item.modRevision };
}
