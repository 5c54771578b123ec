/** Which cluster a command means: `--data-dir`, else `.kuorum` here or in a parent, else KUORUM_DIR. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface DataDirLookup {
  /** What `--data-dir` says. */
  readonly asked: string | undefined;
  readonly workingFolder: string;
  /** KUORUM_DIR. */
  readonly environment: string | undefined;
}

/** The nearest `.kuorum` that holds a cluster, walking up. */
function nearest(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    const candidate = join(current, '.kuorum');
    if (existsSync(join(candidate, 'cluster.json'))) return candidate;
    if (dirname(current) === current) return undefined;
  }
}

/** An absolute path; where nothing is found, `.kuorum` in the working folder. */
export function findDataDir(lookup: DataDirLookup): string {
  if (lookup.asked !== undefined) return resolve(lookup.workingFolder, lookup.asked);
  const found = nearest(resolve(lookup.workingFolder));
  if (found !== undefined) return found;
  if (lookup.environment !== undefined && lookup.environment !== '') {
    return resolve(lookup.workingFolder, lookup.environment);
  }
  return resolve(lookup.workingFolder, '.kuorum');
}

export interface DataDirOption {
  readonly dataDir?: string;
}

/** The same, for the running process. */
export function dataDirOf(options: DataDirOption): string {
  return findDataDir({
    asked: options.dataDir,
    workingFolder: process.cwd(),
    environment: process.env.KUORUM_DIR,
  });
}
