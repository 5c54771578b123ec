/** The command line's grammar: which commands there are and what they take. What they do stands in commands/. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { kuorumVersion, maxPriority } from '../cluster/index.js';
import {
  type BenchQuorumOptions,
  type BenchReadsOptions,
  benchApi,
  benchQuorum,
  benchRaft,
  benchReads,
  benchStore,
} from './commands/bench.js';
import { type BenchCompareOptions, benchCompare } from './commands/bench-compare.js';
import {
  type BenchFailoverOptions,
  type BenchFaultsOptions,
  benchFailover,
  benchFaults,
} from './commands/bench-failures.js';
import { type ChaosCommandOptions, chaos } from './commands/chaos.js';
import { type CheckOptions, check } from './commands/check.js';
import { down } from './commands/down.js';
import { etcdctl, etcdEnv } from './commands/etcdctl.js';
import { fault } from './commands/fault.js';
import { kubeconfig } from './commands/kubeconfig.js';
import { kubectl } from './commands/kubectl.js';
import { logs } from './commands/logs.js';
import { changeMembers, listMembers, type MemberOptions } from './commands/member.js';
import { type RecoverCommandOptions, recover } from './commands/recover.js';
import { type SimulateOptions, simulate } from './commands/simulate.js';
import {
  type RestoreCommandOptions,
  restoreSnapshot,
  type SaveOptions,
  saveSnapshot,
  snapshotStatus,
} from './commands/snapshot.js';
import { status } from './commands/status.js';
import { type UpOptions, up } from './commands/up.js';
import { durationMilliseconds } from './duration.js';
import type { FaultOptions } from './fault-arguments.js';
import { judging, judgingCommand } from './judging.js';
import { sizeBytes } from './size.js';

function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

const list = (text: string, previous: readonly string[]): readonly string[] => [
  ...previous,
  ...text.split(',').filter((part) => part !== ''),
];

const integers =
  (minimum: number, maximum: number) =>
  (text: string): readonly number[] =>
    text.split(',').map(integer(minimum, maximum));

function decimal(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

/** Some of the names, with commas between them. */
const choices =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): readonly Name[] =>
    text.split(',').map((part) => {
      const name = names.find((known) => known === part);
      if (name === undefined) throw new InvalidArgumentError(`It must be some of ${names.join(', ')}.`);
      return name;
    });

/** `60s`, `500ms` or `2m`, in milliseconds. */
function duration(text: string): number {
  const milliseconds = durationMilliseconds(text);
  if (milliseconds === undefined || milliseconds <= 0) {
    throw new InvalidArgumentError('It must be a time such as 500ms, 60s or 2m.');
  }
  return milliseconds;
}

/** `500MiB`, `8GiB` or `0`, in bytes. */
function size(text: string): number {
  const bytes = sizeBytes(text);
  if (bytes === undefined) throw new InvalidArgumentError('It must be a size such as 500MiB or 8GiB, or 0.');
  return bytes;
}

const minBackupMilliseconds = 10_000;

function backupInterval(text: string): number {
  const milliseconds = duration(text);
  if (milliseconds < minBackupMilliseconds) throw new InvalidArgumentError('It must be at least 10s.');
  return milliseconds;
}

function memberCounts(text: string): readonly number[] {
  return text.split(',').map(integer(1, 7));
}

interface DataDirOption {
  readonly dataDir?: string;
}

const priority = integer(-maxPriority, maxPriority);

type AddOptions = MemberOptions & {
  readonly name?: string;
  readonly learner: boolean;
  readonly priority?: number;
  readonly count?: number;
};

function addUp(program: Command): void {
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

function addObservation(program: Command): void {
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

function addControl(program: Command): void {
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

function addRecovery(program: Command): void {
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

function addSnapshots(program: Command): void {
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

const dataDirFlag = '--data-dir <folder>';
const whichCluster = 'the cluster to change';

function addMembership(program: Command): void {
  const member = program
    .command('member')
    .description('the members of a running cluster, and changes of them');
  member
    .command('list')
    .description('who is a member, and in which role')
    .option(dataDirFlag, 'the cluster to look at')
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table'),
    )
    .action((options: MemberOptions & { readonly output: 'table' | 'json' }) => listMembers(options));
  member
    .command('add')
    .description('start a new member; it votes once it has caught up')
    .option('--name <name>', 'its name (default: m4 after m3)')
    .option('--learner', 'it stays a learner until it is promoted', false)
    .option('--priority <number>', 'of two members that could lead, the higher does', priority)
    .option('--count <number>', 'so many at once', integer(1, 7))
    .option(dataDirFlag, whichCluster)
    .action(({ dataDir, ...options }: AddOptions) =>
      changeMembers({ kind: 'add', ...options }, dataDir === undefined ? {} : { dataDir }),
    );
  for (const [kind, description] of [
    ['remove', 'take a member out and end its process'],
    ['demote', 'make a learner of a voting member'],
    ['replace', 'a new member in, and in the same change the old one out'],
  ] as const) {
    member
      .command(kind)
      .description(description)
      .argument('<member>', 'its name, or leader')
      .option('--force', 'also when no majority would be reachable then', false)
      .option(dataDirFlag, whichCluster)
      .action((name: string, options: MemberOptions & { readonly force: boolean }) =>
        changeMembers({ kind, member: name, force: options.force }, options),
      );
  }
  member
    .command('promote')
    .description('let a learner vote once it has caught up')
    .argument('<member>', 'its name')
    .option(dataDirFlag, whichCluster)
    .action((name: string, options: MemberOptions) =>
      changeMembers({ kind: 'promote', member: name }, options),
    );
  member
    .command('priority')
    .description('of two members that could lead, the one with the higher priority does')
    .argument('<member>', 'its name, or leader')
    .argument('<number>', `from -${maxPriority} to ${maxPriority}; 0 at first`, priority)
    .option(dataDirFlag, whichCluster)
    // A number below 0 looks like an option.
    .allowUnknownOption()
    .action((name: string, value: number, options: MemberOptions) =>
      changeMembers({ kind: 'priority', member: name, priority: value }, options),
    );
  program
    .command('move-leader')
    .description('let another member lead')
    .argument('<member>', 'a voting member')
    .option(dataDirFlag, whichCluster)
    .action((name: string, options: MemberOptions) =>
      changeMembers({ kind: 'move-leader', member: name }, options),
    );
}

function addCheck(program: Command): void {
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

function addClients(program: Command): void {
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

function addBench(program: Command): void {
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

function addSimulate(program: Command): void {
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

function addChaos(program: Command): void {
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
