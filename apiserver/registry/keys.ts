/** Where objects lie in the store: the original's keys, so that etcdctl shows what an operator expects. */
import type { ResourceDescriptor } from '../../api/index.js';
import type { KeyRange } from '../../storage/index.js';

export function keyPrefix(descriptor: ResourceDescriptor): string {
  if (descriptor.persistence.kind === 'virtual') {
    throw new Error(`${descriptor.resource} are virtual: they have no keys`);
  }
  const prefix = descriptor.persistence.keyPrefix;
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** The prefix of a namespace's objects, or of all of them for ''. */
export function collectionPrefix(descriptor: ResourceDescriptor, namespace: string): string {
  const prefix = keyPrefix(descriptor);
  return descriptor.namespaced && namespace !== '' ? `${prefix}${namespace}/` : prefix;
}

export function objectKey(descriptor: ResourceDescriptor, namespace: string, name: string): string {
  return `${collectionPrefix(descriptor, namespace)}${name}`;
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Everything below a prefix that ends in `/`. `0` is the byte after `/`. */
export function prefixRange(prefix: string): Required<KeyRange> {
  return { key: bytesOf(prefix), end: bytesOf(`${prefix.slice(0, -1)}0`) };
}
