import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MemberLogs } from '../../../bench/failover/member-logs.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const at = Date.UTC(2026, 0, 1, 12, 0, 0, 250);
const role = (name: string, term: number): string =>
  `${JSON.stringify({ time: new Date(at).toISOString(), role: name, term, msg: 'raft role changed' })}\n`;
const cut = (): string =>
  `${JSON.stringify({ time: new Date(at).toISOString(), from: [], to: [], msg: 'link faults in force' })}\n`;

it('sees what members write down after a moment, whichever of them', async () => {
  const folder = await temporaryFolder();
  const paths = ['m1', 'm2'].map((name) => join(folder, `${name}.log`));
  await writeFile(paths[0]!, role('leader', 1));
  await writeFile(paths[1]!, cut());
  const logs = new MemberLogs('kuorum', paths);
  expect(await logs.roleChanges()).toMatchObject([{ member: 0, role: 'leader', term: 1 }]);
  await logs.forget();
  expect(await logs.roleChanges()).toEqual([]);
  expect(await logs.linksChangedAt(1)).toBeUndefined();
  await appendFile(paths[0]!, cut());
  await appendFile(paths[1]!, role('candidate', 2));
  expect(await logs.roleChanges()).toEqual([{ member: 1, role: 'candidate', term: 2, atMilliseconds: at }]);
  expect(await logs.linksChangedAt(0)).toBe(at);
});

it('goes on in a log that was begun anew, and takes no line that is not whole yet', async () => {
  const path = join(await temporaryFolder(), 'm1.log');
  await writeFile(path, role('leader', 1).repeat(3));
  const logs = new MemberLogs('kuorum', [path]);
  await logs.forget();
  const line = role('follower', 2);
  await writeFile(path, line.slice(0, 30));
  expect(await logs.roleChanges()).toEqual([]);
  await appendFile(path, line.slice(30));
  expect(await logs.roleChanges()).toMatchObject([{ role: 'follower', term: 2 }]);
});
