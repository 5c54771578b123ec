#!/usr/bin/env node
// Builds first when this is a source checkout and a source is newer than the build. An installed package has
// no build script and is never looked at.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const buildScript = join(root, 'scripts', 'build.mjs');
const stamp = join(root, 'dist', '.stamp');

/** Written to the folders that the bundles are made of. */
export const sourceFolders = [
  'platform',
  'raft',
  'storage',
  'api',
  'apiserver',
  'client',
  'controllers',
  'cluster',
  'cli',
  'bench',
  'chaos',
];

/** A folder counts too: its time changes when a file in it comes or goes. */
function newerThan(path, time) {
  const stats = statSync(path);
  if (stats.mtimeMs > time) return true;
  if (!stats.isDirectory()) return false;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory() ? newerThan(inner, time) : statSync(inner).mtimeMs > time) return true;
  }
  return false;
}

export function buildIsStale() {
  const time = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (time === undefined) return true;
  const inputs = [buildScript, join(root, 'package.json'), join(root, 'package-lock.json')];
  for (const folder of sourceFolders) inputs.push(join(root, folder));
  return inputs.some((path) => existsSync(path) && newerThan(path, time));
}

export async function ensureBuild() {
  if (!existsSync(buildScript) || !buildIsStale()) return;
  const { build } = await import(pathToFileURL(buildScript).href);
  // For a person who waits; programs read stderr for what went wrong.
  if (process.stderr.isTTY)
    process.stderr.write('kuorum: building, since a source is newer than the build\n');
  await build({ types: false });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureBuild();
}
