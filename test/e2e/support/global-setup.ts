/**
 * Once before all end-to-end tests: the build is current, and it is known and said which kubectls will run.
 * `KUORUM_MINIMUM_KUBECTLS` makes fewer minor versions than that a failure.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { findKubectls, type Kubectl } from './find-kubectls.js';
import { projectFolder } from './project.js';

declare module 'vitest' {
  interface ProvidedContext {
    kubectls: readonly Kubectl[];
  }
}

let closingLine = '';

export async function setup(project: TestProject): Promise<void> {
  await promisify(execFile)(process.execPath, [join(projectFolder, 'bin', 'ensure-build.js')], {
    cwd: projectFolder,
    timeout: 300_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  const kubectls = await findKubectls();
  for (const { path, version } of kubectls)
    process.stdout.write(`kubectl version --client: ${version} (${path})\n`);
  const minimum = Number(process.env['KUORUM_MINIMUM_KUBECTLS'] ?? '0');
  const minors = new Set(kubectls.map(({ minor }) => minor));
  if (minors.size < minimum) {
    throw new Error(
      `${minimum} kubectl minor versions are asked for, ${minors.size} found: run npm run kubectl:fetch`,
    );
  }
  closingLine =
    kubectls.length === 0
      ? 'no kubectl was found: its recorded requests were replayed instead (npm run kubectl:fetch gets the real ones)'
      : `kubectl: ${kubectls.map(({ version }) => version).join(', ')}`;
  project.provide('kubectls', kubectls);
}

export function teardown(): void {
  process.stdout.write(`${closingLine}\n`);
}
