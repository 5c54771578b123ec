/** Whether kubectl is there, and what to say when it is not. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export function findOnPath(
  name: string,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): string | undefined {
  const names = platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    for (const candidate of names) {
      const path = join(folder, candidate);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/** How to get kubectl on this platform, in one line. */
export function howToGetKubectl(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'kubectl is not on PATH; get it with: brew install kubectl (or see https://kubernetes.io/docs/tasks/tools/)';
    case 'win32':
      return 'kubectl is not on PATH; get it with: winget install -e --id Kubernetes.kubectl';
    case 'linux':
      return 'kubectl is not on PATH; get it with: sudo snap install kubectl --classic (or see https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/)';
    default:
      return 'kubectl is not on PATH; see https://kubernetes.io/docs/tasks/tools/';
  }
}
