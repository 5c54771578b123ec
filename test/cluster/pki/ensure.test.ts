import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EnsurePkiOptions, ensurePki } from '../../../cluster/pki/ensure.js';
import { clusterServingNames, pkiLayout } from '../../../cluster/pki/layout.js';
import { isUserError } from '../../../cluster/user-error.js';
import { systemRandom } from '../../../platform/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { manualClock } from '../support/manual-clock.js';

const born = Date.UTC(2026, 0, 1);
const day = 24 * 3600 * 1000;
const members = ['m1', 'm2', 'm3'];

function options(
  folder: string,
  change: Partial<EnsurePkiOptions> & { readonly daysLater?: number } = {},
): EnsurePkiOptions {
  const { daysLater = 0, ...rest } = change;
  return {
    folder,
    layout: pkiLayout(members, 'host.example', []),
    clock: manualClock(born + daysLater * day),
    random: systemRandom(),
    forming: true,
    ...rest,
  };
}

const certificate = async (folder: string, name: string): Promise<X509Certificate> =>
  new X509Certificate(await readFile(join(folder, `${name}.crt`), 'utf8'));

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isUserError(error)).toBe(true);
  return (error as Error).message;
}

describe('the keys of a new cluster', () => {
  it("lie in kubeadm's layout, keys readable by their owner only", async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    const pairs = [
      'admin',
      'ca',
      'controllers',
      'front-proxy-ca',
      'front-proxy-client',
      'm1',
      'm2',
      'm3',
      'supervisor',
    ];
    expect((await readdir(folder)).sort()).toEqual(
      [...pairs.flatMap((name) => [`${name}.crt`, `${name}.key`]), 'etcd', 'sa.key', 'sa.pub'].sort(),
    );
    expect((await readdir(join(folder, 'etcd'))).sort()).toEqual(
      ['admin', 'ca', 'm1', 'm2', 'm3'].flatMap((name) => [`${name}.crt`, `${name}.key`]),
    );
    for (const name of ['ca', 'admin', 'm1', 'etcd/ca', 'etcd/m1', 'sa', 'front-proxy-ca']) {
      expect((await stat(join(folder, `${name}.key`))).mode & 0o777, name).toBe(0o600);
    }
  });

  it('are ECDSA P-256', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    for (const name of ['ca', 'm1', 'etcd/m1', 'sa']) {
      const key = createPrivateKey(await readFile(join(folder, `${name}.key`), 'utf8'));
      expect(key.asymmetricKeyType).toBe('ec');
      expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    }
  });

  it('make three circles of trust: what one authority signed, no other vouches for', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    const authorities = await Promise.all(
      ['ca', 'etcd/ca', 'front-proxy-ca'].map((name) => certificate(folder, name)),
    );
    const signed = ['m1', 'etcd/m1', 'front-proxy-client'];
    for (const [index, name] of signed.entries()) {
      const leaf = await certificate(folder, name);
      expect(authorities.map((authority) => leaf.verify(authority.publicKey))).toEqual(
        authorities.map((_, other) => other === index),
      );
      expect(leaf.checkIssued(authorities[index]!)).toBe(true);
      expect(leaf.ca).toBe(false);
      expect(authorities[index]!.ca).toBe(true);
    }
  });

  it('serve under every name that a client may use, and --tls-san', async () => {
    const folder = await temporaryFolder();
    await ensurePki(
      options(folder, { layout: pkiLayout(members, 'host.example', ['api.example', '192.0.2.7']) }),
    );
    const leaf = await certificate(folder, 'm2');
    for (const name of [...clusterServingNames, 'host.example', 'api.example', '192.0.2.7']) {
      const found = /^[\d.]+$|:/.test(name) ? leaf.checkIP(name) : leaf.checkHost(name);
      expect(found, name).toBeDefined();
    }
    expect(leaf.checkHost('elsewhere.example')).toBeUndefined();
  });

  it('make the administrator a member of system:masters, and the members of nothing', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    expect((await certificate(folder, 'admin')).subject.split('\n').sort()).toEqual([
      'CN=kubernetes-admin',
      'O=system:masters',
    ]);
    expect((await certificate(folder, 'm1')).subject).toBe('CN=m1');
    expect((await certificate(folder, 'etcd/m1')).subject).toBe('CN=m1');
  });
});

describe('a later start', () => {
  it('issues nothing while all is well', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    const before = await readFile(join(folder, 'm1.crt'), 'utf8');
    const pki = await ensurePki(options(folder, { forming: false, daysLater: 300 }));
    expect(pki.issued).toEqual([]);
    expect(await readFile(join(folder, 'm1.crt'), 'utf8')).toBe(before);
  });

  it('renews what has fewer than 30 days left, under the same authority', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    const authority = await readFile(join(folder, 'ca.crt'), 'utf8');
    const pki = await ensurePki(options(folder, { forming: false, daysLater: 336 }));
    expect(pki.issued.map(({ name }) => name)).toContain('m1');
    expect(await readFile(join(folder, 'ca.crt'), 'utf8')).toBe(authority);
    const renewed = await certificate(folder, 'm1');
    expect(Date.parse(renewed.validTo)).toBeGreaterThan(born + 690 * day);
    expect(renewed.verify(new X509Certificate(authority).publicKey)).toBe(true);
  });

  it('renews an old authority over its key, so that what it signed stays valid', async () => {
    const folder = await temporaryFolder();
    const first = await ensurePki(options(folder));
    const old = new X509Certificate(first.pair('m1').certificate);
    const pki = await ensurePki(options(folder, { forming: false, daysLater: 3640 }));
    expect(pki.issued.map(({ name }) => name)).toContain('ca');
    expect(old.verify(new X509Certificate(pki.authorities.ca).publicKey)).toBe(true);
  });

  it('issues anew only the certificates that lack a name', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    const layout = pkiLayout(members, 'host.example', ['api.example']);
    const pki = await ensurePki(options(folder, { forming: false, layout }));
    expect(pki.issued.map(({ name }) => name).sort()).toEqual(['m1', 'm2', 'm3']);
    expect(pki.issued[0]?.reason).toBe('it lacks the name api.example');
  });

  it('mends a key and a certificate that do not belong together', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    await writeFile(join(folder, 'm1.key'), await readFile(join(folder, 'm2.key'), 'utf8'));
    const pki = await ensurePki(options(folder, { forming: false }));
    expect(pki.issued.map(({ name }) => name)).toEqual(['m1']);
  });

  it.each([
    ['ca.crt', /^pki\/ca\.crt is missing: restore it from a copy, or begin anew with --fresh/],
    ['etcd/ca.key', /^pki\/etcd\/ca\.key is missing/],
    ['m1.crt', /^pki\/m1\.crt is missing: restore it from a copy, or delete pki\/m1\.key too/],
    ['etcd/m2.key', /^pki\/etcd\/m2\.key is missing: .* delete pki\/etcd\/m2\.crt too/],
    ['sa.pub', /^pki\/sa\.pub is missing/],
  ])('says in one line that %s is missing', async (file, message) => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    await rm(join(folder, file));
    const said = await refusal(ensurePki(options(folder, { forming: false })));
    expect(said).toMatch(message);
    expect(said).not.toContain('\n');
  });

  it('never makes a damaged authority anew', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    await writeFile(join(folder, 'ca.crt'), 'not a certificate');
    expect(await refusal(ensurePki(options(folder, { forming: false })))).toMatch(/damaged/);
  });

  it('completes a first start that was interrupted', async () => {
    const folder = await temporaryFolder();
    await ensurePki(options(folder));
    await rm(join(folder, 'm1.crt'));
    await rm(join(folder, 'front-proxy-ca.crt'));
    await rm(join(folder, 'sa.pub'));
    const pki = await ensurePki(options(folder));
    expect(pki.issued.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['m1', 'front-proxy-ca', 'sa']),
    );
  });
});
