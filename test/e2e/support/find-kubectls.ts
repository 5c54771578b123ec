/** Which kubectl binaries the end-to-end tests run: named by the user, else fetched, else the one on PATH. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from './project.js';

export interface Kubectl {
  readonly path: string;
  /** `v1.33.9`. */
  readonly version: string;
  readonly minor: number;
}

function candidates(): readonly string[] {
  const named = process.env['KUORUM_KUBECTL'];
  if (named !== undefined && named !== '') return named.split(delimiter).filter((path) => path !== '');
  const fetched = join(projectFolder, '.kubectl');
  if (existsSync(fetched)) {
    const paths = readdirSync(fetched).map((folder) => join(fetched, folder, 'kubectl'));
    const present = paths.filter((path) => existsSync(path));
    if (present.length > 0) return present;
  }
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'kubectl'));
  const first = onPath.find((path) => existsSync(path));
  return first === undefined ? [] : [first];
}

/**
 * Asks each candidate for its own version: a kubectl on PATH may be a script that starts another one.
 * Throws when one that the user named does not run.
 */
export async function findKubectls(): Promise<readonly Kubectl[]> {
  const found: Kubectl[] = [];
  for (const path of candidates()) {
    const { stdout } = await promisify(execFile)(path, ['version', '--client', '-o', 'json'], {
      timeout: 60_000,
    });
    const version = (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion
      .gitVersion;
    const minor = Number(/^v1\.(\d+)\./.exec(version)?.[1] ?? Number.NaN);
    if (Number.isNaN(minor)) throw new Error(`${path} says that it is version ${version}`);
    found.push({ path, version, minor });
  }
  return found.toSorted((left, right) => left.minor - right.minor);
}
