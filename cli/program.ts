/** The command line's grammar: which commands there are and what they take. What they do stands in commands/. */
import { Command } from 'commander';
import { kuorumVersion } from '../cluster/index.js';
import { addBench } from './grammar/bench.js';
import { addChaos, addCheck, addSimulate } from './grammar/chaos.js';
import { addClients } from './grammar/clients.js';
import { addControl, addObservation, addRecovery, addUp } from './grammar/cluster.js';
import { addMembership } from './grammar/membership.js';
import { addSnapshots } from './grammar/snapshots.js';

export function createProgram(): Command {
  const program = new Command('kuorum')
    .description('A Kubernetes control plane over a Raft-replicated store, to use and to break.')
    .version(kuorumVersion(), '-v, --version')
    .enablePositionalOptions()
    // One line, also when a suggestion follows.
    .configureOutput({
      outputError: (text, write) =>
        write(
          `kuorum: ${text
            .replace(/^error: /, '')
            .trimEnd()
            .replaceAll('\n', ' ')}\n`,
        ),
    });
  addUp(program);
  addObservation(program);
  addControl(program);
  addRecovery(program);
  addSnapshots(program);
  addMembership(program);
  addClients(program);
  addBench(program);
  addSimulate(program);
  addChaos(program);
  addCheck(program);
  program
    .command('version')
    .description('print the version')
    .action(() => {
      process.stdout.write(`kuorum ${kuorumVersion()}\n`);
    });
  return program;
}
