/** `kuorum member` and `kuorum move-leader`. */
import { type Command, Option } from 'commander';
import { maxPriority } from '../../cluster/index.js';
import { changeMembers, listMembers, type MemberOptions } from '../commands/member.js';
import { integer } from './values.js';

const priority = integer(-maxPriority, maxPriority);

type AddOptions = MemberOptions & {
  readonly name?: string;
  readonly learner: boolean;
  readonly priority?: number;
  readonly count?: number;
};

const dataDirFlag = '--data-dir <folder>';
const whichCluster = 'the cluster to change';

export function addMembership(program: Command): void {
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
