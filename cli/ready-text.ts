/** What `up` prints when the cluster answers. */
import { join } from 'node:path';
import { howToGetKubectl } from './kubectl-hint.js';
import { shellQuote } from './shell-quote.js';

export interface ReadyReport {
  readonly url: string;
  readonly members: number;
  readonly leader: string | undefined;
  /** Since the command began. */
  readonly elapsedMilliseconds: number;
  readonly kubeconfigPath: string;
  readonly dataDir: string;
}

/** `ready: https://127.0.0.1:6443 (3 members, leader m2) in 1.3 s` */
export function readyLine(report: ReadyReport): string {
  const members = `${report.members} ${report.members === 1 ? 'member' : 'members'}`;
  const leader = report.leader === undefined ? '' : `, leader ${report.leader}`;
  return `ready: ${report.url} (${members}${leader}) in ${(report.elapsedMilliseconds / 1000).toFixed(1)} s`;
}

/** The ready line, the kubeconfig's path and three commands to paste, with or without kubectl. */
export function readyText(
  report: ReadyReport,
  options: { readonly kubectl: boolean; readonly platform: NodeJS.Platform },
): string {
  const pki = join(report.dataDir, 'pki');
  const curl =
    `curl --cacert ${shellQuote(join(pki, 'ca.crt'))} --cert ${shellQuote(join(pki, 'admin.crt'))} ` +
    `--key ${shellQuote(join(pki, 'admin.key'))} ${report.url}/api/v1/namespaces`;
  const commands = options.kubectl
    ? ['kubectl get namespaces', 'npx kuorum status']
    : ['npx kuorum status', curl];
  const lines = [
    readyLine(report),
    `kubeconfig: ${report.kubeconfigPath}`,
    ...(options.kubectl ? [] : [howToGetKubectl(options.platform), 'until then these work without it:']),
    '',
    `  export KUBECONFIG=${shellQuote(report.kubeconfigPath)}`,
    ...commands.map((command) => `  ${command}`),
    '',
  ];
  return lines.join('\n');
}
