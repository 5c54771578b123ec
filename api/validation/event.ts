/** Events, in the core form and in that of events.k8s.io. */
import type { FieldError } from '../field-error.js';
import { invalid, required } from '../field-error.js';
import { stringAt } from '../read.js';
import type { JsonObject } from '../value.js';
import { immutable, oneOf } from './checks.js';
import type { ValidationRules } from './rules.js';

const maxNoteBytes = 1024;

/** An event lies in the namespace of what it is about; those of cluster-wide things in `default` or kube-system. */
function validateNamespace(event: JsonObject, about: string): readonly FieldError[] {
  const namespace = stringAt(event, 'metadata', 'namespace');
  const aboutNamespace = stringAt(event, about, 'namespace');
  const fits =
    aboutNamespace === ''
      ? namespace === 'default' || namespace === 'kube-system'
      : aboutNamespace === namespace;
  if (fits || namespace === '') return [];
  return [invalid(`${about}.namespace`, aboutNamespace, 'does not match event.namespace')];
}

export const coreEventRules: ValidationRules = {
  validate: (event) => validateNamespace(event, 'involvedObject'),
};

export const eventRules: ValidationRules = {
  validate: (event) => {
    const errors: FieldError[] = [...validateNamespace(event, 'regarding')];
    if (stringAt(event, 'eventTime') === '') {
      // Old core events have no eventTime and may still be changed through this group.
      if (stringAt(event, 'deprecatedFirstTimestamp') === '') errors.push(required('eventTime'));
      return errors;
    }
    for (const field of ['reportingController', 'reportingInstance', 'action', 'reason']) {
      if (stringAt(event, field) === '') errors.push(required(field));
    }
    errors.push(...oneOf(event, 'type', '', ['Normal', 'Warning']));
    if (Buffer.byteLength(stringAt(event, 'note')) > maxNoteBytes) {
      errors.push(invalid('note', stringAt(event, 'note'), `can have at most ${maxNoteBytes} characters`));
    }
    return errors;
  },
  validateUpdate: (event, old) =>
    ['regarding', 'reason', 'reportingController', 'action', 'note', 'type', 'eventTime'].flatMap((field) => [
      ...immutable(event, old, field, ''),
    ]),
};
