/**
 * Holds the linearizability checker to its promise: 100,000 operations (20 clients, at most 1,000 operations a key,
 * 1% unknown) in under 60 s and 2 GiB on one core, for every model.
 *
 *   node scripts/bench-checker.mjs [OPERATIONS]
 *
 * Exits with 1 when a history is not decided, or a bound is passed. The heap is held to 2 GiB by V8 itself, and
 * the process ends by itself after ten minutes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const operations = Number(process.argv[2] ?? 100_000);
const maxMilliseconds = 60_000;
const maxBytes = 2 * 1024 ** 3;

const program = `
import { benchmarkChecker } from ${JSON.stringify(join(root, 'chaos/checker/index.ts'))};
import { seededRandom } from ${JSON.stringify(join(root, 'platform/random.ts'))};
let failed = false;
benchmarkChecker({
  operations: ${operations},
  clients: 20,
  operationsPerKey: 1_000,
  unknownShare: 0.01,
  random: seededRandom(7),
  nowMilliseconds: () => performance.now(),
  residentBytes: () => process.memoryUsage.rss(),
  onResult: ({ model, distinctValues, verdict, operations, milliseconds, residentBytes }) => {
    const values = distinctValues === undefined ? 'each write its own value' : distinctValues + ' values';
    const size = Math.round(residentBytes / 1024 ** 2) + ' MiB';
    console.log([model, values, operations + ' operations', verdict, (milliseconds / 1000).toFixed(2) + ' s', size].join(', '));
    failed ||= verdict !== 'linearizable' || milliseconds > ${maxMilliseconds} || residentBytes > ${maxBytes};
  },
});
process.exitCode = failed ? 1 : 0;
`;

const folder = await mkdtemp(join(tmpdir(), 'kuorum-bench-checker-'));
try {
  const entry = join(folder, 'program.ts');
  const bundle = join(folder, 'program.mjs');
  await writeFile(entry, program);
  await build({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  const { status } = spawnSync(process.execPath, ['--max-old-space-size=2048', bundle], {
    stdio: 'inherit',
    timeout: 600_000,
  });
  process.exitCode = status ?? 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
