/** What starts a cluster, looks at it, breaks it, stops it and recovers it. */
import { type Command, Option } from 'commander';
import { down } from '../commands/down.js';
import { fault } from '../commands/fault.js';
import { logs } from '../commands/logs.js';
import { type RecoverCommandOptions, recover } from '../commands/recover.js';
import { status } from '../commands/status.js';
import { type UpOptions, up } from '../commands/up.js';
import type { DataDirOption } from '../data-dir.js';
import type { FaultOptions } from '../fault-arguments.js';
import { backupInterval, duration, integer, list, size } from './values.js';

export function addUp(program: Command): void {
  program
    .command('up')
    .description('start a cluster in the foreground, until Ctrl-C')
    .option(
      '-m, --members <count>',
      'how many members: 1, 3, 5 or 7 (default: 3, or what the folder holds)',
      integer(0, 99),
    )
    .option('--allow-even', 'accept an even number of members', false)
    .option(
      '-p, --api-port <port>',
      'port of the front door; 0 picks a free one (default: 6443 or the next free)',
      integer(0, 65_535),
    )
    .option('--data-dir <folder>', 'where keys, data and logs lie (default: .kuorum)')
    .option('--fresh', 'delete what an earlier cluster left in the folder', false)
    .option('--faults', 'allow kuorum fault', false)
    .option('--lease-reads', "serve reads under the leader's lease, not by a round each", false)
    .option('--election-timeout <time>', 'of silence before a leader is replaced (default: 1s)', duration)
    .option(
      '--quota <size>',
      'above it nothing that grows is taken, such as 500MiB or 8GiB; 0: no bound (default: 2GiB)',
      size,
    )
    .option('--backup-dir <folder>', 'save verified snapshots there, by the clock')
    .option('--backup-every <duration>', 'how often, such as 30m (default: 1h)', backupInterval)
    .option('--backup-keep <count>', 'how many stay (default: 24)', integer(1, 100_000))
    .option('--tls-san <names>', 'further names for the API certificates', list, [])
    .option('-d, --detach', 'return when the cluster is ready and leave it running', false)
    .addOption(new Option('--ready-timeout <seconds>').argParser(integer(1, 3600)).default(60).hideHelp())
    .action((options: UpOptions) => up(options));
}

export function addObservation(program: Command): void {
  program
    .command('status')
    .description('show every member: role, term, indexes, size, pid, health')
    .option('--data-dir <folder>', 'the cluster to look at')
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table'),
    )
    .action((options: DataDirOption & { readonly output: 'table' | 'json' }) => status(options));
  program
    .command('logs')
    .description("print the members' logs")
    .argument('[member]', 'a member, supervisor or controllers; all members when absent')
    .option('-f, --follow', 'go on printing what is added', false)
    .option('--data-dir <folder>', 'the cluster to look at')
    .action((member: string | undefined, options: DataDirOption & { readonly follow: boolean }) =>
      logs(member, options),
    );
}

export function addControl(program: Command): void {
  program
    .command('down')
    .description('stop a running cluster')
    .option('--data-dir <folder>', 'the cluster to stop')
    .action((options: DataDirOption) => down(options));
  program
    .command('fault')
    .description('break a cluster on purpose (started with --faults)')
    .argument('<kind>', 'partition, isolate, kill, restart, pause, resume, clock, disk or heal')
    .argument('[members...]', 'such as: m1 / m2,m3 for partition, else a member or leader')
    .option('--offset <duration>', 'clock: how far ahead its wall clock is, such as 5s or -2m')
    .option('--rate <factor>', 'clock: seconds it counts in a true one, such as 1.05')
    .option('--delay <duration>', 'disk: how much longer each durable write takes, such as 50ms')
    .option('--data-dir <folder>', 'the cluster to break')
    .addHelpText(
      'after',
      '\nExamples:\n  kuorum fault partition m1 / m2,m3\n  kuorum fault isolate leader\n  kuorum fault kill m1\n' +
        '  kuorum fault restart m1\n  kuorum fault pause m1\n' +
        '  kuorum fault clock m1 --offset 5s --rate 1.05\n  kuorum fault disk leader --delay 50ms\n  kuorum fault heal',
    )
    .action((kind: string, members: readonly string[], options: DataDirOption & FaultOptions) =>
      fault(kind, members, options),
    );
}

export function addRecovery(program: Command): void {
  program
    .command('recover')
    .description('after a lost majority: make a new cluster of one member from what is left')
    .option('--data-dir <folder>', 'the cluster to recover; it must not run')
    .option(
      '--member-folder <folder>',
      "a further member's folder, from elsewhere; may be repeated",
      (text: string, previous: readonly string[]): readonly string[] => [...previous, text],
      [],
    )
    .option('-y, --yes', 'recover; without it the plan is shown and nothing is changed', false)
    .option('--force', 'recover although a majority is there and could simply be started', false)
    .action((options: RecoverCommandOptions) => recover(options));
}
