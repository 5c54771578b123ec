/** Jobs: the selector and the pods' labels that tie them to this job and no other. */
import { booleanAt, stringAt } from '../read.js';
import type { JsonObject } from '../value.js';
import { ensureObject, makeStrategy } from './strategy.js';

export const jobControllerUidLabel = 'batch.kubernetes.io/controller-uid';
export const jobNameLabel = 'batch.kubernetes.io/job-name';
const legacyControllerUidLabel = 'controller-uid';
const legacyJobNameLabel = 'job-name';

export const jobStrategy = makeStrategy({
  status: true,
  generation: true,
  create: (job) => {
    if (!booleanAt(job, 'spec', 'manualSelector')) generateSelector(job);
  },
});

/**
 * Labels that the user wrote are kept: validation refuses them when they differ from the generated ones, which
 * is how the original finds a template copied from another job.
 */
function generateSelector(job: JsonObject): void {
  const uid = stringAt(job, 'metadata', 'uid');
  const name = stringAt(job, 'metadata', 'name');
  const spec = ensureObject(job, 'spec');
  const labels = ensureObject(ensureObject(ensureObject(spec, 'template'), 'metadata'), 'labels');
  const generated: readonly (readonly [string, string])[] = [
    [legacyControllerUidLabel, uid],
    [legacyJobNameLabel, name],
    [jobControllerUidLabel, uid],
    [jobNameLabel, name],
  ];
  for (const [label, value] of generated) {
    if (!Object.hasOwn(labels, label)) labels[label] = value;
  }
  const matchLabels = ensureObject(ensureObject(spec, 'selector'), 'matchLabels');
  if (!Object.hasOwn(matchLabels, jobControllerUidLabel)) matchLabels[jobControllerUidLabel] = uid;
}
