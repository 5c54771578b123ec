/** `kuorum kubectl …`: the kubectl on PATH, with this cluster's kubeconfig. */
import { existsSync } from 'node:fs';
import { kubeconfigPath, UserError } from '../../cluster/index.js';
import { dataDirOf } from '../data-dir.js';
import { findOnPath, howToGetKubectl } from '../kubectl-hint.js';
import { runWith } from '../run-with.js';

/** Resolves with kubectl's exit code. */
export async function kubectl(
  words: readonly string[],
  options: { readonly dataDir?: string },
): Promise<number> {
  const path = kubeconfigPath(dataDirOf(options));
  if (!existsSync(path)) throw new UserError(`${path} is not there: start the cluster first (kuorum up)`);
  const program = findOnPath('kubectl', process.env, process.platform);
  if (program === undefined) throw new UserError(howToGetKubectl(process.platform));
  return runWith(program, words, { KUBECONFIG: path });
}
