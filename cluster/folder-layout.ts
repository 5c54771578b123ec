/**
 * Where what lies in DIR.
 *
 * DIR/cluster.json  kubeconfig  supervisor.sock  pki/  members/NAME/  former/NAME-ID/  logs/NAME.log
 */
import { join } from 'node:path';

export function membersFolder(dataDir: string): string {
  return join(dataDir, 'members');
}

export function memberFolder(dataDir: string, name: string): string {
  return join(membersFolder(dataDir), name);
}

/** Where the folder of a former member is put that may hold what nobody else has. */
export function formerMemberFolder(dataDir: string, name: string, id: number): string {
  return join(dataDir, 'former', `${name}-${id}`);
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
