/**
 * Members of a cluster die by kill -9 under load, again and again: one, the leader, a minority, all at once. In rounds,
 * each a chaos run of its own (`kuorum chaos --nemesis kill --pace fast`), so that what is judged stays small: what was
 * acknowledged is there, no read was wrong, watches are complete, members are equal.
 *
 *   node scripts/soak-kill.mjs [--kills 1000] [--minutes 120] [--members 3] [--rate 150] [--seed 1]
 *
 * Bounded by the number of killed processes and by the time, whichever comes first; the last round is always judged.
 * Exits with 1 after a violation (the members' folders and logs are kept, and named), with 2 when a round could not be
 * judged, with 3 when it left a question open.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const kuorum = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'kuorum.js');
/** Starting, healing and judging come on top of a round's faults. */
const roundLimitMilliseconds = 600_000;
const longestRoundSeconds = 120;
const shortestRoundSeconds = 8;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '120' },
    members: { type: 'string', default: '3' },
    rate: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
  },
});

function numberOf(name) {
  const value = Number(values[name]);
  if (!Number.isFinite(value) || value <= 0) {
    console.error(`soak-kill: --${name} must be a number above 0`);
    process.exit(2);
  }
  return value;
}

const wanted = numberOf('kills');
const endMilliseconds = performance.now() + numberOf('minutes') * 60_000;
const firstSeed = numberOf('seed');

function chaos(seed, seconds) {
  const args = [
    'chaos',
    '--nemesis',
    'kill',
    '--pace',
    'fast',
    '--duration',
    `${seconds}s`,
    '--seed',
    `${seed}`,
  ];
  const child = spawn(
    process.execPath,
    [kuorum, ...args, '--members', values.members, '--rate', values.rate],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: roundLimitMilliseconds,
    },
  );
  // Ctrl-C goes to the whole group, and the round ends by itself what it has started.
  process.once('SIGINT', () => {});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 2, output }));
  });
}

let killed = 0;
let operations = 0;
let rounds = 0;
let secondsPerKill = 1.5;
let worst = 0;
while (killed < wanted && performance.now() < endMilliseconds) {
  const wish = Math.ceil((wanted - killed) * secondsPerKill);
  const left = Math.floor((endMilliseconds - performance.now()) / 1000);
  const seconds = Math.max(shortestRoundSeconds, Math.min(longestRoundSeconds, wish, left));
  const seed = firstSeed + rounds;
  const { code, output } = await chaos(seed, seconds);
  const died = Number(/^killed +(\d+) processes/m.exec(output)?.[1] ?? 0);
  const done = Number(/^operations +(\d+):/m.exec(output)?.[1] ?? 0);
  rounds += 1;
  killed += died;
  operations += done;
  if (died > 0) secondsPerKill = seconds / died;
  const judged = /^(clean|VIOLATION|undecided): /m.exec(output)?.[1];
  // What breaks off ends with a code too.
  const verdict = judged ?? `not judged (${code})`;
  console.log(`round ${rounds}, seed ${seed}, ${seconds} s: ${died} killed, ${done} operations, ${verdict}`);
  if (code === 0) continue;
  console.log(output.trimEnd());
  worst = judged === undefined ? 2 : code;
  break;
}
const members = `${values.members} members`;
const total = `${killed} processes killed in ${rounds} rounds of ${members}, ${operations} operations`;
if (worst === 0) console.log(`clean: nothing acknowledged was lost and no read was wrong: ${total}`);
else console.log(`${worst === 1 ? 'VIOLATION' : 'not proven'}: ${total}`);
process.exitCode = worst;
