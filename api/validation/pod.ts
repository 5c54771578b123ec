/** Pods: what a new one needs, and the little that may change of an existing one. */
import type { FieldError } from '../field-error.js';
import { invalid } from '../field-error.js';
import { objectAt, objectsAt, optionalNumberAt, stringAt } from '../read.js';
import { cloneValue, equalValues, type JsonObject } from '../value.js';
import { forbiddenField } from './checks.js';
import { validatePodSpec, validatePodTemplate } from './pod-spec.js';
import type { ValidationRules } from './rules.js';

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

export const podRules: ValidationRules = {
  validate: (pod) => validatePodSpec(objectAt(pod, 'spec'), 'spec'),
  validateUpdate: (pod, old) => {
    const spec = objectAt(pod, 'spec');
    const oldSpec = objectAt(old, 'spec');
    if (spec === undefined || oldSpec === undefined || equalValues(spec, oldSpec)) return [];
    return validateSpecChange(spec, oldSpec);
  },
};

function validateSpecChange(spec: JsonObject, oldSpec: JsonObject): readonly FieldError[] {
  for (const list of ['containers', 'initContainers']) {
    if (objectsAt(spec, list).length !== objectsAt(oldSpec, list).length) {
      return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
  }
  const errors = [
    ...validateDeadlineChange(spec, oldSpec),
    ...validateTolerationChange(spec, oldSpec),
    ...validateGateChange(spec, oldSpec),
  ];
  if (errors.length > 0) return errors;
  if (equalValues(withoutUpdatable(spec, oldSpec), withoutUpdatable(oldSpec, oldSpec))) return [];
  return [forbiddenField('spec', `pod updates may not change fields other than ${updatable.join(',')}`)];
}

/** A copy in which everything that may change is as in `oldSpec`. */
function withoutUpdatable(spec: JsonObject, oldSpec: JsonObject): JsonObject {
  const copy = cloneValue(spec);
  for (const list of ['containers', 'initContainers']) {
    const before = objectsAt(oldSpec, list);
    for (const [index, container] of objectsAt(copy, list).entries()) {
      container['image'] = stringAt(before[index], 'image');
    }
  }
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) delete copy[field];
  if ((optionalNumberAt(oldSpec, 'terminationGracePeriodSeconds') ?? 0) < 0)
    delete copy['terminationGracePeriodSeconds'];
  // A gated pod has not been seen by the scheduler: where it may go can still be narrowed.
  if (objectsAt(oldSpec, 'schedulingGates').length > 0) {
    delete copy['nodeSelector'];
    delete copy['affinity'];
  }
  return copy;
}

function validateDeadlineChange(spec: JsonObject, oldSpec: JsonObject): readonly FieldError[] {
  const path = 'spec.activeDeadlineSeconds';
  const now = optionalNumberAt(spec, 'activeDeadlineSeconds');
  const before = optionalNumberAt(oldSpec, 'activeDeadlineSeconds');
  if (before === undefined || now === before) return [];
  if (now === undefined) return [invalid(path, null, 'must not update from a positive integer to nil value')];
  return now > before ? [invalid(path, now, 'must be less than or equal to previous value')] : [];
}

function validateTolerationChange(spec: JsonObject, oldSpec: JsonObject): readonly FieldError[] {
  const now = objectsAt(spec, 'tolerations').map((toleration) => withoutSeconds(toleration));
  const lost = objectsAt(oldSpec, 'tolerations').some(
    (toleration) => !now.some((candidate) => equalValues(candidate, withoutSeconds(toleration))),
  );
  return lost
    ? [
        forbiddenField(
          'spec.tolerations',
          'existing toleration can not be modified except its tolerationSeconds',
        ),
      ]
    : [];
}

function withoutSeconds(toleration: JsonObject): JsonObject {
  const copy = cloneValue(toleration);
  delete copy['tolerationSeconds'];
  return copy;
}

function validateGateChange(spec: JsonObject, oldSpec: JsonObject): readonly FieldError[] {
  const before = new Set(objectsAt(oldSpec, 'schedulingGates').map((gate) => stringAt(gate, 'name')));
  const added = objectsAt(spec, 'schedulingGates')
    .map((gate) => stringAt(gate, 'name'))
    .filter((name) => !before.has(name));
  return added.map((name) =>
    forbiddenField(
      'spec.schedulingGates',
      `only deletion is allowed, but found new scheduling gate '${name}'`,
    ),
  );
}

/** Ephemeral containers are added and never changed or taken away. */
export function validateEphemeralContainersUpdate(pod: JsonObject, old: JsonObject): readonly FieldError[] {
  const path = 'spec.ephemeralContainers';
  const errors: FieldError[] = [...validatePodSpec(objectAt(pod, 'spec'), 'spec')];
  const now = new Map(
    objectsAt(pod, 'spec', 'ephemeralContainers').map((item) => [stringAt(item, 'name'), item]),
  );
  for (const container of objectsAt(old, 'spec', 'ephemeralContainers')) {
    const name = stringAt(container, 'name');
    const kept = now.get(name);
    if (kept === undefined) {
      errors.push(
        forbiddenField(path, `existing ephemeral containers ${JSON.stringify(name)} may not be removed`),
      );
    } else if (!equalValues(kept, container)) {
      errors.push(
        forbiddenField(path, `existing ephemeral containers ${JSON.stringify(name)} may not be changed`),
      );
    }
  }
  return errors;
}

export function validateResizeUpdate(pod: JsonObject): readonly FieldError[] {
  return validatePodSpec(objectAt(pod, 'spec'), 'spec');
}

export const podTemplateRules: ValidationRules = {
  validate: (object) => validatePodTemplate(objectAt(object, 'template'), 'template'),
};
