/** The columns of apps and batch kinds, replication controllers and autoscalers. */
import type { TableColumn } from '../descriptor.js';
import {
  booleanAt,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  optionalNumberAt,
  sortedKeys,
  stringAt,
} from '../read.js';
import { parseTime } from '../time.js';
import type { JsonObject, JsonValue } from '../value.js';
import {
  ageColumn,
  ageOf,
  formatLabels,
  formatSelector,
  integer,
  integerAt,
  nameColumn,
  orNone,
  selectorColumn,
  templateColumns,
  text,
  wide,
} from './common.js';
import { humanDuration } from './duration.js';

const template = ['spec', 'template'];

export const deploymentColumns: readonly TableColumn[] = [
  nameColumn,
  text('Ready', 'Ready pods of those wanted.', readyOfWanted),
  integerAt('Up-to-date', 'Pods made from the current template.', 'status', 'updatedReplicas'),
  integerAt('Available', 'Pods ready for at least minReadySeconds.', 'status', 'availableReplicas'),
  ageColumn,
  ...templateColumns(...template),
  selectorColumn,
];

function readyOfWanted(object: JsonObject): string {
  return `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`;
}

export const replicaSetColumns: readonly TableColumn[] = [
  nameColumn,
  integerAt('Desired', 'Pods wanted.', 'spec', 'replicas'),
  integerAt('Current', 'Pods that exist.', 'status', 'replicas'),
  integerAt('Ready', 'Pods that are ready.', 'status', 'readyReplicas'),
  ageColumn,
  ...templateColumns(...template),
  selectorColumn,
];

export const replicationControllerColumns: readonly TableColumn[] = [
  ...replicaSetColumns.slice(0, -1),
  wide('Selector', 'The labels that select the pods.', (object) =>
    formatLabels(objectAt(object, 'spec', 'selector')),
  ),
];

export const statefulSetColumns: readonly TableColumn[] = [
  nameColumn,
  text('Ready', 'Ready pods of those wanted.', readyOfWanted),
  ageColumn,
  ...templateColumns(...template),
];

export const daemonSetColumns: readonly TableColumn[] = [
  nameColumn,
  integerAt('Desired', 'Nodes that should run a pod.', 'status', 'desiredNumberScheduled'),
  integerAt('Current', 'Nodes that run a pod and should.', 'status', 'currentNumberScheduled'),
  integerAt('Ready', 'Nodes whose pod is ready.', 'status', 'numberReady'),
  integerAt('Up-to-date', 'Nodes whose pod is of the current template.', 'status', 'updatedNumberScheduled'),
  integerAt('Available', 'Nodes whose pod is available.', 'status', 'numberAvailable'),
  text('Node Selector', 'The labels of the nodes that run a pod.', (object) =>
    formatLabels(objectAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
  ),
  ageColumn,
  ...templateColumns(...template),
  selectorColumn,
];

export const controllerRevisionColumns: readonly TableColumn[] = [
  nameColumn,
  text('Controller', 'The controller that owns the revision.', (object) => {
    const owner = objectsAt(object, 'metadata', 'ownerReferences').find((reference) =>
      booleanAt(reference, 'controller'),
    );
    if (owner === undefined) return '<none>';
    return `${ownerResource(owner)}/${stringAt(owner, 'name')}`;
  }),
  integerAt('Revision', 'The number of the revision.', 'revision'),
  ageColumn,
];

function ownerResource(owner: JsonObject): string {
  const version = stringAt(owner, 'apiVersion');
  const slash = version.indexOf('/');
  const group = slash < 0 ? '' : version.slice(0, slash);
  const kind = stringAt(owner, 'kind').toLowerCase();
  return group === '' ? kind : `${kind}.${group}`;
}

export const podTemplateColumns: readonly TableColumn[] = [
  nameColumn,
  ...templateColumns('template').map((column): TableColumn => ({ ...column, priority: 0 })),
  text('Pod Labels', 'The labels of the pods.', (object) =>
    formatLabels(objectAt(object, 'template', 'metadata', 'labels')),
  ),
];

export const jobColumns: readonly TableColumn[] = [
  nameColumn,
  text('Status', 'Whether the job runs, has ended, or waits.', jobStatus),
  text('Completions', 'Finished pods of those wanted.', jobCompletions),
  text('Duration', 'How long the job took, or has been running.', jobDuration),
  ageColumn,
  ...templateColumns(...template),
  selectorColumn,
];

function hasCondition(object: JsonObject, type: string): boolean {
  return objectsAt(object, 'status', 'conditions').some(
    (condition) => stringAt(condition, 'type') === type && stringAt(condition, 'status') === 'True',
  );
}

function jobStatus(job: JsonObject): string {
  if (hasCondition(job, 'Complete')) return 'Complete';
  if (hasCondition(job, 'Failed')) return 'Failed';
  if (stringAt(job, 'metadata', 'deletionTimestamp') !== '') return 'Terminating';
  if (hasCondition(job, 'Suspended')) return 'Suspended';
  if (hasCondition(job, 'FailureTarget')) return 'FailureTarget';
  if (hasCondition(job, 'SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function jobCompletions(job: JsonObject): string {
  const succeeded = numberAt(job, 'status', 'succeeded');
  const completions = optionalNumberAt(job, 'spec', 'completions');
  if (completions !== undefined) return `${succeeded}/${completions}`;
  const parallelism = numberAt(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: JsonObject, now: number): string {
  const started = parseTime(stringAt(job, 'status', 'startTime'));
  if (started === undefined) return '';
  const completed = parseTime(stringAt(job, 'status', 'completionTime'));
  return humanDuration((completed ?? now) - started);
}

export const cronJobColumns: readonly TableColumn[] = [
  nameColumn,
  text('Schedule', 'When jobs start, in cron form.', (object) => stringAt(object, 'spec', 'schedule')),
  text('Timezone', 'The time zone of the schedule.', (object) =>
    orNone(stringAt(object, 'spec', 'timeZone')),
  ),
  text('Suspend', 'Whether no further jobs start.', (object) =>
    booleanAt(object, 'spec', 'suspend') ? 'True' : 'False',
  ),
  integer('Active', 'Jobs that run now.', (object) => listAt(object, 'status', 'active').length),
  text('Last Schedule', 'When a job was last started.', (object, now) => {
    const last = stringAt(object, 'status', 'lastScheduleTime');
    return last === '' ? '<none>' : ageOf(last, now);
  }),
  ageColumn,
  ...templateColumns('spec', 'jobTemplate', 'spec', 'template'),
  wide('Selector', 'The labels that select the pods.', (object) =>
    formatSelector(objectAt(object, 'spec', 'jobTemplate', 'spec')?.['selector']),
  ),
];

export const horizontalPodAutoscalerColumns: readonly TableColumn[] = [
  nameColumn,
  text('Reference', 'What is scaled.', (object) => {
    const kind = stringAt(object, 'spec', 'scaleTargetRef', 'kind');
    return `${kind}/${stringAt(object, 'spec', 'scaleTargetRef', 'name')}`;
  }),
  text('Targets', 'Each metric: its value now, and the one aimed at.', autoscalerTargets),
  text('MinPods', 'The fewest pods.', (object) => {
    const minimum = optionalNumberAt(object, 'spec', 'minReplicas');
    return minimum === undefined ? '<unset>' : String(minimum);
  }),
  integerAt('MaxPods', 'The most pods.', 'spec', 'maxReplicas'),
  integerAt('Replicas', 'Pods now.', 'status', 'currentReplicas'),
  ageColumn,
];

/** The columns look at the autoscaling/v2 form. */
function autoscalerTargets(autoscaler: JsonObject): string {
  const metrics = objectsAt(autoscaler, 'spec', 'metrics');
  if (metrics.length === 0) return '<none>';
  const statuses = objectsAt(autoscaler, 'status', 'currentMetrics');
  const shown = metrics.slice(0, 2).map((metric, index) => metricTarget(metric, statuses[index]));
  const more = metrics.length > 2 ? ` + ${metrics.length - 2} more...` : '';
  return `${shown.join(', ')}${more}`;
}

const metricSources: ReadonlyMap<string, string> = new Map([
  ['External', 'external'],
  ['Pods', 'pods'],
  ['Object', 'object'],
  ['Resource', 'resource'],
  ['ContainerResource', 'containerResource'],
]);

function metricTarget(metric: JsonObject, status: JsonObject | undefined): string {
  const type = stringAt(metric, 'type');
  const source = metricSources.get(type);
  if (source === undefined) return '<unknown type>';
  const spec = objectAt(metric, source);
  const target = objectAt(spec, 'target');
  const current = objectAt(status, source, 'current');
  const utilization = optionalNumberAt(target, 'averageUtilization');
  const isResource = type === 'Resource' || type === 'ContainerResource';
  const label = isResource ? `${stringAt(spec, 'name')}: ` : '';
  if (utilization !== undefined) {
    const now = optionalNumberAt(current, 'averageUtilization');
    return `${label}${now === undefined ? '<unknown>' : `${now}%`}/${utilization}%`;
  }
  const average = quantityText(target?.['averageValue']);
  if (average !== '') {
    const suffix = type === 'Object' || type === 'External' ? ' (avg)' : '';
    return `${label}${quantityText(current?.['averageValue']) || '<unknown>'}/${average}${suffix}`;
  }
  if (isResource) return `${label}<unknown>/<auto>`;
  return `${quantityText(current?.['value']) || '<unknown>'}/${quantityText(target?.['value']) || '<auto>'}`;
}

function quantityText(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export const podDisruptionBudgetColumns: readonly TableColumn[] = [
  nameColumn,
  text('Min Available', 'The pods that must stay.', (object) => countOrPercent(object, 'minAvailable')),
  text('Max Unavailable', 'The pods that may be missing.', (object) =>
    countOrPercent(object, 'maxUnavailable'),
  ),
  integerAt('Allowed Disruptions', 'The pods that may be evicted now.', 'status', 'disruptionsAllowed'),
  ageColumn,
];

function countOrPercent(object: JsonObject, field: string): string {
  const value = objectAt(object, 'spec')?.[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'N/A';
}

/** `used/hard` of a quota's resources that a filter lets through. */
export function quotaUsage(quota: JsonObject, wanted: (resource: string) => boolean): string {
  const hard = objectAt(quota, 'status', 'hard');
  const used = objectAt(quota, 'status', 'used');
  return sortedKeys(hard)
    .filter((resource) => wanted(resource))
    .map(
      (resource) => `${resource}: ${quantityText(used?.[resource]) || '0'}/${quantityText(hard?.[resource])}`,
    )
    .join(', ');
}
