/** A start that cannot work says in one line what is wrong and what to do, ends with 1, and shows no stack. */
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Workplace, workplace } from './support/kuorum.js';

let place: Workplace;
beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  await place.leave();
});

async function expectRefusal(args: readonly string[], reason: RegExp): Promise<void> {
  const { code, stdout, stderr } = await place.run(['up', '--api-port', '0', ...args]);
  expect(stderr).toMatch(reason);
  expect(code).toBe(1);
  expect(stdout).not.toContain('ready:');
  const complaints = stderr.split('\n').filter((line) => line.startsWith('kuorum: '));
  expect(complaints, stderr).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at .*[:(]\d+/m);
}

/** A stopped one-member or three-member cluster in `.kuorum`. */
async function makeCluster(members: number): Promise<string> {
  const up = await place.up(['--members', String(members)]);
  up.process.kill('SIGTERM');
  await up.ended;
  return join(place.folder, '.kuorum');
}

describe('a start is refused when', () => {
  it('the asked-for port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      await expectRefusal(['--api-port', String(port)], new RegExp(`${port}.*(taken|in use)`));
    } finally {
      taken.close();
    }
  });

  it('a file is in the folder’s place', async () => {
    await writeFile(join(place.folder, 'data'), 'mine');
    await expectRefusal(['--data-dir', 'data'], /data.*file/);
    expect(await readFile(join(place.folder, 'data'), 'utf8')).toBe('mine');
  });

  it('the folder is somebody else’s, with --fresh too', async () => {
    const folder = join(place.folder, 'photos');
    await mkdir(folder);
    await writeFile(join(folder, 'cat.jpg'), 'cat');
    await expectRefusal(['--data-dir', 'photos'], /not empty/);
    await expectRefusal(['--data-dir', 'photos', '--fresh'], /not empty/);
    await writeFile(join(folder, 'cluster.json'), '{"kind":"another program"}');
    await expectRefusal(['--data-dir', 'photos', '--fresh'], /does not describe a Kuorum cluster/);
    expect((await readdir(folder)).toSorted()).toEqual(['cat.jpg', 'cluster.json']);
  });

  it('the number of members is even or impossible', async () => {
    await expectRefusal(['--members', '4'], /even/);
    await expectRefusal(['--members', '9'], /1, 3, 5 or 7/);
    await expectRefusal(['--members', '0'], /1, 3, 5 or 7/);
  });

  it('a newer version wrote the cluster', async () => {
    const path = join(await makeCluster(1), 'cluster.json');
    const file = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    expect(file['format']).toBeTypeOf('number');
    await writeFile(path, JSON.stringify({ ...file, format: 9_999 }));
    await expectRefusal([], /newer/);
  });

  it('the folders of a majority are missing', async () => {
    const folder = await makeCluster(3);
    for (const name of ['m2', 'm3']) await rm(join(folder, 'members', name), { recursive: true });
    await expectRefusal([], /2 of 3 voting members cannot start.*m2 is missing.*kuorum recover/);
  });

  it('a member’s folder comes from another cluster', async () => {
    const other = await workplace();
    try {
      const up = await other.up(['--members', '1']);
      up.process.kill('SIGTERM');
      await up.ended;
      const folder = await makeCluster(1);
      await rm(join(folder, 'members', 'm1'), { recursive: true });
      const { cp } = await import('node:fs/promises');
      await cp(join(other.folder, '.kuorum', 'members', 'm1'), join(folder, 'members', 'm1'), {
        recursive: true,
      });
      await expectRefusal([], /cluster/);
    } finally {
      await other.leave();
    }
  });

  it('an authority’s certificate is missing', async () => {
    const folder = await makeCluster(1);
    await rm(join(folder, 'pki', 'ca.crt'));
    await expectRefusal([], /ca\.crt/);
  });
});
