/** Jobs and cron jobs. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { booleanAt, objectAt, optionalNumberAt, stringAt } from '../read.js';
import { labelSelectorFromObject, matchesLabels } from '../selectors/labels.js';
import { jobControllerUidLabel, jobNameLabel } from '../strategies/job.js';
import { cloneValue, equalValues, type JsonObject, newObject } from '../value.js';
import { immutable, nonNegative, notSupported, oneOf, validateLabelSelector } from './checks.js';
import { cronProblem } from './cron.js';
import { validatePodTemplate } from './pod-spec.js';
import type { ValidationRules } from './rules.js';

const maxCronJobNameLength = 52;

export const jobRules: ValidationRules = {
  validate: (job) => {
    const spec = objectAt(job, 'spec');
    return [...validateJobSpec(spec, 'spec'), ...validateJobSelector(job, spec)];
  },
  validateUpdate: (job, old) => {
    const spec = objectAt(job, 'spec');
    const oldSpec = objectAt(old, 'spec');
    const completionsMayChange =
      stringAt(spec, 'completionMode') === 'Indexed' &&
      equalValues(spec?.['completions'], spec?.['parallelism']);
    return [
      ...(completionsMayChange ? [] : immutable(spec, oldSpec, 'completions', 'spec')),
      ...immutable(spec, oldSpec, 'selector', 'spec'),
      ...validateTemplateChange(spec, oldSpec, old),
      ...immutable(spec, oldSpec, 'completionMode', 'spec'),
      ...immutable(spec, oldSpec, 'podFailurePolicy', 'spec'),
      ...immutable(spec, oldSpec, 'backoffLimitPerIndex', 'spec'),
      ...immutable(spec, oldSpec, 'managedBy', 'spec'),
      ...immutable(spec, oldSpec, 'successPolicy', 'spec'),
    ];
  },
};

function validateJobSpec(spec: JsonObject | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [
    ...nonNegative(spec, 'parallelism', path),
    ...nonNegative(spec, 'completions', path),
    ...nonNegative(spec, 'activeDeadlineSeconds', path),
    ...nonNegative(spec, 'backoffLimit', path),
    ...nonNegative(spec, 'ttlSecondsAfterFinished', path),
    ...nonNegative(spec, 'backoffLimitPerIndex', path),
    ...nonNegative(spec, 'maxFailedIndexes', path),
    ...oneOf(spec, 'completionMode', path, ['Indexed', 'NonIndexed']),
    ...oneOf(spec, 'podReplacementPolicy', path, ['Failed', 'TerminatingOrFailed']),
    ...validatePodTemplate(objectAt(spec, 'template'), `${path}.template`),
  ];
  const policy = stringAt(spec, 'template', 'spec', 'restartPolicy');
  if (policy === 'Always' || policy === '') {
    const detail = 'valid values: "OnFailure", "Never"';
    errors.push(
      policy === ''
        ? required(`${path}.template.spec.restartPolicy`, detail)
        : notSupported(`${path}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never']),
    );
  }
  if (stringAt(spec, 'completionMode') === 'Indexed' && optionalNumberAt(spec, 'completions') === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  return errors;
}

/** The selector picks this job's pods and, unless the user took that over, only by the job's own uid. */
function validateJobSelector(job: JsonObject, spec: JsonObject | undefined): readonly FieldError[] {
  const selector = objectAt(spec, 'selector');
  if (selector === undefined) return [required('spec.selector')];
  const errors: FieldError[] = [...validateLabelSelector(selector, 'spec.selector')];
  const labels = objectAt(spec, 'template', 'metadata', 'labels');
  if (!booleanAt(spec, 'manualSelector')) {
    const expected: readonly (readonly [string, string])[] = [
      [jobControllerUidLabel, stringAt(job, 'metadata', 'uid')],
      [jobNameLabel, stringAt(job, 'metadata', 'name')],
    ];
    for (const [label, value] of expected) {
      const actual = stringAt(labels, label);
      if (actual === '')
        errors.push(required(`spec.template.metadata.labels[${label}]`, `must be '${value}'`));
      else if (actual !== value) {
        errors.push(invalid(`spec.template.metadata.labels[${label}]`, actual, `must be '${value}'`));
      }
    }
    const matched = objectAt(selector, 'matchLabels');
    if (stringAt(matched, jobControllerUidLabel) !== stringAt(job, 'metadata', 'uid')) {
      errors.push(invalid('spec.selector', selector, '`selector` not auto-generated'));
    }
  }
  if (!matchesLabels(labelSelectorFromObject(selector), labels)) {
    errors.push(
      invalid(
        'spec.template.metadata.labels',
        labels ?? newObject(),
        '`selector` does not match template `labels`',
      ),
    );
  }
  return errors;
}

/** A job's pods do not change, save for where they may go while the job has not begun. */
function validateTemplateChange(
  spec: JsonObject | undefined,
  oldSpec: JsonObject | undefined,
  old: JsonObject,
): readonly FieldError[] {
  const notBegun = booleanAt(oldSpec, 'suspend') && stringAt(old, 'status', 'startTime') === '';
  const now = schedulable(objectAt(spec, 'template'), notBegun);
  const before = schedulable(objectAt(oldSpec, 'template'), notBegun);
  if (equalValues(now, before)) return [];
  return [invalid('spec.template', objectAt(spec, 'template') ?? null, 'field is immutable')];
}

function schedulable(template: JsonObject | undefined, mayMove: boolean): JsonObject {
  const copy = cloneValue(template ?? newObject());
  if (!mayMove) return copy;
  const spec = objectAt(copy, 'spec');
  for (const field of ['nodeSelector', 'tolerations', 'affinity', 'schedulingGates']) delete spec?.[field];
  const metadata = objectAt(copy, 'metadata');
  for (const field of ['labels', 'annotations']) delete metadata?.[field];
  return copy;
}

export const cronJobRules: ValidationRules = {
  validate: (cronJob) => {
    const spec = objectAt(cronJob, 'spec');
    const errors: FieldError[] = [];
    const name = stringAt(cronJob, 'metadata', 'name');
    if (name.length > maxCronJobNameLength) {
      errors.push(invalid('metadata.name', name, `must be no more than ${maxCronJobNameLength} characters`));
    }
    const schedule = stringAt(spec, 'schedule');
    if (schedule === '') errors.push(required('spec.schedule'));
    else {
      const problem = cronProblem(schedule);
      if (problem !== undefined) errors.push(invalid('spec.schedule', schedule, problem));
      if (schedule.includes('TZ')) {
        errors.push(
          invalid(
            'spec.schedule',
            schedule,
            'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
          ),
        );
      }
    }
    errors.push(
      ...nonNegative(spec, 'startingDeadlineSeconds', 'spec'),
      ...oneOf(spec, 'concurrencyPolicy', 'spec', ['Allow', 'Forbid', 'Replace'], true),
      ...nonNegative(spec, 'successfulJobsHistoryLimit', 'spec'),
      ...nonNegative(spec, 'failedJobsHistoryLimit', 'spec'),
      ...validateJobSpec(objectAt(spec, 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'),
    );
    if (booleanAt(spec, 'jobTemplate', 'spec', 'manualSelector')) {
      errors.push({
        kind: 'FieldValueNotSupported',
        path: 'spec.jobTemplate.spec.manualSelector',
        value: true,
        detail: '',
        supported: ['nil', 'false'],
      });
    }
    return errors;
  },
};
