/** The commands of a transcript, each a sentence that a reader of the paper understands. */
import type { MembershipStep } from '../../../raft/core/membership.js';
import type { MessageType } from '../../../raft/core/messages.js';
import type { MemberId } from '../../../raft/core/types.js';
import { configurationOf, text } from '../support/cluster.js';
import type { Selection } from './network.js';
import type { Stage } from './stage.js';

interface Command {
  readonly form: RegExp;
  readonly run: (stage: Stage, match: Readonly<Record<string, string | undefined>>) => void;
}

const IDS = String.raw`\d+(?: \d+)*`;
/** `1->2 append-request first`, `1->2`, `all`. */
const SELECTION = String.raw`(?:all|(?<from>\d+|\*)->(?<to>\d+|\*)(?: (?<type>(?!as|first|last)[a-z]+(?:-[a-z]+)*))?(?: (?<which>first|last))?)`;

const commands: readonly Command[] = [
  {
    form: pattern(String.raw`members (?<voters>${IDS})(?: learners (?<learners>${IDS}))?`),
    run: (stage, { voters, learners }) => {
      const configuration = configurationOf(ids(voters), { learners: ids(learners) });
      stage.startAll(configuration);
      const names = configuration.members.map(({ name }) => name);
      stage.say(
        `${names.join(', ')} ${names.length === 1 ? 'starts with an empty log' : 'start with empty logs'}`,
      );
    },
  },
  {
    form: pattern('one entry a message'),
    run: (stage) => {
      stage.options.oneEntryMessages = true;
      stage.say('an append carries one entry');
    },
  },
  {
    form: pattern(String.raw`leases of (?<duration>\d+) ms`),
    run: (stage, { duration }) => {
      stage.options.leaseMilliseconds = Number(duration);
      stage.say('reads are answered by lease');
    },
  },
  {
    form: pattern(String.raw`spare (?<id>\d+)`),
    run: (stage, { id }) => {
      stage.startSpare(Number(id));
      stage.say(`m${id} starts with an empty log and knows of no configuration`);
    },
  },
  {
    form: pattern(String.raw`given (?<id>\d+) has log (?<terms>${IDS}|empty) in term (?<term>\d+)`),
    run: (stage, { id, terms, term }) => {
      stage.given(Number(id), terms === 'empty' ? [] : ids(terms), Number(term));
      stage.status([Number(id)]);
    },
  },
  {
    // The quiet way to a first leader, for transcripts that are about something else.
    form: pattern(String.raw`elect (?<id>\d+)`),
    run: (stage, { id }) => {
      const before = stage.take();
      stage.campaign(Number(id));
      stage.stabilize();
      stage.take();
      for (const line of before) stage.say(line);
      stage.status();
    },
  },
  {
    form: pattern(String.raw`campaign (?<id>\d+)`),
    run: (stage, { id }) => {
      if (!stage.campaign(Number(id))) stage.say(`m${id} does not campaign, however long it waits`);
    },
  },
  {
    form: pattern(String.raw`tick (?<count>\d+) at (?<who>${IDS}|all)`),
    run: (stage, { count, who }) => {
      for (let n = 0; n < Number(count); n += 1) {
        for (const id of who === 'all' ? stage.ids : ids(who)) stage.step(id, { kind: 'tick' });
      }
    },
  },
  {
    form: pattern(String.raw`propose (?<id>\d+) "(?<command>[^"]*)"`),
    run: (stage, { id, command = '' }) => {
      const call = stage.call(`"${command}"`);
      stage.step(Number(id), { kind: 'propose', id: call, data: text(command) });
    },
  },
  {
    form: pattern(String.raw`change (?<id>\d+): (?<steps>.+?)(?<forced>, forced)?`),
    run: (stage, { id, steps = '', forced }) => {
      stage.step(Number(id), {
        kind: 'change-membership',
        id: stage.call('the change'),
        steps: steps.split(', ').map(membershipStep),
        force: forced !== undefined,
      });
    },
  },
  { form: pattern(String.raw`read (?<id>\d+)`), run: (stage, { id }) => stage.read(Number(id)) },
  {
    form: pattern(String.raw`transfer (?<id>\d+) to (?<to>\d+)`),
    run: (stage, { id, to }) => {
      const call = stage.call('the transfer');
      stage.step(Number(id), { kind: 'transfer', id: call, to: Number(to) });
    },
  },
  {
    form: pattern(String.raw`gone (?<peer>\d+) at (?<who>${IDS})`),
    run: (stage, { peer, who }) => {
      for (const id of ids(who)) stage.step(id, { kind: 'peer-gone', peer: Number(peer) });
    },
  },
  { form: pattern(`deliver ${SELECTION}`), run: (stage, match) => stage.deliver(selection(match)) },
  {
    form: pattern('deliver "(?<name>[^"]+)"'),
    run: (stage, { name = '' }) => stage.deliverKept(name),
  },
  { form: pattern(`drop ${SELECTION}`), run: (stage, match) => stage.drop(selection(match)) },
  {
    form: pattern(`(?<how>hold|copy) ${SELECTION} as "(?<name>[^"]+)"`),
    run: (stage, match) => {
      const { how, name = '' } = match;
      if (how === 'copy') stage.copy(selection(match), name);
      else stage.hold(selection(match), name);
    },
  },
  {
    form: pattern(String.raw`stabilize(?: among (?<who>${IDS}))?`),
    run: (stage, { who }) => stage.stabilize(who === undefined ? undefined : ids(who)),
  },
  {
    form: pattern(String.raw`settle(?: among (?<who>${IDS}))?`),
    run: (stage, { who }) => {
      stage.stabilize(who === undefined ? undefined : ids(who));
      stage.take();
      stage.status();
    },
  },
  {
    form: pattern(String.raw`partition (?<sides>${IDS}(?: \| ${IDS})+)`),
    run: (stage, { sides = '' }) => {
      const groups = sides.split(' | ').map((side) => ids(side));
      for (const side of groups) {
        const others = groups.filter((group) => group !== side).flat();
        for (const from of side) for (const to of others) stage.cut(from, to);
      }
      stage.say('what one side sends no longer reaches another');
    },
  },
  {
    form: pattern(String.raw`cut (?<from>\d+)->(?<to>\d+)`),
    run: (stage, { from, to }) => {
      stage.cut(Number(from), Number(to));
      stage.say(`what m${from} sends no longer reaches m${to}`);
    },
  },
  {
    form: pattern('heal'),
    run: (stage) => {
      stage.heal();
      stage.say('every message arrives again');
    },
  },
  {
    form: pattern(String.raw`slow disk (?<who>${IDS}|all)`),
    run: (stage, { who }) => {
      for (const id of who === 'all' ? stage.ids : ids(who)) {
        stage.slowDisk(id);
        stage.say(`m${id} writes only when told`);
      }
    },
  },
  {
    form: pattern(String.raw`slow state machine (?<who>${IDS}|all)`),
    run: (stage, { who }) => {
      for (const id of who === 'all' ? stage.ids : ids(who)) {
        stage.slowStateMachine(id);
        stage.say(`m${id} applies only when told`);
      }
    },
  },
  {
    form: pattern(String.raw`persist (?<id>\d+)`),
    run: (stage, { id }) => {
      if (!stage.persist(Number(id))) stage.say(`m${id} has nothing to write`);
    },
  },
  {
    form: pattern(String.raw`apply (?<id>\d+)`),
    run: (stage, { id }) => {
      if (!stage.apply(Number(id))) stage.say(`m${id} has nothing to apply`);
    },
  },
  {
    form: pattern(String.raw`crash (?<id>\d+)(?: losing everything from (?<from>\d+) and its vote)?`),
    run: (stage, { id, from }) => {
      stage.crash(Number(id));
      if (from !== undefined) stage.lose(Number(id), Number(from));
      stage.say(
        from === undefined
          ? `m${id} is down, its disk as it was written`
          : `m${id} is down, its disk damaged: the entries from ${from} on and the vote are gone`,
      );
    },
  },
  {
    // Its peers confirm its start at once; `unproven`: they are asked by messages like any other.
    form: pattern(String.raw`restart (?<id>\d+)(?<unproven> unproven)?`),
    run: (stage, { id, unproven }) => stage.restart(Number(id), unproven === undefined),
  },
  {
    form: pattern(String.raw`copy the folder of (?<id>\d+)`),
    run: (stage, { id }) => {
      stage.copyFolder(Number(id));
      stage.say(`m${id} has a copy of its folder`);
    },
  },
  {
    form: pattern(String.raw`restart (?<id>\d+) from the copy`),
    run: (stage, { id }) => stage.restartFromCopy(Number(id)),
  },
  {
    form: pattern(String.raw`pass (?<milliseconds>\d+) ms at (?<id>\d+)`),
    run: (stage, { milliseconds, id }) => {
      stage.passTime(Number(id), Number(milliseconds));
      stage.say(`the clock of m${id} goes on by ${milliseconds} ms`);
    },
  },
  {
    form: pattern(String.raw`compact (?<id>\d+) through (?<index>\d+)`),
    run: (stage, { id, index }) => stage.compact(Number(id), Number(index)),
  },
  {
    form: pattern(String.raw`snapshot (?<from>\d+)->(?<to>\d+)(?<fails> fails)?`),
    run: (stage, { from, to, fails }) => stage.sendSnapshot(Number(from), Number(to), fails === undefined),
  },
  {
    form: pattern(String.raw`status(?: (?<who>${IDS}))?`),
    run: (stage, { who }) => stage.status(who === undefined ? undefined : ids(who)),
  },
];

/** Does what the command says; its answer is never empty. */
export function runCommand(stage: Stage, command: string): readonly string[] {
  for (const { form, run } of commands) {
    const match = form.exec(command);
    if (match === null) continue;
    run(stage, match.groups ?? {});
    const lines = withoutRepetitions(stage.take());
    return lines.length === 0 ? ['nothing happens'] : lines;
  }
  throw new Error(`no such command: ${command}`);
}

const MAX_PERIOD = 6;

/** Tells what happens again and again once, as often as three times or more. */
function withoutRepetitions(lines: readonly string[]): readonly string[] {
  const told: string[] = [];
  let position = 0;
  while (position < lines.length) {
    const { period, count } = repetitionAt(lines, position);
    told.push(...lines.slice(position, position + period));
    if (count > 1) told.push(`… the same ${count - 1} times more`);
    position += period * count;
  }
  return told;
}

function repetitionAt(
  lines: readonly string[],
  start: number,
): { readonly period: number; readonly count: number } {
  for (let period = 1; period <= MAX_PERIOD; period += 1) {
    let end = start + period;
    while (end < lines.length && lines[end] === lines[end - period]) end += 1;
    const count = Math.floor((end - start) / period);
    if (count >= 3) return { period, count };
  }
  return { period: 1, count: 1 };
}

function pattern(source: string): RegExp {
  return new RegExp(`^${source}$`);
}

const STEP =
  /^(?:(?<add>add|listen) (?<added>\d+)(?: instead of (?<replaces>\d+))?|(?<kind>promote|demote|remove) (?<id>\d+)|priority (?<priority>\d+) for (?<preferred>\d+))$/;

/** `add 4`, `add 4 instead of 3`, `listen 4` (for good), `promote 4`, `demote 3`, `remove 2`, `priority 5 for 2`. */
function membershipStep(words: string): MembershipStep {
  const { add, added, replaces, kind, id, priority, preferred } = STEP.exec(words)?.groups ?? {};
  if (kind === 'promote' || kind === 'demote' || kind === 'remove') return { kind, id: Number(id) };
  if (preferred !== undefined) {
    return { kind: 'set-priority', id: Number(preferred), priority: Number(priority) };
  }
  const [member] = configurationOf([Number(added)]).members;
  if (add === undefined || member === undefined) throw new Error(`no such change: ${words}`);
  return {
    kind: 'add-learner',
    member,
    promote: add === 'add',
    ...(replaces === undefined ? {} : { replaces: Number(replaces) }),
  };
}

function ids(words: string | undefined): readonly MemberId[] {
  return words === undefined ? [] : words.split(' ').map(Number);
}

function selection(match: Readonly<Record<string, string | undefined>>): Selection {
  const { from, to, type, which } = match;
  return {
    ...(from === undefined || from === '*' ? {} : { from: Number(from) }),
    ...(to === undefined || to === '*' ? {} : { to: Number(to) }),
    ...(type === undefined ? {} : { type: type as MessageType }),
    ...(which === 'first' || which === 'last' ? { which } : {}),
  };
}
