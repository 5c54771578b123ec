/** The keys of a running cluster: made at its birth, looked at on each start, and issued for members that come. */
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random } from '../platform/index.js';
import { pkiFolder } from './folder-layout.js';
import { ensurePki, type Pki } from './pki/ensure.js';
import { memberLeafNames, pkiLayout } from './pki/layout.js';

export class ClusterKeys {
  readonly #options: {
    readonly dataDir: string;
    readonly tlsSan: readonly string[];
    readonly clock: Clock;
    readonly random: Random;
  };
  #pki: Pki | undefined;

  constructor(options: {
    readonly dataDir: string;
    readonly tlsSan: readonly string[];
    readonly clock: Clock;
    readonly random: Random;
  }) {
    this.#options = options;
  }

  /** undefined until they were made. */
  get pki(): Pki | undefined {
    return this.#pki;
  }

  /** Brings the folder to what these members need. Throws a UserError when only the user can mend it. */
  async ensure(members: readonly string[], forming: boolean): Promise<Pki> {
    const { dataDir, tlsSan, clock, random } = this.#options;
    const pki = await ensurePki({
      folder: pkiFolder(dataDir),
      layout: pkiLayout(members, hostname(), tlsSan),
      clock,
      random,
      forming,
    });
    this.#pki = pki;
    return pki;
  }

  /** A later member by the same name gets keys of its own. */
  async drop(member: string): Promise<void> {
    for (const name of memberLeafNames(member)) {
      for (const suffix of ['crt', 'key']) {
        await rm(join(pkiFolder(this.#options.dataDir), `${name}.${suffix}`), { force: true });
      }
    }
  }
}
