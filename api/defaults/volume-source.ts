/** Defaults of the volume kinds that pods and persistent volumes share. */
import type { JsonObject } from '../value.js';
import { child, setAbsent, setEmpty } from './helpers.js';

/** `owner` has the sources as members: a pod's volume or a persistent volume's spec. */
export function defaultVolumeSource(owner: JsonObject): void {
  const hostPath = child(owner, 'hostPath');
  if (hostPath !== undefined) setAbsent(hostPath, 'type', '');
  const iscsi = child(owner, 'iscsi');
  if (iscsi !== undefined) setEmpty(iscsi, 'iscsiInterface', 'default');
  const rbd = child(owner, 'rbd');
  if (rbd !== undefined) {
    setEmpty(rbd, 'pool', 'rbd');
    setEmpty(rbd, 'user', 'admin');
    setEmpty(rbd, 'keyring', '/etc/ceph/keyring');
  }
  const azureDisk = child(owner, 'azureDisk');
  if (azureDisk !== undefined) {
    setAbsent(azureDisk, 'cachingMode', 'ReadWrite');
    setAbsent(azureDisk, 'kind', 'Shared');
    setAbsent(azureDisk, 'fsType', 'ext4');
    setAbsent(azureDisk, 'readOnly', false);
  }
  const scaleIo = child(owner, 'scaleIO');
  if (scaleIo !== undefined) {
    setEmpty(scaleIo, 'storageMode', 'ThinProvisioned');
    setEmpty(scaleIo, 'fsType', 'xfs');
  }
}
