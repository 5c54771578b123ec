/** What every cluster has from its first moment: four namespaces, made by whichever member comes first. */
import { ApiError, type DescriptorIndex, newObject, type SchemaRegistry } from '../api/index.js';
import type { Logger } from '../platform/index.js';
import { createObject } from './registry/create.js';
import type { RegistryDependencies } from './registry/dependencies.js';
import { createResourceView } from './registry/resource-view.js';

export const birthNamespaces: readonly string[] = [
  'default',
  'kube-system',
  'kube-public',
  'kube-node-lease',
];

const retryMilliseconds = 100;
const attemptMilliseconds = 5000;

/**
 * Tries until each namespace exists or the server closes. Any refusal is tried again: before the first leader
 * there is nothing else to do.
 */
export async function createBirthNamespaces(
  dependencies: RegistryDependencies,
  options: {
    readonly index: DescriptorIndex;
    readonly schemas: SchemaRegistry;
    readonly logger: Logger;
    readonly isClosing: () => boolean;
  },
): Promise<void> {
  const served = options.index.byResource('', 'v1', 'namespaces');
  if (served === undefined) throw new Error('namespaces are not served');
  const view = createResourceView(served, options.schemas);
  const create = async (name: string): Promise<void> => {
    while (!options.isClosing()) {
      const metadata = newObject();
      metadata['name'] = name;
      const object = Object.assign(newObject(), { kind: 'Namespace', apiVersion: 'v1', metadata });
      try {
        await createObject(dependencies, {
          view,
          namespace: '',
          object,
          caller: 'system:apiserver',
          timeoutMilliseconds: attemptMilliseconds,
          dryRun: false,
        });
        return;
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'AlreadyExists') return;
        options.logger.debug('a namespace of the beginning could not be created yet', {
          name,
          error: String(error),
        });
        await new Promise<void>((resolve) => {
          dependencies.clock.setTimer(retryMilliseconds, resolve);
        });
      }
    }
  };
  await Promise.all(birthNamespaces.map((name) => create(name)));
}
