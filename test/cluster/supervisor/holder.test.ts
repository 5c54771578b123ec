import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AlreadyHeldError, holdDataFolder, isHeld } from '../../../cluster/supervisor/holder.js';
import { maxSocketPathBytes, socketPath, withShortPath } from '../../../cluster/supervisor/socket-path.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A socket file whose listener is gone, as a crash leaves it. */
async function staleSocket(folder: string): Promise<void> {
  const program = `require('node:net').createServer().listen(${JSON.stringify(socketPath(folder))}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('holding a data folder', () => {
  it('is for one at a time', async () => {
    const folder = await temporaryFolder();
    const holder = await holdDataFolder(folder);
    expect(await isHeld(folder)).toBe(true);
    await expect(holdDataFolder(folder)).rejects.toBeInstanceOf(AlreadyHeldError);
    await holder.release();
    expect(await isHeld(folder)).toBe(false);
    expect(existsSync(socketPath(folder))).toBe(false);
    const next = await holdDataFolder(folder);
    await next.release();
  });

  it('takes over from one that crashed', async () => {
    const folder = await temporaryFolder();
    await staleSocket(folder);
    expect(existsSync(socketPath(folder))).toBe(true);
    expect(await isHeld(folder)).toBe(false);
    const holder = await holdDataFolder(folder);
    expect(await isHeld(folder)).toBe(true);
    await holder.release();
  });

  it('is won by exactly one of several that start at once', async () => {
    const folder = await temporaryFolder();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => holdDataFolder(folder)));
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const winner of winners) await winner.value.release();
  });

  it('works in a folder whose path is too long for a socket', async () => {
    const folder = join(await temporaryFolder(), 'a'.repeat(60), 'b'.repeat(60));
    await mkdir(folder, { recursive: true });
    const holder = await holdDataFolder(folder);
    expect((await stat(socketPath(folder))).isSocket()).toBe(true);
    expect(await isHeld(folder)).toBe(true);
    await expect(holdDataFolder(folder)).rejects.toBeInstanceOf(AlreadyHeldError);
    await withShortPath(folder, 'supervisor.sock', async (path) => {
      expect(Buffer.byteLength(path)).toBeLessThan(maxSocketPathBytes);
    });
    await holder.release();
    expect(existsSync(socketPath(folder))).toBe(false);
  });
});
