/** apps, batch, autoscaling and policy. */
import {
  controllerRevisionColumns,
  cronJobColumns,
  daemonSetColumns,
  deploymentColumns,
  horizontalPodAutoscalerColumns,
  jobColumns,
  podDisruptionBudgetColumns,
  replicaSetColumns,
  statefulSetColumns,
} from '../columns/workloads.js';
import type { ResourceDescriptor, TableColumn } from '../descriptor.js';
import { numberAt } from '../read.js';
import { jobStrategy } from '../strategies/job.js';
import { makeStrategy } from '../strategies/strategy.js';
import {
  controllerRevisionRules,
  daemonSetRules,
  deploymentRules,
  replicaSetRules,
  statefulSetRules,
} from '../validation/apps.js';
import { autoscalerV1Rules, autoscalerV2Rules, disruptionBudgetRules } from '../validation/autoscaling.js';
import { cronJobRules, jobRules } from '../validation/batch.js';
import { autoscalerToV1, autoscalerToV2 } from './autoscaler-conversion.js';
import { defineResource, scaleSubresource, statusSubresource } from './define.js';

const workloadStrategy = makeStrategy({ status: true, generation: true, statusKeeps: 'labels' });

function apps(): readonly ResourceDescriptor[] {
  const scalable = {
    group: 'apps',
    categories: ['all'],
    subresources: [scaleSubresource, statusSubresource],
  };
  return [
    defineResource({
      group: 'apps',
      resource: 'controllerrevisions',
      kind: 'ControllerRevision',
      columns: controllerRevisionColumns,
      rules: controllerRevisionRules,
    }),
    defineResource({
      group: 'apps',
      resource: 'daemonsets',
      kind: 'DaemonSet',
      shortNames: ['ds'],
      categories: ['all'],
      columns: daemonSetColumns,
      rules: daemonSetRules,
      subresources: [statusSubresource],
      strategy: makeStrategy({ status: true, generation: true }),
    }),
    defineResource({
      ...scalable,
      resource: 'deployments',
      kind: 'Deployment',
      shortNames: ['deploy'],
      columns: deploymentColumns,
      rules: deploymentRules,
      strategy: workloadStrategy,
    }),
    defineResource({
      ...scalable,
      resource: 'replicasets',
      kind: 'ReplicaSet',
      shortNames: ['rs'],
      columns: replicaSetColumns,
      selectableFields: [
        { name: 'status.replicas', value: (object) => String(numberAt(object, 'status', 'replicas')) },
      ],
      rules: replicaSetRules,
      strategy: makeStrategy({ status: true, generation: true }),
    }),
    defineResource({
      ...scalable,
      resource: 'statefulsets',
      kind: 'StatefulSet',
      shortNames: ['sts'],
      columns: statefulSetColumns,
      rules: statefulSetRules,
      strategy: makeStrategy({ status: true, generation: true }),
    }),
  ];
}

function batch(): readonly ResourceDescriptor[] {
  const common = { group: 'batch', categories: ['all'], subresources: [statusSubresource] };
  return [
    defineResource({
      ...common,
      resource: 'cronjobs',
      kind: 'CronJob',
      shortNames: ['cj'],
      columns: cronJobColumns,
      rules: cronJobRules,
      strategy: makeStrategy({ status: true, generation: true }),
    }),
    defineResource({
      ...common,
      resource: 'jobs',
      kind: 'Job',
      columns: jobColumns,
      selectableFields: [
        { name: 'status.successful', value: (job) => String(numberAt(job, 'status', 'succeeded')) },
      ],
      rules: jobRules,
      strategy: jobStrategy,
    }),
  ];
}

/** Columns are written for the v2 form. */
const autoscalerV1Columns: readonly TableColumn[] = horizontalPodAutoscalerColumns.map((column) => ({
  ...column,
  cell: (object, now) => column.cell(autoscalerToV2(object), now),
}));

function autoscaling(): ResourceDescriptor {
  return defineResource({
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    shortNames: ['hpa'],
    categories: ['all'],
    versions: [
      { version: 'v2', columns: horizontalPodAutoscalerColumns, rules: autoscalerV2Rules },
      { version: 'v1', columns: autoscalerV1Columns, rules: autoscalerV1Rules },
    ],
    storageVersion: 'v2',
    subresources: [statusSubresource],
    strategy: makeStrategy({ status: true }),
    convertOne: (object, version) => (version === 'v1' ? autoscalerToV1(object) : autoscalerToV2(object)),
  });
}

function policy(): ResourceDescriptor {
  return defineResource({
    group: 'policy',
    resource: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    shortNames: ['pdb'],
    columns: podDisruptionBudgetColumns,
    rules: disruptionBudgetRules,
    subresources: [statusSubresource],
    strategy: makeStrategy({ status: true, generation: true, unconditionalUpdate: false }),
  });
}

export function workloadResources(): readonly ResourceDescriptor[] {
  return [...apps(), autoscaling(), ...batch(), policy()];
}
