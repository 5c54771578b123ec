/** What looks for mistakes: `kuorum simulate`, `kuorum chaos` and `kuorum check`. */
import { type Command, Option } from 'commander';
import { type ChaosCommandOptions, chaos } from '../commands/chaos.js';
import { type CheckOptions, check } from '../commands/check.js';
import { type SimulateOptions, simulate } from '../commands/simulate.js';
import { judging, judgingCommand } from '../judging.js';
import { duration, integer, list, memberCounts } from './values.js';

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('run whole clusters in one process under simulated faults, and watch every invariant')
    .option('--seeds <count>', 'how many lives', integer(1, 10_000_000), 100)
    .option('--first-seed <number>', 'the first of them', integer(0, 4_294_967_295), 1)
    .option('--seed <number>', 'only this one', integer(0, 4_294_967_295))
    .option('--trace', 'print what happens in it, line by line', false)
    .option('-m, --members <counts>', 'cluster sizes to draw from', memberCounts, [3, 5, 7])
    .option('--duration <time>', 'of the phase with faults everywhere, in virtual time', duration, 60_000)
    .option('--jobs <count>', 'threads', integer(1, 64), 1)
    .option('--faults <kinds>', 'only these, all of them on (default: each seed draws its own)', list, [])
    .action((options: SimulateOptions) => simulate(options));
}

export function addChaos(program: Command): void {
  judgingCommand(program.command('chaos'))
    .description('start a cluster, break it while clients use it, and check what they were told')
    .option('-m, --members <count>', 'how many members (default: 5)', integer(1, 9))
    .option('--duration <duration>', 'of the faults, such as 60s (default)', duration)
    .option('--seed <number>', 'what the faults and the clients are drawn from', integer(0, 2 ** 32 - 1))
    .option(
      '--nemesis <names>',
      'partition,kill,pause,clock,link,member (default: all but member)',
      (text: string) => list(text, []),
    )
    .option('--clients <count>', 'concurrent clients (default: 8)', integer(1, 100))
    .option(
      '--rate <count>',
      'operations a second, of all clients together (default: 150)',
      integer(1, 10_000),
    )
    .option('--pace <pace>', 'how quickly faults follow each other: usual (default) or fast')
    .option('--history <file>', "write the history, as JSON lines in Jepsen's form")
    .option('--report <file>', 'write the timeline, as one HTML page')
    .option('--data-dir <folder>', "keep the members' keys, data and logs here")
    .action((options: ChaosCommandOptions) => judging(() => chaos(options)));
}

export function addCheck(program: Command): void {
  judgingCommand(program.command('check'))
    .description("check a history of clients (JSON lines in Jepsen's form) for linearizability")
    .argument('<file>', 'the history')
    .addOption(
      new Option(
        '--model <model>',
        'what all keys are; txn: ordered by the revisions in the answers (default: each by what is done to it)',
      ).choices(['register', 'cas', 'append', 'set', 'txn']),
    )
    .action((file: string, options: CheckOptions) => judging(() => check(file, options)));
}
