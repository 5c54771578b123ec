/** Runs a kubectl against a cluster, in a home of its own so that no cache or configuration is shared. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kubectl } from './find-kubectls.js';
import { type RunningProgram, type RunOptions, type RunResult, run, start } from './run.js';

export interface KubectlRunner {
  /** The result whatever the exit code. */
  try(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Standard output; throws with what kubectl said when the exit code is not 0. */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  start(args: readonly string[]): RunningProgram;
  remove(): Promise<void>;
}

export async function kubectlRunner(
  kubectl: Kubectl,
  kubeconfig: string,
  namespace: string,
): Promise<KubectlRunner> {
  const home = await mkdtemp(join(tmpdir(), 'kuorum-kubectl-'));
  const configPath = join(home, 'kubeconfig');
  await writeFile(configPath, kubeconfig, { mode: 0o600 });
  const env = { HOME: home, KUBECONFIG: configPath, KUBECACHEDIR: join(home, 'cache') };
  const whole = (args: readonly string[]): readonly string[] => ['--namespace', namespace, ...args];
  const attempt = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    run(kubectl.path, whole(args), { ...options, env });
  return {
    try: attempt,
    async run(args, options) {
      const result = await attempt(args, options);
      if (result.code !== 0) {
        throw new Error(
          `kubectl ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`,
        );
      }
      return result.stdout;
    },
    start: (args) => start(kubectl.path, whole(args), { env }),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
