/**
 * Makes keys and certificates: ECDSA P-256, signed with SHA-256. The only file that loads the certificate
 * library, and it is loaded only when something has to be issued, since most starts issue nothing.
 */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { AuthoritySpec, LeafSpec } from './layout.js';
import type { PemPair } from './pem.js';

type Key = webcrypto.CryptoKey;
type KeyPair = webcrypto.CryptoKeyPair;

/** An authority that can sign. */
export interface Issuer {
  readonly pair: PemPair;
  readonly commonName: string;
  readonly publicKey: Key;
  readonly privateKey: Key;
}

export interface Validity {
  readonly notBeforeMilliseconds: number;
  readonly notAfterMilliseconds: number;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signature = { name: 'ECDSA', hash: 'SHA-256' } as const;
const extendedUsage = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

async function generateKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

async function privateKeyPem(key: Key): Promise<string> {
  return pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', key));
}

/** A key in PEM as a signing pair. Throws when it is not an ECDSA P-256 key. */
async function importKeys(keyPem: string): Promise<KeyPair> {
  const key = createPrivateKey(keyPem);
  const { d: _private, ...publicJwk } = key.export({ format: 'jwk' });
  const privateKey = await webcrypto.subtle.importKey(
    'pkcs8',
    key.export({ type: 'pkcs8', format: 'der' }),
    curve,
    true,
    ['sign'],
  );
  const publicKey = await webcrypto.subtle.importKey('jwk', publicJwk, curve, true, ['verify']);
  return { privateKey, publicKey };
}

/** Positive, and at most 20 octets (RFC 5280, section 4.1.2.2). */
function serialNumber(random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

/** A self-signed authority: with new keys, or renewed over `keyPem` so that what it signed stays valid. */
export async function issueAuthority(
  spec: AuthoritySpec,
  validity: Validity,
  serial: Uint8Array,
  keyPem?: string,
): Promise<Issuer> {
  const keys = keyPem === undefined ? await generateKeys() : await importKeys(keyPem);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(serial),
    name: [{ CN: [spec.commonName] }],
    notBefore: new Date(validity.notBeforeMilliseconds),
    notAfter: new Date(validity.notAfterMilliseconds),
    keys,
    signingAlgorithm: signature,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pair = {
    certificate: `${certificate.toString('pem')}\n`,
    key: keyPem ?? (await privateKeyPem(keys.privateKey)),
  };
  return { pair, commonName: spec.commonName, publicKey: keys.publicKey, privateKey: keys.privateKey };
}

/** An authority read back from its files. */
export async function loadIssuer(spec: AuthoritySpec, pair: PemPair): Promise<Issuer> {
  const keys = await importKeys(pair.key);
  return { pair, commonName: spec.commonName, publicKey: keys.publicKey, privateKey: keys.privateKey };
}

export async function issueLeaf(
  spec: LeafSpec,
  issuer: Issuer,
  validity: Validity,
  serial: Uint8Array,
): Promise<PemPair> {
  const keys = await generateKeys();
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(spec.usages.map((usage) => extendedUsage[usage])),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ];
  if (spec.names.length > 0) {
    extensions.push(
      new SubjectAlternativeNameExtension(
        spec.names.map((name) => ({
          type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const),
          value: name,
        })),
      ),
    );
  }
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(serial),
    subject: [
      ...(spec.organization === undefined ? [] : [{ O: [spec.organization] }]),
      { CN: [spec.commonName] },
    ],
    issuer: [{ CN: [issuer.commonName] }],
    notBefore: new Date(validity.notBeforeMilliseconds),
    notAfter: new Date(validity.notAfterMilliseconds),
    signingKey: issuer.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: signature,
    extensions,
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await privateKeyPem(keys.privateKey) };
}

/** The key pair that will sign service account tokens: `sa.key` and `sa.pub`. */
export async function issueServiceAccountKeys(): Promise<{
  readonly privateKey: string;
  readonly publicKey: string;
}> {
  const keys = await generateKeys();
  return {
    privateKey: await privateKeyPem(keys.privateKey),
    publicKey: pem('PUBLIC KEY', await webcrypto.subtle.exportKey('spki', keys.publicKey)),
  };
}
