/** `kuorum snapshot`. */
import { type Command, Option } from 'commander';
import {
  type RestoreCommandOptions,
  restoreSnapshot,
  type SaveOptions,
  saveSnapshot,
  snapshotStatus,
} from '../commands/snapshot.js';
import { integer } from './values.js';

export function addSnapshots(program: Command): void {
  const snapshot = program
    .command('snapshot')
    .description("a cluster's data as a file: save it, look at it, make a new cluster from it");
  snapshot
    .command('save')
    .description('have a member of a running cluster write its state to FILE, and verify it')
    .argument('<file>', 'where it goes; one that is there is replaced once the new one is verified')
    .option('--member <name>', 'this member and no other (default: a follower)')
    .option('--local', 'what the member has, without asking a majority whether it lacks something', false)
    .option('--data-dir <folder>', 'the cluster to save')
    .action((file: string, options: SaveOptions) => saveSnapshot(file, options));
  snapshot
    .command('status')
    .description('read FILE from end to end, verify all of it, and say what it holds')
    .argument('<file>', 'a snapshot')
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table'),
    )
    .action((file: string, options: { readonly output: 'table' | 'json' }) => snapshotStatus(file, options));
  snapshot
    .command('restore')
    .description('make a new cluster from FILE, with new ids and keys and a raised revision')
    .argument('<file>', 'a snapshot')
    .requiredOption('--data-dir <folder>', 'where the new cluster comes to stand; missing or empty')
    .option('-m, --members <count>', 'how many members: 1, 3, 5 or 7', integer(0, 99), 3)
    .option('--allow-even', 'accept an even number of members', false)
    .action((file: string, options: RestoreCommandOptions) => restoreSnapshot(file, options));
}
