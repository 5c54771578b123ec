/**
 * Brings DIR/pki to what the layout asks for, issuing only what is missing, misnamed or about to expire, and
 * gives the credentials to the composition, which hands each process only its own.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Random } from '../../platform/index.js';
import { replaceFile } from '../atomic-file.js';
import { UserError } from '../user-error.js';
import type { Finding, StoredPair } from './inspect.js';
import { inspectAuthority, inspectLeaf, readIfThere, readPair } from './inspect.js';
import type { Issuer, Validity } from './issue.js';
import type { AuthorityName, AuthoritySpec, LeafSpec, PkiLayout } from './layout.js';
import type { PemPair } from './pem.js';

export interface Pki {
  /** Certificates of the authorities, in PEM. */
  readonly authorities: Readonly<Record<AuthorityName, string>>;
  /** By the layout's name: `admin`, `m1`, `etcd/m1` … */
  pair(name: string): PemPair;
  /** What was issued in this run, with the reason; empty when all was good. */
  readonly issued: readonly { readonly name: string; readonly reason: string }[];
}

export interface EnsurePkiOptions {
  readonly folder: string;
  readonly layout: PkiLayout;
  readonly clock: Clock;
  readonly random: Random;
  /** The cluster's first start, or one that was interrupted: whatever is missing is issued, never reported. */
  readonly forming: boolean;
}

const day = 24 * 3600 * 1000;
const authorityLifetimeMilliseconds = 3650 * day;
const leafLifetimeMilliseconds = 365 * day;
/** Tolerates clocks that run behind. */
const backdateMilliseconds = 3600 * 1000;

interface Work {
  readonly options: EnsurePkiOptions;
  readonly nowMilliseconds: number;
  readonly issued: { name: string; reason: string }[];
}

function validity(work: Work, lifetimeMilliseconds: number): Validity {
  // Whole seconds: that is all a certificate holds.
  const now = Math.floor(work.nowMilliseconds / 1000) * 1000;
  return {
    notBeforeMilliseconds: now - backdateMilliseconds,
    notAfterMilliseconds: now + lifetimeMilliseconds,
  };
}

async function writePair(folder: string, name: string, pair: PemPair): Promise<void> {
  await Promise.all([
    replaceFile(join(folder, `${name}.key`), pair.key, { mode: 0o600 }),
    replaceFile(join(folder, `${name}.crt`), pair.certificate, { mode: 0o644 }),
  ]);
}

interface AuthorityState {
  readonly spec: AuthoritySpec;
  readonly pair: PemPair;
  /** Present when it was issued in this run. */
  readonly issuer: Issuer | undefined;
}

async function ensureAuthority(work: Work, spec: AuthoritySpec): Promise<AuthorityState> {
  const { folder, forming, random } = work.options;
  const stored = await readPair(folder, spec.name);
  const absent = stored.certificate === undefined || stored.key === undefined;
  const finding: Finding =
    forming && absent
      ? { kind: 'issue', reason: 'it does not exist' }
      : inspectAuthority(spec, stored, work.nowMilliseconds);
  switch (finding.kind) {
    case 'broken':
      throw new UserError(`${finding.message} (in ${folder})`);
    case 'good':
      return { spec, pair: whole(stored), issuer: undefined };
    case 'issue': {
      const { issueAuthority } = await import('./issue.js');
      const renewedKey = absent ? undefined : stored.key;
      const issuer = await issueAuthority(
        spec,
        validity(work, authorityLifetimeMilliseconds),
        random.bytes(16),
        renewedKey,
      );
      await writePair(folder, spec.name, issuer.pair);
      work.issued.push({ name: spec.name, reason: finding.reason });
      return { spec, pair: issuer.pair, issuer };
    }
  }
}

function whole(stored: StoredPair): PemPair {
  return { certificate: stored.certificate ?? '', key: stored.key ?? '' };
}

async function ensureLeaf(
  work: Work,
  spec: LeafSpec,
  authority: AuthorityState,
  issuerOf: (state: AuthorityState) => Promise<Issuer>,
): Promise<PemPair> {
  const { folder, forming, random } = work.options;
  const stored = await readPair(folder, spec.name);
  const found = inspectLeaf(spec, stored, authority.pair.certificate, work.nowMilliseconds);
  const finding: Finding =
    forming && found.kind === 'broken' ? { kind: 'issue', reason: 'the first start was interrupted' } : found;
  switch (finding.kind) {
    case 'broken':
      throw new UserError(`${finding.message} (in ${folder})`);
    case 'good':
      return whole(stored);
    case 'issue': {
      const { issueLeaf } = await import('./issue.js');
      const issuer = await issuerOf(authority);
      const pair = await issueLeaf(spec, issuer, validity(work, leafLifetimeMilliseconds), random.bytes(16));
      await writePair(folder, spec.name, pair);
      work.issued.push({ name: spec.name, reason: finding.reason });
      return pair;
    }
  }
}

async function ensureServiceAccountKeys(work: Work): Promise<void> {
  const { folder, forming } = work.options;
  const [privateKey, publicKey] = await Promise.all([
    readIfThere(join(folder, 'sa.key')),
    readIfThere(join(folder, 'sa.pub')),
  ]);
  if (privateKey !== undefined && publicKey !== undefined) return;
  if (!forming) {
    const lost = privateKey === undefined ? 'sa.key' : 'sa.pub';
    throw new UserError(
      `pki/${lost} is missing: restore it from a copy, or begin anew with --fresh (in ${folder})`,
    );
  }
  const { issueServiceAccountKeys } = await import('./issue.js');
  const keys = await issueServiceAccountKeys();
  await replaceFile(join(folder, 'sa.key'), keys.privateKey, { mode: 0o600 });
  await replaceFile(join(folder, 'sa.pub'), keys.publicKey, { mode: 0o644 });
  work.issued.push({ name: 'sa', reason: 'it does not exist' });
}

/** Throws a UserError when something is missing that only the user can bring back. */
export async function ensurePki(options: EnsurePkiOptions): Promise<Pki> {
  const { folder, layout } = options;
  await mkdir(join(folder, 'etcd'), { recursive: true, mode: 0o700 });
  const work: Work = { options, nowMilliseconds: options.clock.wallMilliseconds(), issued: [] };
  const [authorities] = await Promise.all([
    Promise.all(layout.authorities.map((spec) => ensureAuthority(work, spec))),
    ensureServiceAccountKeys(work),
  ]);
  const byName = new Map(authorities.map((state) => [state.spec.name, state]));
  const issuers = new Map<AuthorityName, Promise<Issuer>>();
  const issuerOf = (state: AuthorityState): Promise<Issuer> => {
    let issuer = issuers.get(state.spec.name);
    if (issuer === undefined) {
      issuer =
        state.issuer === undefined
          ? import('./issue.js').then(({ loadIssuer }) => loadIssuer(state.spec, state.pair))
          : Promise.resolve(state.issuer);
      issuers.set(state.spec.name, issuer);
    }
    return issuer;
  };
  const pairs = new Map(
    await Promise.all(
      layout.leaves.map(
        async (spec) =>
          [spec.name, await ensureLeaf(work, spec, byName.get(spec.authority)!, issuerOf)] as const,
      ),
    ),
  );
  return {
    authorities: {
      ca: byName.get('ca')!.pair.certificate,
      'etcd/ca': byName.get('etcd/ca')!.pair.certificate,
      'front-proxy-ca': byName.get('front-proxy-ca')!.pair.certificate,
    },
    pair(name) {
      const pair = pairs.get(name);
      if (pair === undefined) throw new Error(`no certificate named ${name}`);
      return pair;
    },
    issued: work.issued,
  };
}
