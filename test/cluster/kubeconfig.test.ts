import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  kubeconfigText,
  mergeKubeconfig,
  mergeKubeconfigText,
  writeKubeconfig,
} from '../../cluster/kubeconfig.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Kubeconfig {
  readonly 'current-context': string;
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
  readonly contexts: readonly { readonly name: string; readonly context: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, string>> }[];
}

function input(port = 6443): Parameters<typeof kubeconfigText>[0] {
  return {
    name: 'kuorum',
    frontDoorPort: port,
    members: [
      { name: 'm1', apiPort: 7001 },
      { name: 'm2', apiPort: 7002 },
    ],
    authority: 'CA',
    admin: { certificate: 'CERT', key: 'KEY' },
  };
}

const parsed = (text: string): Kubeconfig => parse(text) as Kubeconfig;

describe('the kubeconfig', () => {
  it('has a context for the front door and one a member, the front door being current', () => {
    const config = parsed(kubeconfigText(input()));
    expect(config['current-context']).toBe('kuorum');
    expect(config.contexts.map(({ name }) => name)).toEqual(['kuorum', 'kuorum-m1', 'kuorum-m2']);
    const servers = config.contexts.map(
      ({ context }) => config.clusters.find(({ name }) => name === context.cluster)?.cluster.server,
    );
    expect(servers).toEqual(['https://127.0.0.1:6443', 'https://127.0.0.1:7001', 'https://127.0.0.1:7002']);
  });

  it('embeds the certificates, so that it can be copied away', () => {
    const config = parsed(kubeconfigText(input()));
    const decode = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString();
    expect(decode(config.clusters[0]?.cluster['certificate-authority-data'])).toBe('CA');
    expect(decode(config.users[0]?.user['client-certificate-data'])).toBe('CERT');
    expect(decode(config.users[0]?.user['client-key-data'])).toBe('KEY');
  });

  it('is readable by its owner only, and written only when it changed', async () => {
    const folder = await temporaryFolder();
    expect(await writeKubeconfig(folder, kubeconfigText(input()))).toBe(true);
    expect((await stat(join(folder, 'kubeconfig'))).mode & 0o777).toBe(0o600);
    expect(await writeKubeconfig(folder, kubeconfigText(input()))).toBe(false);
    expect(await writeKubeconfig(folder, kubeconfigText(input(6444)))).toBe(true);
  });
});

const theirs = `# my clusters
apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work # the big one
  cluster:
    server: https://work.example
contexts:
- name: work
  context: {cluster: work, user: me}
users:
- name: me
  user: {token: secret}
`;

describe('merging it into another', () => {
  it("keeps everybody else's entries, comments and the current context", async () => {
    const text = await mergeKubeconfigText(theirs, kubeconfigText(input()), 'config');
    expect(text).toContain('# my clusters');
    expect(text).toContain('# the big one');
    const config = parsed(text);
    expect(config['current-context']).toBe('work');
    expect(config.contexts.map(({ name }) => name)).toEqual(['work', 'kuorum', 'kuorum-m1', 'kuorum-m2']);
    expect(config.users.map(({ name }) => name)).toEqual(['me', 'kuorum-admin']);
  });

  it('replaces what an earlier merge added', async () => {
    const once = await mergeKubeconfigText(theirs, kubeconfigText(input(6443)), 'config');
    const twice = await mergeKubeconfigText(once, kubeconfigText(input(6500)), 'config');
    const config = parsed(twice);
    expect(config.clusters.filter(({ name }) => name === 'kuorum')).toHaveLength(1);
    expect(config.clusters.find(({ name }) => name === 'kuorum')?.cluster.server).toBe(
      'https://127.0.0.1:6500',
    );
  });

  it('takes out the contexts of members that are gone, and nothing that is not ours', async () => {
    const three = { ...input(), members: [...input().members, { name: 'm3', apiPort: 7003 }] };
    const once = await mergeKubeconfigText(theirs, kubeconfigText(three), 'config');
    const named = once
      .replace('current-context: work', 'current-context: kuorum-m3')
      .replace('contexts:\n', 'contexts:\n  - name: kuorum-mine\n    context: {cluster: work, user: me}\n');
    const config = parsed(await mergeKubeconfigText(named, kubeconfigText(input()), 'config'));
    expect(config.contexts.map(({ name }) => name)).toEqual([
      'kuorum-mine',
      'work',
      'kuorum',
      'kuorum-m1',
      'kuorum-m2',
    ]);
    expect(config.clusters.map(({ name }) => name)).toEqual(['work', 'kuorum', 'kuorum-m1', 'kuorum-m2']);
    expect(config['current-context']).toBe('kuorum');
  });

  it('makes a config where there was none, and accepts one with empty sections', async () => {
    for (const empty of [
      '',
      'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: null\nusers: []\ncurrent-context: ""\n',
    ]) {
      const config = parsed(await mergeKubeconfigText(empty, kubeconfigText(input()), 'config'));
      expect(config['current-context']).toBe('kuorum');
      expect(config.contexts).toHaveLength(3);
    }
  });

  it('refuses what is not a kubeconfig and leaves it alone', async () => {
    const source = kubeconfigText(input());
    await expect(mergeKubeconfigText('a: [', source, 'FILE')).rejects.toThrow(
      /^FILE is not valid YAML .*nothing was changed$/,
    );
    await expect(mergeKubeconfigText('- a', source, 'FILE')).rejects.toThrow('FILE is not a kubeconfig');
    await expect(mergeKubeconfigText('clusters: 3', source, 'FILE')).rejects.toThrow(
      'FILE has no list under clusters',
    );
  });

  it('follows a link, keeps the mode, and makes the folder', async () => {
    const folder = await temporaryFolder();
    await writeKubeconfig(folder, kubeconfigText(input()));
    await mkdir(join(folder, 'dotfiles'));
    await writeFile(join(folder, 'dotfiles', 'config'), theirs, { mode: 0o640 });
    await symlink(join(folder, 'dotfiles', 'config'), join(folder, 'link'));
    await mergeKubeconfig(folder, join(folder, 'link'));
    expect(await readFile(join(folder, 'dotfiles', 'config'), 'utf8')).toContain('kuorum-m1');
    expect((await stat(join(folder, 'dotfiles', 'config'))).mode & 0o777).toBe(0o640);
    await mergeKubeconfig(folder, join(folder, 'home', '.kube', 'config'));
    expect((await stat(join(folder, 'home', '.kube', 'config'))).mode & 0o777).toBe(0o600);
  });
});
