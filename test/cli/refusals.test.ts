import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { type Ended, runKuorum } from './support/run-kuorum.js';

/** One line on stderr that matches, exit code 1, no stack trace, nothing on stdout. */
function expectRefusal(ended: Ended, message: RegExp): void {
  expect(ended.stderr).toMatch(message);
  expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(ended.stderr).not.toMatch(/\bat .*:\d+:\d+/);
  expect(ended.stdout).toBe('');
  expect(ended.code).toBe(1);
}

describe('kuorum up refuses, in one line and with exit code 1,', () => {
  it.each([
    [
      '2',
      /--members 2: an even number tolerates no more failures than 1 \(0\).*take 1 or 3, or insist with --allow-even/,
    ],
    ['4', /--members 4: an even number tolerates no more failures than 3 \(1\)/],
    ['0', /--members must be 1, 3, 5 or 7, not 0/],
    ['9', /--members must be 1, 3, 5 or 7, not 9/],
    ['three', /argument 'three' is invalid/],
  ])('--members %s', async (count, message) => {
    const folder = await temporaryFolder();
    expectRefusal(await runKuorum(['up', '--members', count], folder), message);
    expect(await readdir(folder)).toEqual([]);
  });

  it('a name that no certificate can carry, and a port out of range', async () => {
    const folder = await temporaryFolder();
    expectRefusal(
      await runKuorum(['up', '--tls-san', 'not a name'], folder),
      /--tls-san not a name is neither a DNS name nor an IP/,
    );
    expectRefusal(await runKuorum(['up', '--api-port', '65536'], folder), /whole number from 0 to 65535/);
    expectRefusal(
      await runKuorum(['up', '--mebers', '3'], folder),
      /unknown option '--mebers' \(Did you mean --members\?\)/,
    );
  });

  it.each([
    ['100ms', /the election timeout must be from 200 to 60000 ms, not 100/],
    ['5m', /the election timeout must be from 200 to 60000 ms, not 300000/],
    ['soon', /argument 'soon' is invalid/],
  ])('--election-timeout %s', async (time, message) => {
    const folder = await temporaryFolder();
    expectRefusal(await runKuorum(['up', '--election-timeout', time], folder), message);
    expect(await readdir(folder)).toEqual([]);
  });

  it("a file in the folder's place", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expectRefusal(
      await runKuorum(['up', '--data-dir', 'file'], folder),
      /file cannot be used as data folder \(a file is in its place/,
    );
    expectRefusal(
      await runKuorum(['up', '--data-dir', 'file/inside'], folder),
      /cannot be used as data folder/,
    );
  });

  it("somebody else's folder, also with --fresh", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'thesis.tex'), 'text');
    for (const words of [[], ['--fresh']]) {
      expectRefusal(
        await runKuorum(['up', '--data-dir', 'mine', ...words], folder),
        /mine is not empty and holds no Kuorum cluster/,
      );
    }
    expect(await readFile(join(folder, 'mine', 'thesis.tex'), 'utf8')).toBe('text');
  });

  it('a folder written by a newer version', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'new'));
    const file = { format: 2, version: '7.0.0', clusterId: 'c', members: [] };
    await writeFile(join(folder, 'new', 'cluster.json'), JSON.stringify(file));
    expectRefusal(
      await runKuorum(['up', '--data-dir', 'new'], folder),
      /has format 2 and was written by Kuorum 7\.0\.0/,
    );
  });

  it('a port that is taken', async () => {
    const folder = await temporaryFolder();
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { readonly port: number }).port));
    });
    try {
      const words = ['up', '--data-dir', 'd', '--api-port', String(port)];
      expectRefusal(
        await runKuorum(words, folder),
        new RegExp(`port ${port} is taken: stop what uses it, choose another --api-port`),
      );
    } finally {
      blocker.close();
    }
  });
});

describe('without a cluster', () => {
  it.each([
    [['status'], /no cluster runs in .*\.kuorum: start one with kuorum up/],
    [['down'], /no cluster runs in/],
    [['member', 'list'], /no cluster runs in/],
    [['member', 'add', '--count', '2'], /no cluster runs in/],
    [['member', 'priority', 'm1', '-5'], /no cluster runs in/],
    [['move-leader', 'm2'], /no cluster runs in/],
    [['fault', 'kill', 'm1'], /no cluster runs in/],
    [['logs'], /there is no cluster in/],
    [['kubeconfig'], /kubeconfig is not there: start the cluster first/],
    [['kubeconfig', '--merge'], /kubeconfig is not there yet: start the cluster first/],
    [['kubectl', 'get', 'pods', '-A'], /kubeconfig is not there: start the cluster first/],
  ])('kuorum %j says that there is none', async (words, message) => {
    const folder = await temporaryFolder();
    expectRefusal(await runKuorum(words, folder, { HOME: folder }), message);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('kuorum', () => {
  it('says which version it is, and what there is', async () => {
    const folder = await temporaryFolder();
    const description = JSON.parse(
      await readFile(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
    ) as { readonly version: string };
    expect(await runKuorum(['version'], folder)).toEqual({
      code: 0,
      stdout: `kuorum ${description.version}\n`,
      stderr: '',
    });
    const help = await runKuorum(['--help'], folder);
    for (const word of [
      'up',
      'down',
      'status',
      'logs',
      'fault',
      'member',
      'move-leader',
      'kubeconfig',
      'kubectl',
      'bench',
      'version',
    ]) {
      expect(help.stdout).toMatch(new RegExp(`^  ${word}\\b`, 'm'));
    }
    expectRefusal(await runKuorum(['explode'], folder), /unknown command 'explode'/);
    expectRefusal(await runKuorum(['member', 'explode'], folder), /unknown command 'explode'/);
    expectRefusal(await runKuorum(['member', 'remove'], folder), /missing required argument 'member'/);
    expectRefusal(await runKuorum(['member', 'priority', 'm1', 'high'], folder), /'high' is invalid/);
    expectRefusal(await runKuorum(['member', 'add', '--count', '8'], folder), /whole number from 1 to 7/);
  });

  it('passes words for kubectl on untouched, and its exit code back', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'd'));
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'd', 'kubeconfig'), '');
    const script = '#!/bin/sh\necho "$KUBECONFIG" "$@"\nexit 7\n';
    await writeFile(join(folder, 'bin', 'kubectl'), script, { mode: 0o755 });
    const path = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
    const words = ['get', 'pods', '-o', 'wide', '--help', '--data-dir', 'x'];
    const ended = await runKuorum(['kubectl', ...words], folder, { ...path, KUORUM_DIR: 'd' });
    expect(ended.stdout.trim()).toBe(`${join(folder, 'd', 'kubeconfig')} ${words.join(' ')}`);
    expect(ended.code).toBe(7);
    await mkdir(join(folder, 'empty'));
    expectRefusal(
      await runKuorum(['kubectl', 'version'], folder, { PATH: join(folder, 'empty'), KUORUM_DIR: 'd' }),
      /kubectl is not on PATH/,
    );
  });
});
