/** The five conditions that tell a user why a namespace is still there. Pure. */

import { equalValues, getPath, isObject, type JsonObject, newObject } from '../../api/index.js';
import { type Discovery } from '../../client/index.js';
import type { ContentReport } from './content.js';

export interface DeletionProgress {
  readonly discovery: Pick<Discovery, 'stale' | 'malformed'>;
  readonly content: ContentReport;
}

interface Finding {
  readonly type: string;
  /** undefined: all is well. */
  readonly trouble: string | undefined;
  readonly troubleReason: string;
  readonly wellReason: string;
  readonly well: string;
}

function findings({ discovery, content }: DeletionProgress): readonly Finding[] {
  const remaining = content.remaining.map(({ resource, count }) => `${resource} (${count})`);
  const finalizers = [...content.finalizers]
    .map(([finalizer, count]) => `${finalizer} (${count})`)
    .toSorted();
  const failures = content.failures.map(({ resource, message }) => `${resource}: ${message}`);
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      trouble: describe('the resources of these groups are not known now', discovery.stale),
      troubleReason: 'DiscoveryFailed',
      wellReason: 'ResourcesDiscovered',
      well: 'every group told its resources',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      trouble: describe('these are not group and version names', discovery.malformed),
      troubleReason: 'GroupVersionParsingFailed',
      wellReason: 'ParsedGroupVersions',
      well: 'every group and version name is understood',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      trouble: describe('these resources could not be deleted', failures),
      troubleReason: 'ContentDeletionFailed',
      wellReason: 'ContentDeleted',
      well: 'deletion was asked for all content',
    },
    {
      type: 'NamespaceContentRemaining',
      trouble: describe('objects are still there', remaining),
      troubleReason: 'SomeResourcesRemain',
      wellReason: 'ContentRemoved',
      well: 'all content is gone',
    },
    {
      type: 'NamespaceFinalizersRemaining',
      trouble: describe('objects wait for finalizers', finalizers),
      troubleReason: 'SomeFinalizersRemain',
      wellReason: 'ContentHasNoFinalizers',
      well: 'no content waits for a finalizer',
    },
  ];
}

function describe(what: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `${what}: ${names.join(', ')}`;
}

/** True when nothing keeps the namespace: its finalizer may go. */
export function isEmpty({ discovery, content }: DeletionProgress): boolean {
  return discovery.stale.length === 0 && content.failures.length === 0 && content.remaining.length === 0;
}

/**
 * The namespace's conditions with ours set to `progress`, others kept. A condition's transition time moves
 * only with its status. undefined when nothing changed, so that a wait writes nothing.
 */
export function nextConditions(
  namespace: JsonObject,
  progress: DeletionProgress,
  now: string,
): JsonObject[] | undefined {
  const current = getPath(namespace, 'status', 'conditions');
  const conditions = Array.isArray(current) ? current.filter(isObject) : [];
  const next = [...conditions];
  for (const finding of findings(progress)) {
    const index = next.findIndex((condition) => condition['type'] === finding.type);
    const previous = index === -1 ? undefined : next[index];
    const condition = newObject();
    const status = finding.trouble === undefined ? 'False' : 'True';
    condition['type'] = finding.type;
    condition['status'] = status;
    condition['lastTransitionTime'] =
      previous?.['status'] === status ? (previous['lastTransitionTime'] ?? now) : now;
    condition['reason'] = finding.trouble === undefined ? finding.wellReason : finding.troubleReason;
    condition['message'] = finding.trouble ?? finding.well;
    if (index === -1) next.push(condition);
    else next[index] = condition;
  }
  return equalValues(conditions, next) ? undefined : next;
}
