/** What a cluster is at its birth, and whether what is asked for is what a folder holds. */
import type { Random } from '../platform/index.js';
import { type ClusterFile, clusterFileFormat } from './cluster-file.js';
import { defaultMemberCount, memberNames } from './member-count.js';
import { newClusterId, newMemberId } from './new-ids.js';
import { UserError } from './user-error.js';
import { kuorumVersion } from './version.js';

export const clusterName = 'kuorum';

export function newClusterFile(count: number, random: Random): ClusterFile {
  return {
    format: clusterFileFormat,
    version: kuorumVersion(),
    name: clusterName,
    clusterId: newClusterId(random),
    phase: 'forming',
    faults: false,
    supervisorPid: process.pid,
    frontDoorPort: null,
    members: memberNames(count).map((name) => ({
      name,
      id: newMemberId(random),
      pid: null,
      apiPort: null,
      clientPort: null,
      peerPort: null,
      role: 'voter',
      priority: 0,
      joining: false,
    })),
    former: [],
  };
}

/**
 * The folder's cluster, or a new one. An asked-for number that is not the folder's is refused: it is changed
 * while the cluster runs, and a cluster that has grown is not made smaller by starting it.
 */
export function chooseCluster(
  options: { readonly dataDir: string; readonly members: number | undefined },
  file: ClusterFile | undefined,
  random: Random,
): ClusterFile {
  const { dataDir, members: asked } = options;
  if (file === undefined) return newClusterFile(asked ?? defaultMemberCount, random);
  const voters = file.members.filter(({ role }) => role === 'voter').length;
  if (asked === undefined || asked === voters) return file;
  const learners = file.members.length - voters;
  const held =
    learners === 0
      ? `${voters} members`
      : `${voters} voting members and ${learners} ${learners === 1 ? 'learner' : 'learners'}`;
  throw new UserError(
    `${dataDir} holds a cluster of ${held}, not ${asked}: leave --members out (kuorum member add and remove change ` +
      'the number while it runs), choose another --data-dir, or begin anew with --fresh',
  );
}
