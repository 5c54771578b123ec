/**
 * Which keys and certificates a cluster has and where they lie: kubeadm's layout under DIR/pki. Each
 * authority is a circle of trust of its own: `ca` for the API servers and their clients, `etcd/ca` for the
 * peer and etcd ports, `front-proxy-ca` for aggregation.
 */

export type AuthorityName = 'ca' | 'etcd/ca' | 'front-proxy-ca';

export interface AuthoritySpec {
  readonly name: AuthorityName;
  readonly commonName: string;
}

/** A certificate that an authority signs. `name` is its path under DIR/pki without `.crt` or `.key`. */
export interface LeafSpec {
  readonly name: string;
  readonly authority: AuthorityName;
  readonly commonName: string;
  readonly organization?: string;
  readonly usages: readonly ('server' | 'client')[];
  /** DNS names and IP addresses; empty for a pure client. */
  readonly names: readonly string[];
}

export interface PkiLayout {
  readonly authorities: readonly AuthoritySpec[];
  readonly leaves: readonly LeafSpec[];
}

/** The names under which pods, users and tools reach an API server. */
export const clusterServingNames: readonly string[] = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '10.96.0.1',
];

export const administratorsGroup = 'system:masters';

/** The names of a member's own certificates: its API server's and its peer port's. */
export function memberLeafNames(member: string): readonly [api: string, peer: string] {
  return [member, `etcd/${member}`];
}

/**
 * @param members names of the members
 * @param hostName this machine's name
 * @param extraNames what `--tls-san` adds
 */
export function pkiLayout(
  members: readonly string[],
  hostName: string,
  extraNames: readonly string[],
): PkiLayout {
  const serving = [...new Set([...clusterServingNames, ...servableHostName(hostName), ...extraNames])];
  const peer = [...new Set(['localhost', '127.0.0.1', '::1', ...servableHostName(hostName)])];
  const client = (
    name: string,
    authority: AuthorityName,
    commonName: string,
    organization?: string,
  ): LeafSpec => ({
    name,
    authority,
    commonName,
    ...(organization === undefined ? {} : { organization }),
    usages: ['client'],
    names: [],
  });
  return {
    authorities: [
      { name: 'ca', commonName: 'kubernetes' },
      { name: 'etcd/ca', commonName: 'etcd-ca' },
      { name: 'front-proxy-ca', commonName: 'front-proxy-ca' },
    ],
    leaves: [
      client('admin', 'ca', 'kubernetes-admin', administratorsGroup),
      client('controllers', 'ca', 'system:kuorum-controllers', administratorsGroup),
      {
        name: 'supervisor',
        authority: 'ca',
        commonName: 'kuorum-supervisor',
        usages: ['server'],
        names: ['localhost'],
      },
      client('etcd/admin', 'etcd/ca', 'root'),
      client('front-proxy-client', 'front-proxy-ca', 'front-proxy-client'),
      ...members.flatMap((member): LeafSpec[] => {
        const [api, peerPort] = memberLeafNames(member);
        return [
          { name: api, authority: 'ca', commonName: member, usages: ['server', 'client'], names: serving },
          {
            name: peerPort,
            authority: 'etcd/ca',
            commonName: member,
            usages: ['server', 'client'],
            names: [...new Set([...peer, member])],
          },
        ];
      }),
    ],
  };
}

/** A host name that a certificate may carry; a machine named `my_box` simply goes without. */
function servableHostName(hostName: string): readonly string[] {
  return isCertificateName(hostName) ? [hostName.toLowerCase()] : [];
}

/** A DNS name (perhaps with a leading wildcard label) as RFC 1123 writes it. IP addresses are not checked here. */
export function isCertificateName(name: string): boolean {
  if (name.length === 0 || name.length > 253) return false;
  const labels = name.toLowerCase().split('.');
  return labels.every(
    (label, index) =>
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label) ||
      (label === '*' && index === 0 && labels.length > 2),
  );
}
