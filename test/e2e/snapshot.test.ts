/** A snapshot saved under load and restored into a new folder: every key, a raised revision, and no old watch goes on. */
import { createReadStream } from 'node:fs';
import { cp, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPath } from '../../api/index.js';
import type { ApiClient } from '../../client/index.js';
import { readClusterFile } from '../../cluster/index.js';
import { type CheckedSnapshot, readSnapshotFile } from '../../storage/index.js';
import { clientFor } from './support/cluster-client.js';
import { type Workplace, workplace } from './support/kuorum.js';
import { until } from './support/until.js';
import { startWriter } from './support/writer.js';

const raise = 1_000_000_000;
const configMapPath = '/api/v1/namespaces/default/configmaps';

interface Kept {
  readonly snapshot: CheckedSnapshot;
  /** By key: everything that is known of it. */
  readonly items: ReadonlyMap<string, { readonly modRevision: number; readonly text: string }>;
}

async function keptIn(path: string): Promise<Kept> {
  const items = new Map<string, { modRevision: number; text: string }>();
  const snapshot = await readSnapshotFile(createReadStream(path), (record) => {
    if (record.kind !== 'key') return undefined;
    const { key, value, modRevision, createRevision, version } = record.item;
    const text = `${createRevision} ${version} ${Buffer.from(value).toString('latin1')}`;
    items.set(Buffer.from(key).toString('latin1'), { modRevision, text });
    return undefined;
  });
  return { snapshot, items };
}

describe('kuorum snapshot', () => {
  let place: Workplace;
  let file: string;
  let listedVersion: number;
  beforeAll(async () => {
    place = await workplace();
    file = join(place.folder, 'saved.snapshot');
  });
  afterAll(async () => {
    await place.run(['down', '--data-dir', 'new']);
    await place.leave();
  });

  const connect = async (dataDir: string): Promise<ApiClient> =>
    clientFor(await readFile(join(place.folder, dataDir, 'kubeconfig'), 'utf8'));
  const listVersion = async (client: ApiClient): Promise<number> =>
    Number(getPath(await client.getDocument(configMapPath), 'metadata', 'resourceVersion'));

  it('save holds, also under load, all that was acknowledged before it was ordered', async () => {
    await place.up([
      '--members',
      '3',
      '--backup-dir',
      'backups',
      '--backup-every',
      '10s',
      '--backup-keep',
      '2',
    ]);
    const client = await connect('.kuorum');
    const writer = startWriter({ client, namespace: 'default', prefix: 'load' });
    await until('creates are acknowledged', () => writer.count('acknowledged') >= 100);
    listedVersion = await listVersion(client);
    const orderedAt = performance.now();
    const { code, stdout, stderr } = await place.run(['snapshot', 'save', 'saved.snapshot']);
    const savedAt = performance.now();
    await writer.stop();
    expect(stderr).not.toContain('defect');
    expect(stdout).toMatch(/^saved and verified saved\.snapshot: \d+ keys at revision \d+, .* from m\d\n$/);
    expect(code).toBe(0);
    const { items } = await keptIn(file);
    const has = (name: string): boolean => items.has(`/registry/configmaps/default/${name}`);
    const before = writer.records.filter(
      ({ ending, endedAt }) => ending === 'acknowledged' && endedAt < orderedAt,
    );
    expect(before.length).toBeGreaterThanOrEqual(100);
    expect(before.filter(({ name }) => !has(name))).toEqual([]);
    expect(writer.records.filter(({ startedAt, name }) => startedAt > savedAt && has(name))).toEqual([]);
    expect((await readdir(place.folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    client.close();
  });

  it('is made by the clock too, verified, and shown in the status', async () => {
    const { backups, newest } = await until('there are two backups and no third', async () => {
      const { backups: state } = await place.status();
      const names = (await readdir(join(place.folder, 'backups'))).toSorted();
      return names.length === 2 && state?.running === false
        ? { backups: state, newest: names[1]! }
        : undefined;
    });
    expect(backups).toMatchObject({ everyMilliseconds: 10_000, keep: 2 });
    // Absent in JSON when there is none.
    expect(backups.failure).toBeUndefined();
    // The other one may give way to the next at any moment.
    await readSnapshotFile(createReadStream(join(place.folder, 'backups', newest)));
    expect((await place.run(['status'])).stdout).toContain('backups: every 10s to ');
  });

  it('save takes the member that is named, and says why it cannot be done', async () => {
    const one = await place.run(['snapshot', 'save', 'one.snapshot', '--member', 'm2']);
    expect(one.stdout).toContain('from m2');
    expect((await place.run(['snapshot', 'save', 'x', '--member', 'm9'])).stderr).toContain(
      'there is no running member m9',
    );
    expect((await place.run(['snapshot', 'save', 'no/such/folder/x'])).stderr).toContain(
      'cannot be written (ENOENT)',
    );
  });

  it('status verifies all of a file, and says where it is not whole', async () => {
    const { stdout, code } = await place.run(['snapshot', 'status', 'saved.snapshot', '-o', 'json']);
    expect(code).toBe(0);
    const { snapshot } = await keptIn(file);
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      revision: snapshot.header.revision,
      keys: snapshot.keys,
      sha256: snapshot.sha256,
    });
    expect((await place.run(['snapshot', 'status', 'saved.snapshot'])).stdout).toContain('VERIFIED     yes');
    await cp(file, join(place.folder, 'cut.snapshot'));
    await truncate(join(place.folder, 'cut.snapshot'), 1000);
    const cut = await place.run(['snapshot', 'status', 'cut.snapshot']);
    expect(cut.code).toBe(1);
    expect(cut.stderr).toContain('cut.snapshot: it is cut short: it ends at byte 1000');
  });

  it('restore makes a cluster of it that has every key, at a raised revision', async () => {
    expect((await place.run(['snapshot', 'restore', file, '--data-dir', '.kuorum'])).stderr).toContain(
      'is not empty',
    );
    await place.run(['down']);
    const restored = await place.run(['snapshot', 'restore', file, '--data-dir', 'new', '--members', '3']);
    expect(restored.stdout).toContain('start it with: npx kuorum up --data-dir new');
    expect(restored.code).toBe(0);
    await place.up(['--data-dir', 'new']);
    const again = await place.run(['snapshot', 'save', 'again.snapshot', '--data-dir', 'new']);
    expect(again.code).toBe(0);
    const old = await keptIn(file);
    const now = await keptIn(join(place.folder, 'again.snapshot'));
    const begun = old.snapshot.header.revision + raise;
    expect(now.snapshot.header.revision).toBeGreaterThanOrEqual(begun);
    expect(now.snapshot.header.compactRevision).toBeGreaterThanOrEqual(begun);
    const ids = [old, now].map(({ snapshot }) => snapshot.header.clusterId);
    expect(ids[1]).not.toBe(ids[0]);
    expect((await readClusterFile(join(place.folder, 'new')))?.clusterId).toBe(ids[1]);
    // What the new cluster's own processes wrote since is theirs; nothing else differs, nothing is missing.
    const changed = [...now.items].filter(([, { modRevision }]) => modRevision > begun).map(([key]) => key);
    expect(changed.filter((key) => key.startsWith('/registry/configmaps/default/'))).toEqual([]);
    for (const [key, item] of old.items) {
      if (!changed.includes(key)) expect(now.items.get(key), key).toEqual(item);
    }
    for (const key of now.items.keys()) {
      if (!changed.includes(key)) expect(old.items.has(key), key).toBe(true);
    }
  });

  it('lets no client of the old cluster go on as if nothing had happened: its watch is told 410', async () => {
    const client = await connect('new');
    for (const old of [1, listedVersion, listedVersion + 500_000]) {
      const { body } = await client.raw({
        method: 'GET',
        path: configMapPath,
        query: { watch: 'true', resourceVersion: String(old), timeoutSeconds: '1' },
      });
      const event: unknown = JSON.parse(Buffer.from(body).toString());
      expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    }
    expect(await listVersion(client)).toBeGreaterThanOrEqual(listedVersion + raise);
    await client.create(
      { group: '', version: 'v1', resource: 'configmaps', namespace: 'default' },
      { metadata: { name: 'after' } },
    );
    client.close();
  });
});
