/**
 * Builds the seed runner from the sources with one of them patched in memory: the product holds no switch, and
 * no file is changed. A patch whose text does not stand exactly once in its file is an error.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

export interface SourcePatch {
  /** From the project's root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
/** Inside the project, so that packages are found from there. */
const outputFolder = join(root, 'node_modules/.cache/kuorum-seeded-bugs');

function patchPlugin(patch: SourcePatch, onApplied: () => void): Plugin {
  const path = join(root, patch.file);
  return {
    name: 'patch',
    setup(setup) {
      setup.onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined;
        const source = await readFile(path, 'utf8');
        const parts = source.split(patch.find);
        if (parts.length !== 2) {
          throw new Error(`${patch.file} holds ${parts.length - 1} times: ${patch.find}`);
        }
        onApplied();
        return { contents: parts.join(patch.replace), loader: 'ts' };
      });
    },
  };
}

/** Resolves with the built file's path; `patch` undefined: the sources as they are. */
export async function buildSeedRunner(name: string, patch: SourcePatch | undefined): Promise<string> {
  await mkdir(outputFolder, { recursive: true });
  const outfile = join(outputFolder, `${name.replaceAll(/[^a-z0-9]+/g, '-')}-${process.pid}.mjs`);
  let applied = patch === undefined;
  await build({
    absWorkingDir: root,
    entryPoints: ['test/chaos/seeded-bugs/run-seeds.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    outfile,
    plugins:
      patch === undefined
        ? []
        : [
            patchPlugin(patch, () => {
              applied = true;
            }),
          ],
  });
  if (!applied) throw new Error(`${patch?.file} is not part of what the simulator runs`);
  return outfile;
}
