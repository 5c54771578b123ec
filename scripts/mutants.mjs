/**
 * Shows that the chaos tests can fail: breaks the product on purpose in a copy, builds that, and runs the test
 * that must notice. A mutant that survives, or whose test fails for another reason than it should, is an error.
 *
 *   node scripts/mutants.mjs            all
 *   node scripts/mutants.mjs PART       those whose name contains PART
 *
 * A mutant is an exact piece of source and its replacement; a piece that is not found once is an error too, so
 * that a mutant never quietly stops mutating.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const leftBehind = new Set(['node_modules', '.git', '.kuorum', 'dist', 'coverage']);
const runTimeoutMilliseconds = 400_000;

/** An entry is committed as soon as one member has it: the leader. */
const withoutQuorum = {
  name: 'without quorum checks',
  file: 'raft/core/quorum.ts',
  find: 'return descending[majoritySize(half.length) - 1] ?? 0;',
  replace: 'return descending[0] ?? 0;',
};

/** What is acknowledged reaches the disk a second later: as if power failed before the system had written. */
const withoutSync = {
  name: 'without sync',
  file: 'storage/log/member-log.ts',
  find: `await Promise.allSettled([
        this.#database.batch(all, { sync: true }),
        writeWitness(this.#disk, witness),
      ]);`,
  replace: `await Promise.allSettled([
        Promise.resolve(
          setTimeout(() => {
            this.#database.batch(all, { sync: false }).catch(() => {});
            writeWitness(this.#disk, witness).catch(() => {});
          }, 1000),
        ),
      ]);`,
};

/** The second member stores another value than it was told, for one key in ten. */
const changedValue = {
  name: 'a changed value in one state',
  file: 'storage/mvcc/execute-txn.ts',
  find: 'const { value, lease = 0 } = operation;',
  replace: `const { lease = 0 } = operation;
    const isWrong = process.argv[2] === 'm2' && textOf(operation.key).endsWith('7');
    const value = isWrong
      ? Buffer.from(Buffer.from(operation.value).toString('utf8').replaceAll('value of', 'VALUE of'))
      : operation.value;`,
};

const lost = /is lost|has another value/;
const differs = /is lost|has another value|same state/;
const cases = [
  { mutant: withoutQuorum, test: 'partition', failsWith: /expected \d+ to be \+?0|is lost/ },
  { mutant: withoutQuorum, test: 'leader-kill', failsWith: lost },
  // Or the members notice themselves that promises are missing from their logs, and do not go on.
  { mutant: withoutSync, test: 'kill-all', failsWith: /is lost|every member runs again/ },
  { mutant: changedValue, test: 'leader-kill', failsWith: differs },
  { mutant: changedValue, test: 'partition', failsWith: differs },
  { mutant: changedValue, test: 'kill-all', failsWith: differs },
];

const wanted = process.argv[2] ?? '';
const chosen = cases.filter(({ mutant, test }) => `${mutant.name} ${test}`.includes(wanted));
let survivors = 0;
for (const { mutant, test, failsWith } of chosen) {
  const startedAt = performance.now();
  const verdict = await tryMutant(mutant, test, failsWith);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(
    `${verdict.caught ? 'caught  ' : 'SURVIVED'} ${mutant.name}, by ${test} (${seconds} s): ${verdict.detail}`,
  );
  if (!verdict.caught) survivors += 1;
}
if (chosen.length === 0) console.error(`no mutant's name contains ${wanted}`);
process.exitCode = survivors > 0 || chosen.length === 0 ? 1 : 0;

async function tryMutant(mutant, test, failsWith) {
  const folder = await mkdtemp(join(tmpdir(), 'kuorum-mutant-'));
  try {
    for (const name of await readdir(root)) {
      if (!leftBehind.has(name)) await cp(join(root, name), join(folder, name), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await mutate(join(folder, mutant.file), mutant);
    const results = join(folder, 'results.json');
    const output = await run(folder, [
      join('node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      'e2e',
      '--bail=1',
      '--reporter=json',
      `--outputFile=${results}`,
      join('test', 'e2e', `${test}.test.ts`),
    ]);
    return judge(await readFile(results, 'utf8').catch(() => undefined), failsWith, output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function mutate(path, { find, replace, name }) {
  const source = await readFile(path, 'utf8');
  if (source.split(find).length !== 2)
    throw new Error(`${name}: its piece of source is not found exactly once in ${path}`);
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
}

/** Caught only when a test itself failed, and said what it should: a build or a start that breaks proves nothing. */
function judge(report, failsWith, output) {
  if (report === undefined) return { caught: false, detail: `the test did not run: ${output.slice(-500)}` };
  const tests = JSON.parse(report).testResults.flatMap(({ assertionResults }) => assertionResults);
  const failure = tests.find(({ status }) => status === 'failed');
  if (failure === undefined) return { caught: false, detail: 'no test failed' };
  const message = failure.failureMessages.join('\n');
  const firstLine = message.split('\n', 2).join(' ').slice(0, 200);
  return { caught: failsWith.test(message), detail: `${failure.title}: ${firstLine}` };
}

function run(cwd, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: runTimeoutMilliseconds,
    });
    let output = '';
    const hear = (text) => {
      output = (output + text).slice(-20_000);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}
