/** Defaults of apps/v1. */
import type { JsonObject } from '../value.js';
import { children, type Defaulter, ensureChild, setAbsent, setEmpty } from './helpers.js';
import { defaultPersistentVolumeClaim } from './persistent-volume.js';
import { defaultPodTemplate } from './pod.js';

export const appsDefaults: Readonly<Record<string, Defaulter>> = {
  'apps/v1.Deployment': defaultDeployment,
  'apps/v1.StatefulSet': defaultStatefulSet,
  'apps/v1.DaemonSet': defaultDaemonSet,
  'apps/v1.ReplicaSet': defaultReplicaSet,
};

function defaultDeployment(deployment: JsonObject): void {
  const spec = ensureChild(deployment, 'spec');
  setAbsent(spec, 'replicas', 1);
  const strategy = ensureChild(spec, 'strategy');
  setEmpty(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    const rolling = ensureChild(strategy, 'rollingUpdate');
    setAbsent(rolling, 'maxUnavailable', '25%');
    setAbsent(rolling, 'maxSurge', '25%');
  }
  setAbsent(spec, 'revisionHistoryLimit', 10);
  setAbsent(spec, 'progressDeadlineSeconds', 600);
  defaultPodTemplate(spec);
}

function defaultStatefulSet(set: JsonObject): void {
  const spec = ensureChild(set, 'spec');
  setAbsent(spec, 'replicas', 1);
  setAbsent(spec, 'revisionHistoryLimit', 10);
  setEmpty(spec, 'podManagementPolicy', 'OrderedReady');
  const strategy = ensureChild(spec, 'updateStrategy');
  setEmpty(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') setAbsent(ensureChild(strategy, 'rollingUpdate'), 'partition', 0);
  const retention = ensureChild(spec, 'persistentVolumeClaimRetentionPolicy');
  setEmpty(retention, 'whenDeleted', 'Retain');
  setEmpty(retention, 'whenScaled', 'Retain');
  for (const claim of children(spec, 'volumeClaimTemplates')) defaultPersistentVolumeClaim(claim);
  defaultPodTemplate(spec);
}

function defaultDaemonSet(set: JsonObject): void {
  const spec = ensureChild(set, 'spec');
  setAbsent(spec, 'revisionHistoryLimit', 10);
  const strategy = ensureChild(spec, 'updateStrategy');
  setEmpty(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    const rolling = ensureChild(strategy, 'rollingUpdate');
    setAbsent(rolling, 'maxUnavailable', 1);
    setAbsent(rolling, 'maxSurge', 0);
  }
  defaultPodTemplate(spec);
}

function defaultReplicaSet(set: JsonObject): void {
  const spec = ensureChild(set, 'spec');
  setAbsent(spec, 'replicas', 1);
  defaultPodTemplate(spec);
}
