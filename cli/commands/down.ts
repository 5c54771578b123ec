/** `kuorum down`: stops a cluster, wherever its supervisor runs. */
import { connectControl } from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';

export async function down(options: { readonly dataDir?: string }): Promise<void> {
  const dataDir = dataDirOf(options);
  const control = await connectControl({ dataDir, clock: systemClock() });
  await control.down();
  process.stdout.write(`stopped the cluster in ${dataDir}\n`);
}
