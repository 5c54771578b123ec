/** Which names a member may have: it is a file name, a certificate's name and a word of the command line. */
import { UserError } from './user-error.js';

/** Names of certificates that are no member's, of logs that are no member's, and what commands say for "whoever leads". */
const reserved: ReadonlySet<string> = new Set([
  'admin',
  'ca',
  'controllers',
  'etcd',
  'front-proxy-ca',
  'front-proxy-client',
  'leader',
  'sa',
  'supervisor',
]);

/** Throws a UserError that gives the reason. */
export function checkMemberName(name: string, taken: readonly string[]): void {
  if (!/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) {
    throw new UserError(
      `${JSON.stringify(name)} cannot be a member's name: it takes up to 32 of a-z, 0-9 and -, a letter first`,
    );
  }
  if (reserved.has(name)) throw new UserError(`${name} cannot be a member's name: it means something else`);
  if (taken.includes(name)) throw new UserError(`there is a member ${name} already`);
}

/** m4 after m1, m2, m3. Also former names count, so that logs and people do not mix two members up. */
export function nextMemberName(used: readonly string[]): string {
  const numbers = used.map((name) => Number(/^m(\d{1,9})$/.exec(name)?.[1] ?? 0));
  return `m${Math.max(0, ...numbers) + 1}`;
}
