/**
 * HorizontalPodAutoscaler between autoscaling/v2 and autoscaling/v1. What v1 has no fields for travels in
 * annotations, so that a round trip through v1 loses nothing; v1's one field is v2's CPU utilization metric.
 */

import { parseJson, stringifyJson } from '../json.js';
import { objectAt, objectOf, objectsAt, optionalNumberAt, stringAt } from '../read.js';
import { cloneValue, isObject, type JsonArray, type JsonObject, type JsonValue } from '../value.js';

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';
const currentMetricsAnnotation = 'autoscaling.alpha.kubernetes.io/current-metrics';
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior';
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions';
const annotationNames = [
  metricsAnnotation,
  currentMetricsAnnotation,
  behaviorAnnotation,
  conditionsAnnotation,
];

const v1 = 'autoscaling/v1';
const v2 = 'autoscaling/v2';

function isCpuUtilization(metric: JsonObject): boolean {
  return (
    stringAt(metric, 'type') === 'Resource' &&
    stringAt(metric, 'resource', 'name') === 'cpu' &&
    optionalNumberAt(metric, 'resource', 'target', 'averageUtilization') !== undefined
  );
}

/** Either form to autoscaling/v1. */
export function autoscalerToV1(object: JsonObject): JsonObject {
  if (stringAt(object, 'apiVersion') !== v2) return object;
  const result = cloneValue(object);
  result['apiVersion'] = v1;
  const spec = objectAt(result, 'spec');
  const status = objectAt(result, 'status');
  const carried: [string, JsonValue][] = [];
  if (spec !== undefined) {
    const metrics = objectsAt(spec, 'metrics');
    const cpu = metrics.find((metric) => isCpuUtilization(metric));
    const others = metrics.filter((metric) => metric !== cpu);
    delete spec['metrics'];
    if (cpu !== undefined) {
      spec['targetCPUUtilizationPercentage'] = objectAt(cpu, 'resource', 'target')!['averageUtilization']!;
    }
    if (others.length > 0) carried.push([metricsAnnotation, [...others]]);
    if (isObject(spec['behavior'])) carried.push([behaviorAnnotation, spec['behavior']]);
    delete spec['behavior'];
  }
  if (status !== undefined) {
    const metrics = objectsAt(status, 'currentMetrics');
    const cpu = metrics.find((metric) => stringAt(metric, 'resource', 'name') === 'cpu');
    const utilization = objectAt(cpu, 'resource', 'current')?.['averageUtilization'];
    const others = metrics.filter((metric) => metric !== cpu || utilization === undefined);
    delete status['currentMetrics'];
    if (utilization !== undefined) status['currentCPUUtilizationPercentage'] = utilization;
    if (others.length > 0) carried.push([currentMetricsAnnotation, [...others]]);
    const conditions = objectsAt(status, 'conditions');
    if (conditions.length > 0) carried.push([conditionsAnnotation, [...conditions]]);
    delete status['conditions'];
    if (status['currentReplicas'] === undefined) status['currentReplicas'] = 0;
  }
  setAnnotations(result, carried);
  return result;
}

function setAnnotations(object: JsonObject, carried: readonly (readonly [string, JsonValue])[]): void {
  if (carried.length === 0) return;
  const metadata = objectAt(object, 'metadata') ?? objectOf({});
  object['metadata'] = metadata;
  const annotations = objectAt(metadata, 'annotations') ?? objectOf({});
  metadata['annotations'] = annotations;
  for (const [name, value] of carried) annotations[name] = stringifyJson(value);
}

/** Either form to autoscaling/v2. */
export function autoscalerToV2(object: JsonObject): JsonObject {
  if (stringAt(object, 'apiVersion') !== v1) return object;
  const result = cloneValue(object);
  result['apiVersion'] = v2;
  const carried = takeAnnotations(result);
  const spec = objectAt(result, 'spec');
  if (spec !== undefined) {
    const metrics: JsonArray = [];
    const utilization = spec['targetCPUUtilizationPercentage'];
    delete spec['targetCPUUtilizationPercentage'];
    if (utilization !== undefined && utilization !== null) metrics.push(cpuMetric('target', utilization));
    metrics.push(...listOf(carried.get(metricsAnnotation)));
    if (metrics.length > 0) spec['metrics'] = metrics;
    const behavior = carried.get(behaviorAnnotation);
    if (isObject(behavior)) spec['behavior'] = behavior;
  }
  const status = objectAt(result, 'status');
  if (status !== undefined) {
    const metrics: JsonArray = [];
    const utilization = status['currentCPUUtilizationPercentage'];
    delete status['currentCPUUtilizationPercentage'];
    if (utilization !== undefined && utilization !== null) metrics.push(cpuMetric('current', utilization));
    metrics.push(...listOf(carried.get(currentMetricsAnnotation)));
    status['currentMetrics'] = metrics.length > 0 ? metrics : null;
    const conditions = listOf(carried.get(conditionsAnnotation));
    if (conditions.length > 0) status['conditions'] = conditions;
  }
  return result;
}

function cpuMetric(member: 'target' | 'current', utilization: JsonValue): JsonObject {
  const value =
    member === 'target'
      ? objectOf({ type: 'Utilization', averageUtilization: utilization })
      : objectOf({ averageUtilization: utilization });
  return objectOf({ type: 'Resource', resource: objectOf({ name: 'cpu', [member]: value }) });
}

function listOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isObject(item)) : [];
}

/** Reads and removes the carrying annotations; one that is not JSON is dropped, as in the original. */
function takeAnnotations(object: JsonObject): ReadonlyMap<string, JsonValue> {
  const taken = new Map<string, JsonValue>();
  const metadata = objectAt(object, 'metadata');
  const annotations = objectAt(metadata, 'annotations');
  if (metadata === undefined || annotations === undefined) return taken;
  for (const name of annotationNames) {
    const text = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
    if (typeof text !== 'string') continue;
    delete annotations[name];
    try {
      taken.set(name, parseJson(text));
    } catch {
      // Not ours: somebody wrote the annotation by hand.
    }
  }
  if (Object.keys(annotations).length === 0) delete metadata['annotations'];
  return taken;
}
