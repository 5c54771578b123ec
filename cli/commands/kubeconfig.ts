/** `kuorum kubeconfig`: prints the file, or adds its contexts to the user's own. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigPath, mergeKubeconfig, UserError } from '../../cluster/index.js';
import { dataDirOf } from '../data-dir.js';

export async function kubeconfig(options: {
  readonly dataDir?: string;
  readonly merge: boolean;
}): Promise<void> {
  const dataDir = dataDirOf(options);
  if (options.merge) {
    const target = join(homedir(), '.kube', 'config');
    await mergeKubeconfig(dataDir, target);
    process.stdout.write(
      `added the contexts to ${target}; use them with: kubectl config use-context kuorum\n`,
    );
    return;
  }
  const path = kubeconfigPath(dataDir);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`${path} is not there: start the cluster first (kuorum up)`, { cause: error });
  });
  process.stdout.write(text);
}
