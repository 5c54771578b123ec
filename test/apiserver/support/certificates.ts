/** Authorities and certificates for tests, made once a file. */
import 'reflect-metadata';
import { webcrypto, type webcrypto as webcryptoTypes } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const crypto = webcrypto;
x509.cryptoProvider.set(crypto);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  issue(
    subject: string,
    options?: { readonly server?: boolean; readonly expired?: boolean },
  ): Promise<KeyPair>;
}

async function pem(key: webcryptoTypes.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
}

const day = 24 * 3600 * 1000;

export async function createAuthority(name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 2, true)],
  });
  let serial = 1;
  return {
    certificate: root.toString('pem'),
    key: await pem(keys.privateKey),
    async issue(subject, options = {}) {
      const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      serial += 1;
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(4, '0'),
        subject,
        issuer: root.subject,
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        notBefore: new Date(Date.now() - 2 * day),
        notAfter: new Date(Date.now() + (options.expired === true ? -day : day)),
        signingAlgorithm: algorithm,
        extensions: [
          new x509.ExtendedKeyUsageExtension([
            options.server === true ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
          ]),
          ...(options.server === true
            ? [
                new x509.SubjectAlternativeNameExtension([
                  { type: 'dns', value: 'localhost' },
                  { type: 'ip', value: '127.0.0.1' },
                ]),
              ]
            : []),
        ],
      });
      return { certificate: certificate.toString('pem'), key: await pem(own.privateKey) };
    },
  };
}

/** What an attacker can always make: a certificate that vouches for itself. */
export async function createSelfSigned(subject: string): Promise<KeyPair> {
  const authority = await createAuthority(subject);
  return { certificate: authority.certificate, key: authority.key };
}
