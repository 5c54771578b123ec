/** `kuorum bench`. */
import { type Command, Option } from 'commander';
import {
  type BenchQuorumOptions,
  type BenchReadsOptions,
  benchApi,
  benchQuorum,
  benchRaft,
  benchReads,
  benchStore,
} from '../commands/bench.js';
import { type BenchCompareOptions, benchCompare } from '../commands/bench-compare.js';
import {
  type BenchFailoverOptions,
  type BenchFaultsOptions,
  benchFailover,
  benchFaults,
} from '../commands/bench-failures.js';
import { judging, judgingCommand } from '../judging.js';
import { choices, decimal, duration, integer, integers, list } from './values.js';

const storeOperations = [
  'put',
  'range-linearizable',
  'range-serializable',
  'txn',
  'watch',
  'lease-keep-alive',
] as const;

const outDescription = 'where report.json and report.html go (default: bench/reports/NAME-TIME)';

const againstOption = (): Option =>
  new Option('--against <system>', 'measure this beside it, in turns; it must be installed').choices([
    'etcd',
  ]);

/** `kuorum bench` alone is `kuorum bench api`. */
function apiBench(command: Command): void {
  command
    .option('-m, --members <count>', 'how many members (default: 3)', integer(-1e9, 1e9))
    .option('--seconds-per-run <seconds>', 'of load, for each measurement', decimal(0.1, 3600))
    .option('--clients <counts>', 'client counts to measure, such as 1,16,64', integers(1, 10_000))
    .option('--idle-seconds <seconds>', 'without load before memory and CPU are read', integer(0, 3600))
    .option('--failover-rounds <count>', 'leader kills to measure', integer(0, 100))
    .option('--out <folder>', outDescription)
    .action((options: Parameters<typeof benchApi>[0]) => benchApi(options));
}

export function addBench(program: Command): void {
  const command = program.command('bench').description('measure clusters that are started for it');
  apiBench(command);
  apiBench(command.command('api').description('measure the API through the front door (also without api)'));
  command
    .command('quorum')
    .description('measure what a quorum costs: clusters of several sizes, at their most and at steady loads')
    .option('-m, --members <counts>', 'cluster sizes (default: 1,3,5,7)', integers(-1e9, 1e9))
    .option('--value-size <bytes>', 'of what is put (default: 256)', integer(-1e9, 1e9))
    .option('--clients <counts>', 'calls under way at once (default: 1,10,100,1000)', integers(-1e9, 1e9))
    .option('--duration <time>', 'of each measurement (default: 10s)', duration)
    .option('--rounds <count>', 'in which each is measured (default: 5)', integer(-1e9, 1e9))
    .addOption(againstOption())
    .option('--out <folder>', outDescription)
    .action((options: BenchQuorumOptions) => benchQuorum(options));
  command
    .command('reads')
    .description('measure what a read costs by what it promises: linearizable, under a lease, or stale')
    .option('-m, --members <count>', 'how many members (default: 3)', integer(-1e9, 1e9))
    .option('--value-size <bytes>', 'of what is read (default: 256)', integer(-1e9, 1e9))
    .option('--clients <counts>', 'reads under way at once (default: 1,10,100)', integers(-1e9, 1e9))
    .option('--duration <time>', 'of each measurement (default: 10s)', duration)
    .option('--rounds <count>', 'in which each is measured (default: 5)', integer(-1e9, 1e9))
    .option(
      '--rate <count>',
      'reads a second of the steady loads (default: half of the most)',
      integer(-1e9, 1e9),
    )
    .addOption(againstOption())
    .option('--out <folder>', outDescription)
    .action((options: BenchReadsOptions) => benchReads(options));
  command
    .command('raft')
    .description('measure the log: the core alone, three members in one process, three processes')
    .option('--payloads <bytes>', 'payload sizes to measure, such as 16,256,4096', integers(0, 1_000_000))
    .option('--in-flight <counts>', 'proposals under way at once, such as 1,64,512', integers(1, 1_000))
    .option('--seconds-per-run <seconds>', 'of load, for each measurement', decimal(0.1, 3600))
    .option('--out <folder>', outDescription)
    .action((options: Parameters<typeof benchRaft>[0]) => benchRaft(options));
  command
    .command('store')
    .description('measure the store through the etcd API, beside an etcd when one is installed')
    .option('--clients <counts>', 'calls under way at once, such as 1,100,1000', integers(1, 5_000))
    .addOption(
      new Option('--operations <names>', 'what to measure (default: all)').argParser(
        choices(storeOperations),
      ),
    )
    .option('--seconds-per-run <seconds>', 'of load, for each run', decimal(0.1, 3600))
    .option('--rounds <count>', 'runs of each side, for each measurement', integer(1, 100))
    .option('--no-etcd', 'measure Kuorum alone')
    .option('--keys <count>', "measure one member's store with so many keys instead", integer(1, 10_000_000))
    .option('--out <folder>', outDescription)
    .action((options: Parameters<typeof benchStore>[0]) => benchStore(options));
  addBenchCompare(command);
  addFailureBenchmarks(command);
}

function addBenchCompare(bench: Command): void {
  judgingCommand(bench.command('compare'))
    .description('say what changed between two reports beyond noise')
    .argument('<before>', 'a report.json, or the folder that holds it')
    .argument('<after>', 'another')
    .option('--fail-on-regression', 'exit with 1 when something became worse', false)
    .action((before: string, after: string, options: BenchCompareOptions) =>
      judging(() => benchCompare(before, after, options)),
    );
}

function addFailureBenchmarks(bench: Command): void {
  bench
    .command('failover')
    .description('measure what it costs when the leader (or a follower) is killed, paused or cut off')
    .option('-m, --members <count>', 'how many: 3, 5 or 7 (default: 3)', integer(0, 99))
    .option('--rounds <count>', 'of each kind, on each target (default: 30)', integer(0, 10_000))
    .option('--rate <count>', 'writes a second, all the while (default: 200)', decimal(0, 1_000_000))
    .option('--election-timeout <times>', 'one or more, such as 500ms,1s (default: 1s)', (text) =>
      text.split(',').map(duration),
    )
    .option('--kinds <names>', 'kill,pause,partition (default: all)', choices(['kill', 'pause', 'partition']))
    .option('--targets <names>', 'leader,follower (default: both)', choices(['leader', 'follower']))
    .addOption(new Option('--against <system>', 'and then the same with this one').choices(['etcd']))
    .option('--out <folder>', 'where the report goes (default: bench/reports/failover-TIME)')
    .action((options: BenchFailoverOptions) => benchFailover(options));
  bench
    .command('faults')
    .description('measure what clients see while one fault after the other comes and goes')
    .option('-m, --members <count>', 'how many to begin with: 3, 5 or 7 (default: 3)', integer(0, 99))
    .option('--rate <count>', 'writes a second, all the while (default: 200)', decimal(0, 1_000_000))
    .option('--duration-per-fault <time>', 'how long each lasts (default: 10s)', duration)
    .option(
      '--only <faults>',
      'some of slow-disk,slow-network,lossy-network,one-way-partition,minority-partition,majority-partition,' +
        'rolling-restart,growth (default: all)',
      (text: string) => list(text, []),
    )
    .option('--out <folder>', 'where the report goes (default: bench/reports/faults-TIME)')
    .action((options: BenchFaultsOptions) => benchFaults(options));
}
