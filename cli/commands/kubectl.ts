/** `kuorum kubectl …`: the kubectl on PATH, with this cluster's kubeconfig. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { kubeconfigPath, UserError } from '../../cluster/index.js';
import { dataDirOf } from '../data-dir.js';
import { findOnPath, howToGetKubectl } from '../kubectl-hint.js';

/** Resolves with kubectl's exit code. */
export async function kubectl(
  words: readonly string[],
  options: { readonly dataDir?: string },
): Promise<number> {
  const path = kubeconfigPath(dataDirOf(options));
  if (!existsSync(path)) throw new UserError(`${path} is not there: start the cluster first (kuorum up)`);
  const program = findOnPath('kubectl', process.env, process.platform);
  if (program === undefined) throw new UserError(howToGetKubectl(process.platform));
  // kubectl gets the terminal's Ctrl-C itself; this process waits for what it makes of it.
  process.on('SIGINT', () => {});
  const child = spawn(program, words, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: path } });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new UserError(`${program} could not be run: ${error.message}`)));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
