import { describe, expect, it } from 'vitest';
import { KubeconfigError, parseKubeconfig } from '../../client/index.js';

const data = (text: string): string => Buffer.from(text).toString('base64');
const good = `
apiVersion: v1
kind: Config
current-context: one
contexts:
- { name: one, context: { cluster: c, user: u, namespace: team } }
- { name: lost, context: { cluster: c, user: nobody } }
- { name: files, context: { cluster: c, user: f } }
clusters:
- { name: c, cluster: { server: 'https://127.0.0.1:6443', certificate-authority-data: ${data('CA')} } }
users:
- { name: u, user: { client-certificate-data: ${data('CERT')}, client-key-data: ${data('KEY')} } }
- { name: f, user: { client-certificate: /etc/cert } }
`;

describe('a kubeconfig', () => {
  it('gives the current context with its decoded credentials', () => {
    const kubeconfig = parseKubeconfig(good);
    expect(kubeconfig.contextNames).toEqual(['one', 'lost', 'files']);
    expect(kubeconfig.context()).toEqual({
      name: 'one',
      server: 'https://127.0.0.1:6443',
      tls: { authority: 'CA', certificate: 'CERT', key: 'KEY' },
      namespace: 'team',
    });
  });

  it.each([
    ['missing', 'there is no context "missing"'],
    ['lost', 'names a cluster or user that is missing'],
    ['files', 'client-certificate-data is missing'],
  ])('refuses the context %s with the reason', (name, reason) => {
    expect(() => parseKubeconfig(good).context(name)).toThrow(reason);
  });

  it.each(['', 'kind: Pod', '[1, 2', '- a'])('refuses %j, which is no kubeconfig', (text) => {
    expect(() => parseKubeconfig(text)).toThrow(KubeconfigError);
  });
});
