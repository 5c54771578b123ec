/** A short run of the soak that kills a thousand processes when it is given the time. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from './support/project.js';
import { run } from './support/run.js';

const script = join(projectFolder, 'scripts', 'soak-kill.mjs');

describe('kill -9 again and again under load', () => {
  it('loses nothing that was acknowledged, and no read is wrong', async () => {
    const { code, stdout, stderr } = await run(
      process.execPath,
      [script, '--kills', '5', '--minutes', '2', '--rate', '80'],
      { timeoutMilliseconds: 170_000 },
    );
    expect(`${stdout}${stderr}`).toContain('clean: nothing acknowledged was lost and no read was wrong: ');
    expect(code).toBe(0);
    expect(Number(/: (\d+) processes killed/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(5);
  });

  it('says what it does not understand', async () => {
    const { code, stderr } = await run(process.execPath, [script, '--kills', 'many']);
    expect(stderr).toBe('soak-kill: --kills must be a number above 0\n');
    expect(code).toBe(2);
  });
});
