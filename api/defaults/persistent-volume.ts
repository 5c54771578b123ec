/** Defaults of persistent volumes and the claims on them. */
import type { JsonObject } from '../value.js';
import { ensureChild, setAbsent, setEmpty } from './helpers.js';
import { defaultVolumeSource } from './volume-source.js';

export function defaultPersistentVolume(volume: JsonObject): void {
  const spec = ensureChild(volume, 'spec');
  setEmpty(spec, 'persistentVolumeReclaimPolicy', 'Retain');
  setAbsent(spec, 'volumeMode', 'Filesystem');
  defaultVolumeSource(spec);
  setEmpty(ensureChild(volume, 'status'), 'phase', 'Pending');
}

export function defaultPersistentVolumeClaim(claim: JsonObject): void {
  defaultPersistentVolumeClaimSpec(ensureChild(claim, 'spec'));
  setEmpty(ensureChild(claim, 'status'), 'phase', 'Pending');
}

export function defaultPersistentVolumeClaimSpec(spec: JsonObject): void {
  setAbsent(spec, 'volumeMode', 'Filesystem');
}
