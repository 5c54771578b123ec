/**
 * Looks at the keys and certificates on disk and decides what must be issued, without loading anything that
 * could issue. Pure but for reading the files.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { errorCode } from '../atomic-file.js';
import { UserError } from '../user-error.js';
import type { AuthoritySpec, LeafSpec } from './layout.js';

export interface StoredPair {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read (${errorCode(error) ?? String(error)})`, { cause: error });
  }
}

export async function readPair(folder: string, name: string): Promise<StoredPair> {
  const [certificate, key] = await Promise.all([
    readIfThere(join(folder, `${name}.crt`)),
    readIfThere(join(folder, `${name}.key`)),
  ]);
  return { certificate, key };
}

/** Renewed when fewer milliseconds than this are left: 30 days. */
export const renewBeforeMilliseconds = 30 * 24 * 3600 * 1000;

export type Finding =
  | { readonly kind: 'good' }
  /** To be issued, for the stated reason. */
  | { readonly kind: 'issue'; readonly reason: string }
  /** Nothing that a start may mend by itself. */
  | { readonly kind: 'broken'; readonly message: string };

function parseCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

function keyMatches(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

const expiresSoon = (certificate: X509Certificate, nowMilliseconds: number): boolean =>
  Date.parse(certificate.validTo) - nowMilliseconds < renewBeforeMilliseconds;

/** A lost authority cannot be made again: everything that trusts it would have to be told. */
export function inspectAuthority(spec: AuthoritySpec, pair: StoredPair, nowMilliseconds: number): Finding {
  for (const [value, suffix] of [
    [pair.certificate, 'crt'],
    [pair.key, 'key'],
  ] as const) {
    if (value === undefined) {
      return {
        kind: 'broken',
        message: `pki/${spec.name}.${suffix} is missing: restore it from a copy, or begin anew with --fresh`,
      };
    }
  }
  const certificate = parseCertificate(pair.certificate!);
  if (certificate === undefined || !keyMatches(certificate, pair.key!)) {
    return {
      kind: 'broken',
      message: `pki/${spec.name}.crt and pki/${spec.name}.key are damaged or do not belong together: restore them from a copy, or begin anew with --fresh`,
    };
  }
  return expiresSoon(certificate, nowMilliseconds)
    ? { kind: 'issue', reason: 'it expires soon' }
    : { kind: 'good' };
}

function missingName(certificate: X509Certificate, names: readonly string[]): string | undefined {
  return names.find((name) =>
    isIP(name) === 0
      ? !(certificate.subjectAltName ?? '').split(', ').includes(`DNS:${name}`)
      : certificate.checkIP(name) === undefined,
  );
}

/**
 * A whole pair that is absent is issued (a new member, a renamed file taken away on purpose); half of one is
 * an accident that is reported.
 */
export function inspectLeaf(
  spec: LeafSpec,
  pair: StoredPair,
  authorityCertificate: string,
  nowMilliseconds: number,
): Finding {
  if (pair.certificate === undefined && pair.key === undefined)
    return { kind: 'issue', reason: 'it does not exist' };
  if (pair.certificate === undefined || pair.key === undefined) {
    const [lost, kept] = pair.certificate === undefined ? ['crt', 'key'] : ['key', 'crt'];
    return {
      kind: 'broken',
      message:
        `pki/${spec.name}.${lost} is missing: restore it from a copy, or delete pki/${spec.name}.${kept} too ` +
        'to have both issued anew',
    };
  }
  const certificate = parseCertificate(pair.certificate);
  // A crash between the two renames of a renewal leaves a new key beside an old certificate.
  if (certificate === undefined || !keyMatches(certificate, pair.key)) {
    return { kind: 'issue', reason: 'certificate and key do not belong together' };
  }
  const authority = new X509Certificate(authorityCertificate);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    return { kind: 'issue', reason: `another authority than ${spec.authority} signed it` };
  }
  const name = missingName(certificate, spec.names);
  if (name !== undefined) return { kind: 'issue', reason: `it lacks the name ${name}` };
  return expiresSoon(certificate, nowMilliseconds)
    ? { kind: 'issue', reason: 'it expires soon' }
    : { kind: 'good' };
}
