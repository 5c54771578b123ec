/** Which Kuorum this is: the package's version, the same from source and from an installed package. */
import { readFileSync } from 'node:fs';

export function kuorumVersion(): string {
  try {
    // From dist/ and from cluster/ alike, the package's description lies one folder up.
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    const description = JSON.parse(text) as { readonly version?: unknown };
    return typeof description.version === 'string' ? description.version : 'unknown';
  } catch {
    return 'unknown';
  }
}
