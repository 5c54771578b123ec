/** Debian's etcdctl when it is installed, and the environment that `kuorum etcd-env` prints for it. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Workplace } from './kuorum.js';

/** undefined: it is not there, and its tests are skipped, which is said. */
export const etcdctl: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'etcdctl'))
  .find((path) => existsSync(path));
if (etcdctl === undefined) process.stdout.write('etcdctl was not found: its tests are skipped\n');

export async function etcdEnvironment(place: Workplace): Promise<Record<string, string>> {
  const { stdout } = await place.run(['etcd-env']);
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => /^export (\w+)=(.*)$/.exec(line)?.slice(1) ?? []),
  ) as Record<string, string>;
}
