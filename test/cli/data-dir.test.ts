import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDataDir } from '../../cli/data-dir.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('which cluster a command means', () => {
  it('is what --data-dir says, relative to here', async () => {
    const folder = await temporaryFolder();
    expect(findDataDir({ asked: 'x', workingFolder: folder, environment: '/elsewhere' })).toBe(
      join(folder, 'x'),
    );
  });

  it('is the nearest .kuorum with a cluster, upwards', async () => {
    const folder = await temporaryFolder();
    const inner = join(folder, 'a', 'b');
    await mkdir(join(inner, '.kuorum'), { recursive: true });
    await mkdir(join(folder, '.kuorum'));
    await writeFile(join(folder, '.kuorum', 'cluster.json'), '{}');
    const lookup = { asked: undefined, workingFolder: inner, environment: '/elsewhere' };
    expect(findDataDir(lookup)).toBe(join(folder, '.kuorum'));
    await writeFile(join(inner, '.kuorum', 'cluster.json'), '{}');
    expect(findDataDir(lookup)).toBe(join(inner, '.kuorum'));
  });

  it('is KUORUM_DIR where there is none, and else .kuorum here', async () => {
    const folder = await temporaryFolder();
    expect(findDataDir({ asked: undefined, workingFolder: folder, environment: '/elsewhere' })).toBe(
      '/elsewhere',
    );
    expect(findDataDir({ asked: undefined, workingFolder: folder, environment: '' })).toBe(
      join(folder, '.kuorum'),
    );
    expect(findDataDir({ asked: undefined, workingFolder: folder, environment: undefined })).toBe(
      join(folder, '.kuorum'),
    );
  });
});
