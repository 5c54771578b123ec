/**
 * Where what lies in DIR.
 *
 * DIR/cluster.json  kubeconfig  supervisor.sock  pki/  members/NAME/  logs/NAME.log
 */
import { join } from 'node:path';

export function membersFolder(dataDir: string): string {
  return join(dataDir, 'members');
}

export function memberFolder(dataDir: string, name: string): string {
  return join(membersFolder(dataDir), name);
}

export function pkiFolder(dataDir: string): string {
  return join(dataDir, 'pki');
}

export function logsFolder(dataDir: string): string {
  return join(dataDir, 'logs');
}

/** Of a member, `supervisor` or `controllers`. */
export function logPath(dataDir: string, name: string): string {
  return join(logsFolder(dataDir), `${name}.log`);
}
