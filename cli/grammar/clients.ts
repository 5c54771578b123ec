/** What hands a cluster to other programs. */
import type { Command } from 'commander';
import { etcdctl, etcdEnv } from '../commands/etcdctl.js';
import { kubeconfig } from '../commands/kubeconfig.js';
import { kubectl } from '../commands/kubectl.js';
import type { DataDirOption } from '../data-dir.js';

export function addClients(program: Command): void {
  program
    .command('kubeconfig')
    .description('print the kubeconfig, or merge it into ~/.kube/config')
    .option('--merge', 'add the contexts to ~/.kube/config', false)
    .option('--data-dir <folder>', 'the cluster to use')
    .action((options: DataDirOption & { readonly merge: boolean }) => kubeconfig(options));
  program
    .command('kubectl')
    .description("run kubectl with this cluster's kubeconfig")
    .argument('[words...]', 'what kubectl gets')
    .option('--data-dir <folder>', 'the cluster to use; only before the first word for kubectl')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[], options: DataDirOption) => {
      process.exitCode = await kubectl(words, options);
    });
  program
    .command('etcd-env')
    .description('print what etcdctl needs to reach the members, for: eval "$(kuorum etcd-env)"')
    .option('--data-dir <folder>', 'the cluster to use')
    .action((options: DataDirOption) => etcdEnv(options));
  program
    .command('etcdctl')
    .description("run etcdctl with this cluster's addresses and certificate")
    .argument('[words...]', 'what etcdctl gets')
    .option('--data-dir <folder>', 'the cluster to use; only before the first word for etcdctl')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[], options: DataDirOption) => {
      process.exitCode = await etcdctl(words, options);
    });
}
