/** Defaults of storage.k8s.io/v1 and scheduling.k8s.io/v1. */
import type { JsonObject } from '../value.js';
import { type Defaulter, ensureChild, setAbsent } from './helpers.js';

export const storageDefaults: Readonly<Record<string, Defaulter>> = {
  'storage.k8s.io/v1.StorageClass': (storageClass) => {
    setAbsent(storageClass, 'reclaimPolicy', 'Delete');
    setAbsent(storageClass, 'volumeBindingMode', 'Immediate');
  },
  'storage.k8s.io/v1.CSIDriver': defaultCsiDriver,
  'scheduling.k8s.io/v1.PriorityClass': (priorityClass) =>
    setAbsent(priorityClass, 'preemptionPolicy', 'PreemptLowerPriority'),
};

function defaultCsiDriver(driver: JsonObject): void {
  const spec = ensureChild(driver, 'spec');
  setAbsent(spec, 'attachRequired', true);
  setAbsent(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
  for (const name of ['podInfoOnMount', 'requiresRepublish', 'seLinuxMount', 'storageCapacity']) {
    setAbsent(spec, name, false);
  }
  if (!Array.isArray(spec.volumeLifecycleModes) || spec.volumeLifecycleModes.length === 0) {
    spec.volumeLifecycleModes = ['Persistent'];
  }
}
