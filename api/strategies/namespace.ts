/** Namespaces: the finalizer and phase at birth, the name label, and the finalize subresource. */
import { nameIsLabel } from '../names.js';
import { objectAt, objectOf, stringAt, stringsAt } from '../read.js';
import { cloneValue, isObject, type JsonObject } from '../value.js';
import { carryResourceVersion } from './pod.js';
import { ensureObject, keepField, makeStrategy } from './strategy.js';

const namespaceFinalizer = 'kubernetes';
const namespaceNameLabel = 'kubernetes.io/metadata.name';

export const namespaceStrategy = makeStrategy({
  status: true,
  name: nameIsLabel,
  initialStatus: () => objectOf({ phase: 'Active' }),
  create: (namespace) => {
    const finalizers = [...stringsAt(namespace, 'spec', 'finalizers')];
    if (!finalizers.includes(namespaceFinalizer)) finalizers.push(namespaceFinalizer);
    ensureObject(namespace, 'spec')['finalizers'] = finalizers;
    setNameLabel(namespace);
  },
  update: (namespace, old) => {
    const oldSpec = objectAt(old, 'spec');
    if (oldSpec !== undefined) keepField(ensureObject(namespace, 'spec'), oldSpec, 'finalizers');
    setNameLabel(namespace);
  },
});

/** The label by which selectors find a namespace by name; nobody may take it away. */
function setNameLabel(namespace: JsonObject): void {
  const name = stringAt(namespace, 'metadata', 'name');
  if (name === '') return;
  ensureObject(ensureObject(namespace, 'metadata'), 'labels')[namespaceNameLabel] = name;
}

/** PUT …/finalize changes spec.finalizers and nothing else. */
export function prepareFinalize(next: JsonObject, old: JsonObject): JsonObject {
  const result = cloneValue(old);
  carryResourceVersion(result, next);
  const nextSpec = next['spec'];
  const spec = ensureObject(result, 'spec');
  if (isObject(nextSpec)) keepField(spec, nextSpec, 'finalizers');
  else delete spec['finalizers'];
  return result;
}
