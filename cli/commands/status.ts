/** `kuorum status`: how every member does. */
import { connectControl } from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';
import { statusText } from '../status-table.js';

export async function status(options: {
  readonly dataDir?: string;
  readonly output: 'table' | 'json';
}): Promise<void> {
  const control = await connectControl({ dataDir: dataDirOf(options), clock: systemClock() });
  const answer = await control.status();
  process.stdout.write(
    `${options.output === 'json' ? JSON.stringify(answer, null, 2) : statusText(answer)}\n`,
  );
}
