import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { followFile, printFile } from '../../cli/follow-file.js';
import { openLogFile } from '../../cluster/log-file.js';
import { systemClock } from '../../platform/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('printing a log', () => {
  it('prints all of a file', async () => {
    const path = join(await temporaryFolder(), 'm1.log');
    await writeFile(path, 'x'.repeat(200_000));
    let length = 0;
    await printFile(path, (bytes) => {
      length += bytes.length;
    });
    expect(length).toBe(200_000);
    await expect(printFile(`${path}.9`, () => {})).rejects.toThrow(/ENOENT/);
  });

  it('follows a file that comes later, grows, and is rotated, losing nothing', async () => {
    const path = join(await temporaryFolder(), 'm1.log');
    const stop = new AbortController();
    let text = '';
    const following = followFile(
      path,
      (bytes) => {
        text += Buffer.from(bytes).toString();
      },
      { clock: systemClock(), signal: stop.signal },
    );
    await writeFile(path, 'one\n');
    await expect.poll(() => text).toBe('one\n');
    await appendFile(path, 'two\n');
    await rename(path, `${path}.1`);
    await writeFile(path, 'three\n');
    await expect.poll(() => text).toBe('one\ntwo\nthree\n');
    stop.abort();
    await following;
  });
});

describe('a log file', () => {
  it('is bounded: it becomes .1 when it is full, replacing the one before', async () => {
    const path = join(await temporaryFolder(), 'm1.log');
    const log = openLogFile(path, 100);
    for (let line = 0; line < 40; line += 1) log.write(`line ${String(line).padStart(4, '0')}\n`);
    log.close();
    log.write('after the end\n');
    let kept = '';
    for (const part of [`${path}.1`, path]) {
      let size = 0;
      await printFile(part, (bytes) => {
        size += bytes.length;
        kept += Buffer.from(bytes).toString();
      });
      expect(size).toBeLessThanOrEqual(110);
    }
    expect(kept.endsWith('line 0039\n')).toBe(true);
    expect(kept).not.toContain('line 0000');
  });
});
