/** Defaults of batch/v1. */
import { cloneValue, type JsonObject } from '../value.js';
import { child, children, type Defaulter, ensureChild, isEmptyMap, setAbsent, setEmpty } from './helpers.js';
import { defaultPodTemplate } from './pod.js';

export const batchDefaults: Readonly<Record<string, Defaulter>> = {
  'batch/v1.Job': defaultJob,
  'batch/v1.CronJob': defaultCronJob,
};

const maxInt32 = 2 ** 31 - 1;

function defaultJob(job: JsonObject): void {
  const spec = ensureChild(job, 'spec');
  // A work queue says how many run at once but not how many there are.
  if (isAbsent(spec.completions) && isAbsent(spec.parallelism)) spec.completions = 1;
  setAbsent(spec, 'parallelism', 1);
  setAbsent(spec, 'backoffLimit', isAbsent(spec.backoffLimitPerIndex) ? 6 : maxInt32);
  setAbsent(spec, 'completionMode', 'NonIndexed');
  setAbsent(spec, 'suspend', false);
  setAbsent(spec, 'podReplacementPolicy', isAbsent(spec.podFailurePolicy) ? 'TerminatingOrFailed' : 'Failed');
  const labels = child(child(child(spec, 'template'), 'metadata'), 'labels');
  const metadata = ensureChild(job, 'metadata');
  if (labels !== undefined && isEmptyMap(metadata.labels)) metadata.labels = cloneValue(labels);
  defaultPodFailurePolicy(spec);
  defaultPodTemplate(spec);
}

function defaultCronJob(cronJob: JsonObject): void {
  const spec = ensureChild(cronJob, 'spec');
  setEmpty(spec, 'concurrencyPolicy', 'Allow');
  setAbsent(spec, 'suspend', false);
  setAbsent(spec, 'successfulJobsHistoryLimit', 3);
  setAbsent(spec, 'failedJobsHistoryLimit', 1);
  const jobSpec = child(child(spec, 'jobTemplate'), 'spec');
  if (jobSpec === undefined) return;
  defaultPodFailurePolicy(jobSpec);
  defaultPodTemplate(jobSpec);
}

function defaultPodFailurePolicy(spec: JsonObject): void {
  for (const rule of children(child(spec, 'podFailurePolicy'), 'rules')) {
    for (const pattern of children(rule, 'onPodConditions')) setEmpty(pattern, 'status', 'True');
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
