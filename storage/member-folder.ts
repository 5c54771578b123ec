/**
 * A member's folder: who it belongs to, in which format. Faults assumed: a crash while formatting, a folder of
 * another cluster or of a newer version put in place, a damaged identity file.
 *
 * The identity file is written last when formatting, so that a folder without one was never in use.
 */
import type { Disk } from '../platform/index.js';
import type { Configuration } from '../raft/index.js';
import { formatLog, LOG_DATABASE } from './log/format-log.js';
import {
  damagedIdentity,
  decodeIdentity,
  encodeIdentity,
  type MemberIdentity,
} from './member/identity-file.js';

/** The newest data format that this version writes and reads. */
export const FORMAT_VERSION = 1;

export const IDENTITY_FILE = 'identity.json';

export type { MemberIdentity } from './member/identity-file.js';

export type MemberFolderProblem =
  | 'not-formatted'
  | 'already-formatted'
  | 'newer-format'
  | 'other-cluster'
  | 'other-member'
  | 'damaged';

/** The folder cannot be used; `message` is one line that says why and what to do. */
export class MemberFolderError extends Error {
  readonly problem: MemberFolderProblem;
  constructor(problem: MemberFolderProblem, message: string) {
    super(message);
    this.name = 'MemberFolderError';
    this.problem = problem;
  }
}

/**
 * Makes a fresh member out of an empty folder. Every member of a new cluster gets the same
 * `initialConfiguration`. Throws `MemberFolderError` when the folder holds a member already.
 */
export async function formatMemberFolder(
  disk: Disk,
  identity: Omit<MemberIdentity, 'formatVersion'>,
  initialConfiguration: Configuration,
): Promise<void> {
  if ((await disk.readFile(IDENTITY_FILE)) !== undefined) {
    throw new MemberFolderError('already-formatted', 'the data folder already holds a member');
  }
  // What a crashed attempt left behind was never promised to anybody.
  for (const name of await disk.listDatabases()) await disk.deleteDatabase(name);
  await formatLog(disk, initialConfiguration);
  await disk.writeFile(IDENTITY_FILE, encodeIdentity({ ...identity, formatVersion: FORMAT_VERSION }));
}

/** Reads and checks the identity. Throws `MemberFolderError`, or `DiskFailedError` when the disk does not answer. */
export async function readMemberIdentity(
  disk: Disk,
  expected: { readonly clusterId?: string } = {},
): Promise<MemberIdentity> {
  const bytes = await disk.readFile(IDENTITY_FILE);
  if (bytes === undefined) {
    if (await disk.databaseExists(LOG_DATABASE)) {
      throw new MemberFolderError(
        'damaged',
        'the data folder holds a log but no identity file: restore the file, or remove the folder and let the member join again',
      );
    }
    throw new MemberFolderError('not-formatted', 'the data folder holds no member');
  }
  const identity = decodeIdentity(bytes);
  if (identity === damagedIdentity) {
    throw new MemberFolderError('damaged', 'the identity file of the data folder is damaged');
  }
  if (identity.formatVersion > FORMAT_VERSION) {
    throw new MemberFolderError(
      'newer-format',
      `the data folder has format ${identity.formatVersion}, this version reads up to ${FORMAT_VERSION}: run the newer version`,
    );
  }
  if (expected.clusterId !== undefined && expected.clusterId !== identity.clusterId) {
    throw new MemberFolderError(
      'other-cluster',
      `the data folder belongs to cluster ${identity.clusterId}, not to ${expected.clusterId}`,
    );
  }
  return identity;
}
