/** This member's state, as of now, as a snapshot file. */
import type { Clock } from '../../platform/index.js';
import type { RecordSalt } from '../mvcc/records.js';
import { StateHash } from '../mvcc/state-hash.js';
import { stateHashOf } from '../mvcc/whole-hash.js';
import { encodeSnapshotFile } from '../snapshot/encode-file.js';
import type { SnapshotHeader } from '../snapshot/file-format.js';
import type { SnapshotFileSource } from '../snapshot/held-snapshots.js';
import type { MemberStateMachine, StateSnapshot } from '../state-machine.js';
import type { MemberIdentity } from './identity-file.js';

function headerOf(
  { meta, metadata }: StateSnapshot,
  salt: RecordSalt,
  identity: MemberIdentity,
  savedMilliseconds: number,
): SnapshotHeader {
  const { voters, votersOutgoing, members } = metadata.configuration;
  return {
    clusterId: identity.clusterId,
    memberName: identity.name,
    revision: meta.revision,
    compactRevision: meta.compactRevision,
    appliedIndex: meta.appliedIndex,
    appliedTerm: meta.appliedTerm,
    stateHash: stateHashOf(salt, StateHash.from(meta.hash), meta),
    members: members.map(({ id, name }) => ({
      id,
      name,
      role: voters.includes(id) || votersOutgoing.includes(id) ? 'voter' : 'learner',
    })),
    savedMilliseconds,
  };
}

/** Throws `DamagedRecordError` and `DiskFailedError`, also while it is read. */
export async function openSnapshotFile(
  machine: MemberStateMachine,
  identity: MemberIdentity,
  clock: Clock,
): Promise<SnapshotFileSource> {
  const source = await machine.openSnapshot();
  const header = headerOf(source, machine.state.salt, identity, clock.wallMilliseconds());
  return { pieces: encodeSnapshotFile(header, source.chunks()), close: () => source.close() };
}
