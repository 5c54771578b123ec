/** `kuorum snapshot …`: a cluster's data as a file, what such a file holds, and a new cluster from it. */
import { resolve } from 'node:path';
import { checkSnapshot, connectControl, keepSnapshot, restoreCluster } from '../../cluster/index.js';
import { systemClock, systemRandom } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';
import { createProgress } from '../progress.js';
import { restoredText, savedText, snapshotJson, snapshotTable } from '../snapshot-text.js';

export interface SaveOptions {
  readonly dataDir?: string;
  readonly member?: string;
  readonly local: boolean;
}

export async function saveSnapshot(file: string, options: SaveOptions): Promise<void> {
  const progress = createProgress(process.stderr, systemClock());
  try {
    const control = await connectControl({ dataDir: dataDirOf(options), clock: systemClock() });
    const { member, local } = options;
    const onStep = (step: string): void => progress.step(step);
    const contents = await keepSnapshot({
      path: resolve(file),
      write: async (path) => {
        await control.saveSnapshot({ path, member, local }, onStep);
      },
      onStep,
    });
    progress.end();
    process.stdout.write(`${savedText(file, contents)}\n`);
  } finally {
    progress.end();
  }
}

export async function snapshotStatus(
  file: string,
  options: { readonly output: 'table' | 'json' },
): Promise<void> {
  const contents = await checkSnapshot(file);
  const text = options.output === 'json' ? snapshotJson(contents) : snapshotTable(contents);
  process.stdout.write(`${text}\n`);
}

export interface RestoreCommandOptions {
  readonly dataDir: string;
  readonly members: number;
  readonly allowEven: boolean;
}

export async function restoreSnapshot(file: string, options: RestoreCommandOptions): Promise<void> {
  const progress = createProgress(process.stderr, systemClock());
  try {
    const result = await restoreCluster({
      path: resolve(file),
      dataDir: resolve(options.dataDir),
      members: options.members,
      allowEven: options.allowEven,
      clock: systemClock(),
      random: systemRandom(),
      onStep: (step) => progress.step(step),
    });
    progress.end();
    process.stdout.write(`${restoredText(result, options.dataDir)}\n`);
  } finally {
    progress.end();
  }
}
