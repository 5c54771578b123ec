/** `kuorum logs [-f] [member]`: what the members wrote down. */
import { stat } from 'node:fs/promises';
import { logPath, readClusterFile, UserError } from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';
import { followFile, printFile } from '../follow-file.js';

export interface LogsOptions {
  readonly dataDir?: string;
  readonly follow: boolean;
}

const ours = ['supervisor', 'controllers'] as const;

export async function logs(member: string | undefined, options: LogsOptions): Promise<void> {
  const dataDir = dataDirOf(options);
  const file = await readClusterFile(dataDir);
  if (file === undefined) throw new UserError(`there is no cluster in ${dataDir}`);
  const members = file.members.map(({ name }) => name);
  const known = [...members, ...ours];
  if (member !== undefined && !known.includes(member)) {
    throw new UserError(`there is no log of ${member}; there are ${known.join(', ')}`);
  }
  const chosen = member === undefined ? members : [member];
  const write = (bytes: Uint8Array): void => {
    process.stdout.write(bytes);
  };
  // `kuorum logs | head` closes the pipe: that is the reader's right and no error.
  process.stdout.on('error', () => process.exit(0));
  if (options.follow) {
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    process.once('SIGTERM', () => interrupted.abort());
    const clock = systemClock();
    await Promise.all(
      chosen.map((name) => followFile(logPath(dataDir, name), write, { clock, signal: interrupted.signal })),
    );
    return;
  }
  for (const name of chosen) {
    const path = logPath(dataDir, name);
    for (const part of [`${path}.1`, path]) {
      if (await stat(part).catch(() => undefined)) await printFile(part, write);
    }
  }
}
