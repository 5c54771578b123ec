/** Horizontal pod autoscalers in both versions, and disruption budgets. */
import type { FieldError } from '../field-error.js';
import { invalid } from '../field-error.js';
import { validatePathSegment } from '../names.js';
import { objectAt, optionalNumberAt } from '../read.js';
import type { JsonObject } from '../value.js';
import { each, namedBy, oneOf, requiredText, validateIntOrPercent, validateLabelSelector } from './checks.js';
import type { ValidationRules } from './rules.js';

function validateBounds(spec: JsonObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  const minimum = optionalNumberAt(spec, 'minReplicas');
  const maximum = optionalNumberAt(spec, 'maxReplicas') ?? 0;
  if (minimum !== undefined && minimum < 1) {
    errors.push(invalid('spec.minReplicas', minimum, 'must be greater than or equal to 1'));
  }
  if (maximum < 1) errors.push(invalid('spec.maxReplicas', maximum, 'must be greater than 0'));
  if (minimum !== undefined && maximum < minimum) {
    errors.push(invalid('spec.maxReplicas', maximum, 'must be greater than or equal to `minReplicas`'));
  }
  const target = objectAt(spec, 'scaleTargetRef');
  errors.push(
    ...namedBy(target, 'kind', 'spec.scaleTargetRef', validatePathSegment),
    ...namedBy(target, 'name', 'spec.scaleTargetRef', validatePathSegment),
  );
  return errors;
}

export const autoscalerV1Rules: ValidationRules = {
  validate: (object) => validateBounds(objectAt(object, 'spec')),
};

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

export const autoscalerV2Rules: ValidationRules = {
  validate: (object) => {
    const spec = objectAt(object, 'spec');
    return [
      ...validateBounds(spec),
      ...each(spec, 'metrics', 'spec', (metric, path) => [
        ...requiredText(metric, 'type', path, 'must specify a metric source type'),
        ...oneOf(metric, 'type', path, metricTypes),
      ]),
    ];
  },
};

export const disruptionBudgetRules: ValidationRules = {
  validate: (object) => {
    const spec = objectAt(object, 'spec');
    const errors: FieldError[] = [];
    const { minAvailable, maxUnavailable } = spec ?? {};
    if (
      minAvailable !== undefined &&
      minAvailable !== null &&
      maxUnavailable !== undefined &&
      maxUnavailable !== null
    ) {
      errors.push(invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
    }
    errors.push(
      ...validateIntOrPercent(minAvailable, 'spec.minAvailable'),
      ...validateIntOrPercent(maxUnavailable, 'spec.maxUnavailable'),
      ...validateLabelSelector(spec?.['selector'], 'spec.selector'),
      ...oneOf(spec, 'unhealthyPodEvictionPolicy', 'spec', ['AlwaysAllow', 'IfHealthyBudget']),
    );
    return errors;
  },
};
