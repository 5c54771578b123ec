import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { type Ended, runKuorum } from './support/run-kuorum.js';

async function check(lines: readonly object[] | string, ...options: readonly string[]): Promise<Ended> {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, 'history.jsonl'),
    typeof lines === 'string' ? lines : lines.map((line) => JSON.stringify(line)).join('\n'),
  );
  return runKuorum(['check', 'history.jsonl', ...options], folder);
}

const write = (process: number, value: number, from: number, to: number): readonly object[] => [
  { process, type: 'invoke', f: 'write', key: 'k', value, time: from },
  { process, type: 'ok', f: 'write', key: 'k', value, time: to },
];
const read = (process: number, value: number, from: number, to: number): readonly object[] => [
  { process, type: 'invoke', f: 'read', key: 'k', value: null, time: from },
  { process, type: 'ok', f: 'read', key: 'k', value, time: to },
];

describe('kuorum check', () => {
  it('ends with 0 on a linearizable history', async () => {
    expect(await check([...write(0, 1, 0, 10), ...read(1, 1, 20, 30)])).toEqual({
      code: 0,
      stdout: 'model register, linearizable: 2 operations on 1 keys\n',
      stderr: '',
    });
  });

  it('ends with 1 on a stale read, and shows it', async () => {
    const { code, stdout } = await check([
      ...write(0, 1, 0, 10),
      ...write(0, 2, 20, 30),
      ...read(1, 1, 40, 50),
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('key "k": no order of these 3 operations explains every answer');
  });

  it('ends with 3 when it cannot decide', async () => {
    const unknown = (process: number, other: string): object => ({
      process,
      type: 'invoke',
      f: 'txn',
      key: null,
      value: [
        ['w', 'a', 1],
        ['w', other, 1],
      ],
      time: 0,
    });
    const value = [
      ['r', 'a', 1],
      ['r', 'b', null],
    ];
    const { code, stdout } = await check([
      unknown(0, 'b'),
      unknown(1, 'c'),
      { process: 2, type: 'invoke', f: 'txn', key: null, value, time: 10 },
      { process: 2, type: 'ok', f: 'txn', key: null, value, time: 20, revision: 4 },
    ]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^model txn, undecided: 3 operations on 3 keys\nkey "[ab]": /);
  });

  it('judges each key of a file by what is done to it', async () => {
    const append = { process: 2, f: 'append', key: 'l', value: 1 };
    const lines = [...write(0, 1, 0, 10), { ...append, type: 'invoke', time: 20 }, ...read(1, 1, 30, 40)];
    expect(await check(lines)).toMatchObject({
      code: 0,
      stdout: 'models register, append, linearizable: 3 operations on 2 keys\n',
    });
  });

  it('ends with 2 when it has judged nothing, and names the line and the field that it cannot read', async () => {
    expect(await check('{"process":0}')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'kuorum: history.jsonl: line 1, field "time": must be a whole number of at least 0, not absent\n',
    });
    const refused = await check([], '--model', 'queue');
    expect(refused.stderr).toContain('Allowed choices are register, cas, append, set, txn');
    expect(refused.code).toBe(2);
    const help = await check([], '--help');
    expect(help.stdout).toContain('Exit code: 0 clean, 1 violation, 2 not judged');
    expect(help.code).toBe(0);
  });
});
