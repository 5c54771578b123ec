/** `kuorum recover`: after a lost majority, a new cluster from the most complete of what is left. */
import { resolve } from 'node:path';
import { recoverCluster } from '../../cluster/index.js';
import { systemClock, systemRandom } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';
import { createProgress } from '../progress.js';
import { planText, resultText } from '../recover-text.js';

export interface RecoverCommandOptions {
  readonly dataDir?: string;
  readonly memberFolder: readonly string[];
  readonly yes: boolean;
  readonly force: boolean;
}

export async function recover(options: RecoverCommandOptions): Promise<void> {
  const progress = createProgress(process.stderr, systemClock());
  try {
    const result = await recoverCluster({
      dataDir: dataDirOf(options),
      memberFolders: options.memberFolder.map((path) => resolve(path)),
      mode: options.force ? 'recover-although-not-needed' : options.yes ? 'recover' : 'look',
      clock: systemClock(),
      random: systemRandom(),
      onPlan: (plan) => {
        progress.end();
        process.stdout.write(`${planText(plan)}\n\n`);
      },
      onStep: (step) => progress.step(step),
    });
    progress.end();
    process.stdout.write(
      result === undefined ? 'nothing was changed: recover with --yes\n' : `${resultText(result)}\n`,
    );
  } finally {
    progress.end();
  }
}
