/** Deployments, replica sets, stateful sets, daemon sets, replication controllers and their revisions. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { objectAt, objectsAt, optionalNumberAt, stringAt } from '../read.js';
import {
  type LabelSelector,
  labelSelectorFromMap,
  labelSelectorFromObject,
  matchesLabels,
} from '../selectors/labels.js';
import { cloneValue, equalValues, isObject, type JsonObject, type JsonValue, newObject } from '../value.js';
import {
  forbiddenField,
  immutable,
  isEmptySelector,
  nonNegative,
  notSupported,
  oneOf,
  validateIntOrPercent,
  validateLabelSelector,
} from './checks.js';
import { validatePodTemplate } from './pod-spec.js';
import type { ValidationRules } from './rules.js';

const mismatch = '`selector` does not match template `labels`';

function specOf(object: JsonObject): JsonObject | undefined {
  return objectAt(object, 'spec');
}

/** The selector is there, selects something, and selects the template's pods. */
function validateSelectorAndTemplate(object: JsonObject, kind: string): readonly FieldError[] {
  const spec = specOf(object);
  const selector = objectAt(spec, 'selector');
  const errors: FieldError[] = [];
  if (selector === undefined) errors.push(required('spec.selector'));
  else {
    errors.push(...validateLabelSelector(selector, 'spec.selector'));
    if (isEmptySelector(selector)) {
      errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${kind}`));
    }
  }
  if (selector !== undefined && !isEmptySelector(selector)) {
    errors.push(...validateTemplateLabels(spec, labelSelectorFromObject(selector)));
  }
  return [...errors, ...validateLongRunningTemplate(spec)];
}

function validateTemplateLabels(
  spec: JsonObject | undefined,
  selector: LabelSelector,
): readonly FieldError[] {
  const labels = objectAt(spec, 'template', 'metadata', 'labels');
  if (matchesLabels(selector, labels)) return [];
  return [invalid('spec.template.metadata.labels', labels ?? newObject(), mismatch)];
}

/** Templates whose pods are replaced for ever: they restart always. */
function validateLongRunningTemplate(spec: JsonObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [...validatePodTemplate(objectAt(spec, 'template'), 'spec.template')];
  const policy = stringAt(spec, 'template', 'spec', 'restartPolicy');
  if (policy !== '' && policy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  }
  if (optionalNumberAt(spec, 'template', 'spec', 'activeDeadlineSeconds') !== undefined) {
    errors.push(
      forbiddenField(
        'spec.template.spec.activeDeadlineSeconds',
        'activeDeadlineSeconds in ReplicaSet is not Supported',
      ),
    );
  }
  return errors;
}

const immutableSelector: NonNullable<ValidationRules['validateUpdate']> = (object, old) =>
  immutable(specOf(object), specOf(old), 'selector', 'spec');

export const deploymentRules: ValidationRules = {
  validate: (object) => {
    const spec = specOf(object);
    return [
      ...nonNegative(spec, 'replicas', 'spec'),
      ...validateSelectorAndTemplate(object, 'deployment'),
      ...validateDeploymentStrategy(objectAt(spec, 'strategy')),
      ...nonNegative(spec, 'minReadySeconds', 'spec'),
      ...nonNegative(spec, 'revisionHistoryLimit', 'spec'),
      ...validateProgressDeadline(spec),
    ];
  },
  validateUpdate: immutableSelector,
};

function validateProgressDeadline(spec: JsonObject | undefined): readonly FieldError[] {
  const deadline = optionalNumberAt(spec, 'progressDeadlineSeconds');
  if (deadline === undefined) return [];
  const ready = optionalNumberAt(spec, 'minReadySeconds') ?? 0;
  return [
    ...nonNegative(spec, 'progressDeadlineSeconds', 'spec'),
    ...(deadline <= ready
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

function validateDeploymentStrategy(strategy: JsonObject | undefined): readonly FieldError[] {
  const type = stringAt(strategy, 'type');
  const rolling = objectAt(strategy, 'rollingUpdate');
  if (type === 'Recreate') {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    return rolling === undefined ? [] : [forbiddenField('spec.strategy.rollingUpdate', detail)];
  }
  if (type !== 'RollingUpdate')
    return [notSupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])];
  if (rolling === undefined) {
    return [required('spec.strategy.rollingUpdate', 'this should be defaulted and never be nil')];
  }
  return validateRollingUpdate(rolling, 'spec.strategy.rollingUpdate');
}

function validateRollingUpdate(rolling: JsonObject, path: string): readonly FieldError[] {
  const { maxUnavailable, maxSurge } = rolling;
  const errors: FieldError[] = [
    ...validateIntOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${path}.maxSurge`),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > 100) {
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
  }
  return errors;
}

function isZero(value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return Number.parseInt(value, 10) === 0;
  return value === undefined || value === null || value === 0;
}

export const replicaSetRules: ValidationRules = {
  validate: (object) => [
    ...nonNegative(specOf(object), 'replicas', 'spec'),
    ...nonNegative(specOf(object), 'minReadySeconds', 'spec'),
    ...validateSelectorAndTemplate(object, 'replicaset'),
  ],
  validateUpdate: immutableSelector,
};

export const replicationControllerRules: ValidationRules = {
  validate: (object) => {
    const spec = specOf(object);
    const selector = objectAt(spec, 'selector');
    const errors: FieldError[] = [
      ...nonNegative(spec, 'replicas', 'spec'),
      ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ];
    if (selector === undefined || Object.keys(selector).length === 0) errors.push(required('spec.selector'));
    else errors.push(...validateTemplateLabels(spec, labelSelectorFromMap(selector)));
    if (objectAt(spec, 'template') === undefined) errors.push(required('spec.template'));
    else errors.push(...validateLongRunningTemplate(spec));
    return errors;
  },
};

const statefulSetUpdatable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSetRules: ValidationRules = {
  validate: (object) => {
    const spec = specOf(object);
    return [
      ...nonNegative(spec, 'replicas', 'spec'),
      ...nonNegative(spec, 'minReadySeconds', 'spec'),
      ...oneOf(spec, 'podManagementPolicy', 'spec', ['OrderedReady', 'Parallel'], true),
      ...oneOf(
        objectAt(spec, 'updateStrategy'),
        'type',
        'spec.updateStrategy',
        ['RollingUpdate', 'OnDelete'],
        true,
      ),
      ...nonNegative(
        objectAt(spec, 'updateStrategy', 'rollingUpdate'),
        'partition',
        'spec.updateStrategy.rollingUpdate',
      ),
      ...nonNegative(objectAt(spec, 'ordinals'), 'start', 'spec.ordinals'),
      ...validateSelectorAndTemplate(object, 'statefulset'),
    ];
  },
  validateUpdate: (object, old) => {
    const rest = withoutFields(specOf(object), statefulSetUpdatable);
    if (equalValues(rest, withoutFields(specOf(old), statefulSetUpdatable))) return [];
    const names = statefulSetUpdatable.map((name) => `'${name}'`);
    const detail = `updates to statefulset spec for fields other than ${names.slice(0, -1).join(', ')} and ${names.at(-1)!} are forbidden`;
    return [forbiddenField('spec', detail)];
  },
};

function withoutFields(object: JsonObject | undefined, fields: readonly string[]): JsonObject {
  const copy = cloneValue(object ?? newObject());
  for (const field of fields) delete copy[field];
  // A claim template's status is the server's and says nothing of what was asked.
  for (const template of objectsAt(copy, 'volumeClaimTemplates')) delete template['status'];
  return copy;
}

export const daemonSetRules: ValidationRules = {
  validate: (object) => {
    const spec = specOf(object);
    const strategy = objectAt(spec, 'updateStrategy');
    const rolling = objectAt(strategy, 'rollingUpdate');
    return [
      ...nonNegative(spec, 'minReadySeconds', 'spec'),
      ...nonNegative(spec, 'revisionHistoryLimit', 'spec'),
      ...oneOf(strategy, 'type', 'spec.updateStrategy', ['OnDelete', 'RollingUpdate'], true),
      ...(rolling === undefined ? [] : validateRollingUpdate(rolling, 'spec.updateStrategy.rollingUpdate')),
      ...validateSelectorAndTemplate(object, 'daemonset'),
    ];
  },
  validateUpdate: immutableSelector,
};

export const controllerRevisionRules: ValidationRules = {
  validate: (object) => [
    ...nonNegative(object, 'revision', ''),
    ...(isObject(object['data']) || object['data'] === undefined || object['data'] === null
      ? []
      : [invalid('data', object['data'], 'data must be an object')]),
  ],
  validateUpdate: (object, old) => immutable(object, old, 'data', ''),
};
