/** Pods: phase and quality-of-service class at birth, graceful deletion, and what the subresources may change. */
import { parseQuantity } from '../quantity.js';
import { listAt, objectAt, objectOf, objectsAt, optionalNumberAt, stringAt } from '../read.js';
import { cloneValue, type JsonObject } from '../value.js';
import { keepField, makeStrategy } from './strategy.js';

const defaultGracePeriodSeconds = 30;

export const podStrategy = makeStrategy({
  status: true,
  generation: true,
  initialStatus: (pod) => {
    const status = objectOf({ phase: 'Pending', qosClass: qualityOfService(pod) });
    if (listAt(pod, 'spec', 'schedulingGates').length > 0) {
      status['conditions'] = [
        objectOf({
          type: 'PodScheduled',
          status: 'False',
          lastProbeTime: null,
          lastTransitionTime: null,
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        }),
      ];
    }
    return status;
  },
  statusUpdate: (pod, old) => {
    const metadata = objectAt(pod, 'metadata');
    const oldMetadata = objectAt(old, 'metadata');
    if (metadata !== undefined && oldMetadata !== undefined)
      keepField(metadata, oldMetadata, 'ownerReferences');
    const status = objectAt(pod, 'status');
    const oldClass = stringAt(old, 'status', 'qosClass');
    if (status !== undefined && oldClass !== '') status['qosClass'] = oldClass;
  },
  gracePeriodSeconds: podGracePeriodSeconds,
});

/**
 * How long a pod's deletion waits when the client names no time: a pod that no node runs, or that has ended,
 * goes at once.
 */
export function podGracePeriodSeconds(pod: JsonObject): number {
  if (stringAt(pod, 'spec', 'nodeName') === '') return 0;
  const phase = stringAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  const seconds = optionalNumberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? defaultGracePeriodSeconds;
  return seconds < 0 ? 1 : seconds;
}

/** Guaranteed, Burstable or BestEffort, from the containers' CPU and memory. */
function qualityOfService(pod: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...objectsAt(pod, 'spec', 'initContainers'), ...objectsAt(pod, 'spec', 'containers')];
  let anyResource = false;
  let allLimited = containers.length > 0;
  for (const container of containers) {
    for (const resource of ['cpu', 'memory']) {
      const request = quantityAt(container, 'requests', resource);
      const limit = quantityAt(container, 'limits', resource);
      if (request !== '' || limit !== '') anyResource = true;
      if (limit === '' || (request !== '' && request !== limit)) allLimited = false;
    }
  }
  if (!anyResource) return 'BestEffort';
  return allLimited ? 'Guaranteed' : 'Burstable';
}

/** The quantity as stored (canonical); '' when absent or zero. */
function quantityAt(container: JsonObject, group: 'requests' | 'limits', resource: string): string {
  const value = objectAt(container, 'resources', group)?.[resource];
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  const text = String(value);
  return isZero(text) ? '' : text;
}

function isZero(text: string): boolean {
  try {
    parseQuantity(text);
  } catch {
    return false;
  }
  return /^[+-]?0*\.?0*([a-zA-Z].*)?$/.test(text);
}

/** Only ephemeral containers may be added; everything else of the pod stays. */
export function prepareEphemeralContainers(next: JsonObject, old: JsonObject): JsonObject {
  const result = cloneValue(old);
  carryResourceVersion(result, next);
  const spec = objectAt(result, 'spec');
  const nextSpec = objectAt(next, 'spec');
  if (spec !== undefined && nextSpec !== undefined) keepField(spec, nextSpec, 'ephemeralContainers');
  return result;
}

/** Only the containers' resources and resize policies may change. */
export function prepareResize(next: JsonObject, old: JsonObject): JsonObject {
  const result = cloneValue(old);
  carryResourceVersion(result, next);
  for (const list of ['containers', 'initContainers']) {
    const wanted = new Map(objectsAt(next, 'spec', list).map((item) => [stringAt(item, 'name'), item]));
    for (const container of objectsAt(result, 'spec', list)) {
      const change = wanted.get(stringAt(container, 'name'));
      if (change === undefined) continue;
      keepField(container, change, 'resources');
      keepField(container, change, 'resizePolicy');
    }
  }
  return result;
}

/** The optimistic lock travels with the request's object, whatever else is kept. */
export function carryResourceVersion(result: JsonObject, next: JsonObject): void {
  const metadata = objectAt(result, 'metadata');
  const asked = objectAt(next, 'metadata')?.['resourceVersion'];
  if (metadata === undefined) return;
  if (asked === undefined) delete metadata['resourceVersion'];
  else metadata['resourceVersion'] = asked;
}
