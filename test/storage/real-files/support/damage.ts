/** What happens to files: a bit flips, the end is lost, a file is gone. */
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Random } from '../../../../platform/index.js';

export async function flipBit(path: string, at: number, bit = 4): Promise<void> {
  const content = await readFile(path);
  content[at]! ^= 1 << bit;
  await writeFile(path, content);
}

/** At a part of the file's length. */
export async function flipBitAt(path: string, part: number): Promise<void> {
  await flipBit(path, Math.floor((await stat(path)).size * part));
}

export async function cutAt(path: string, part: number): Promise<void> {
  await truncate(path, Math.floor((await stat(path)).size * part));
}

/** The one file of that kind which matters: of several, the largest. */
export async function fileOf(folder: string, ending: RegExp): Promise<string> {
  const found: { readonly path: string; readonly size: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!ending.test(name)) continue;
    const path = join(folder, name);
    found.push({ path, size: (await stat(path)).size });
  }
  const largest = found.toSorted((one, other) => other.size - one.size)[0];
  if (largest === undefined) throw new Error(`${folder} has no file ${String(ending)}`);
  return largest.path;
}

export const table = (folder: string): Promise<string> => fileOf(folder, /\.ldb$/);
export const writeAheadLog = (folder: string): Promise<string> => fileOf(folder, /\.log$/);
export const manifest = (folder: string): Promise<string> => fileOf(folder, /^MANIFEST-/);

/** All files of a member that hold anything; LevelDB's diary and its lock are of no use to anybody. */
export async function dataFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    const found = await stat(path);
    if (found.isFile() && found.size > 0 && !/(?:^|\/)LOG(?:\.old)?$/.test(name)) files.push(name);
  }
  return files.toSorted();
}

/** One random mishap in one random file; says which. */
export async function damageAnything(folder: string, random: Random): Promise<string> {
  const files = await dataFiles(folder);
  const name = files[random.integer(0, files.length)]!;
  const path = join(folder, name);
  const { size } = await stat(path);
  const dice = random.float();
  if (dice < 0.04) {
    await rm(path);
    return `${name} is gone`;
  }
  const at = random.integer(0, size);
  if (dice < 0.12) {
    await truncate(path, at);
    return `${name} is cut at ${at} of ${size}`;
  }
  if (dice < 0.2) {
    const content = await readFile(path);
    const length = Math.min(random.integer(1, 600), size - at);
    content.set(random.bytes(length), at);
    await writeFile(path, content);
    return `${name} has ${length} other bytes at ${at} of ${size}`;
  }
  const bit = random.integer(0, 8);
  await flipBit(path, at, bit);
  return `bit ${bit} of byte ${at} of ${size} of ${name} is flipped`;
}
