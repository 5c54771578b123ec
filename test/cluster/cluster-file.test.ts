import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ClusterFile,
  looksLikeClusterFile,
  parseClusterFile,
  readClusterFile,
  writeClusterFile,
} from '../../cluster/cluster-file.js';
import { isUserError } from '../../cluster/user-error.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file: ClusterFile = {
  format: 1,
  version: '0.1.0',
  name: 'kuorum',
  clusterId: 'c1',
  phase: 'formed',
  faults: false,
  supervisorPid: 12,
  frontDoorPort: 6443,
  members: [
    {
      name: 'm1',
      id: 2 ** 53 - 1,
      pid: 13,
      apiPort: 7001,
      clientPort: null,
      peerPort: 7002,
      role: 'voter',
      priority: 3,
      joining: false,
    },
    {
      name: 'm2',
      id: 5,
      pid: null,
      apiPort: null,
      clientPort: null,
      peerPort: null,
      role: 'learner',
      priority: 0,
      joining: true,
    },
  ],
  former: [{ name: 'm2', id: 4 }],
};

function problem(value: unknown): string {
  try {
    parseClusterFile(typeof value === 'string' ? value : JSON.stringify(value), 'FILE');
  } catch (error) {
    expect(isUserError(error)).toBe(true);
    return (error as Error).message;
  }
  return 'none';
}

describe('cluster.json', () => {
  it('comes back as it was written', async () => {
    const folder = await temporaryFolder();
    expect(await readClusterFile(folder)).toBeUndefined();
    await writeClusterFile(folder, file);
    expect(await readClusterFile(folder)).toEqual(file);
  });

  it('of an older Kuorum, which knew only the members of the birth, is completed', () => {
    const old = {
      ...file,
      former: undefined,
      members: [{ name: 'm1', id: 2, pid: null, apiPort: null, clientPort: null, peerPort: null }],
    };
    expect(parseClusterFile(JSON.stringify(old), 'FILE')).toMatchObject({
      members: [{ name: 'm1', id: 2, role: 'voter', priority: 0, joining: false }],
      former: [],
    });
  });

  it('of a newer format is refused, naming the version that wrote it', () => {
    expect(problem({ format: 2, version: '9.1.0' })).toBe(
      'FILE has format 2 and was written by Kuorum 9.1.0; this Kuorum reads format 1: use the newer one, or choose another --data-dir',
    );
  });

  it('that is torn is refused', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'cluster.json'), JSON.stringify(file).slice(0, 40));
    await expect(readClusterFile(folder)).rejects.toThrow(/cluster\.json is not valid JSON/);
  });

  it.each([
    ['nothing', null],
    ['a list', []],
    ['no members', { ...file, members: [] }],
    ['a member twice', { ...file, members: [file.members[0], file.members[0]] }],
    ['a port out of range', { ...file, frontDoorPort: 65_536 }],
    ['a pid that is text', { ...file, supervisorPid: '12' }],
    ['an unknown phase', { ...file, phase: 'formless' }],
    ['a name that is a path', { ...file, members: [{ ...file.members[0], name: '../m1' }] }],
    ['an unknown role', { ...file, members: [{ ...file.members[0], role: 'king' }] }],
    ['a former member without an id', { ...file, former: [{ name: 'm4' }] }],
    ['no cluster id', { ...file, clusterId: undefined }],
  ])('with %s is refused', (_, value) => {
    expect(problem(value)).toMatch(/^FILE does not describe a Kuorum cluster/);
  });

  it('is recognised by --fresh in any format, and nothing else is', () => {
    expect(looksLikeClusterFile(JSON.stringify(file))).toBe(true);
    expect(looksLikeClusterFile(JSON.stringify({ ...file, format: 7, extra: 1 }))).toBe(true);
    expect(looksLikeClusterFile('{"name":"my-project"}')).toBe(false);
    expect(looksLikeClusterFile('cluster')).toBe(false);
  });
});
