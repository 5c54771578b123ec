/** Checks what `--tls-san` gives before it goes into a certificate. */
import { isIP } from 'node:net';
import { isCertificateName } from './pki/layout.js';
import { UserError } from './user-error.js';

export function checkTlsNames(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (isIP(name) === 0 && !isCertificateName(name)) {
      throw new UserError(`--tls-san ${name} is neither a DNS name nor an IP address`);
    }
  }
  return names.map((name) => (isIP(name) === 0 ? name.toLowerCase() : name));
}
