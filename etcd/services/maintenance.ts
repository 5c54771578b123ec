/** The Maintenance service: what operators look at, and what they have done to one member or to all. */
import type { Alarm, MemberStatus } from '../../storage/index.js';
import { etcdError, etcdErrorText, valueOf } from '../errors.js';
import type { Call } from '../grpc/call.js';
import { implement, type Method } from '../grpc/service.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import type { Init } from '../proto/codec.js';
import {
  AlarmAction,
  type AlarmMember,
  type AlarmRequest,
  DowngradeAction,
  type DowngradeRequest,
  MaintenanceService,
  type StatusResponse,
} from '../proto/generated/rpc.js';
import { etcdApiVersion } from '../versions.js';
import { alarmKind, alarmName, alarmType, namedAlarms } from './alarms.js';
import { sendSnapshot } from './snapshot.js';
import { ask, contextOf, type ServiceTools } from './tools.js';

/** etcd's hashes have 32 bits: the first of ours, which are as good as any. */
export function hash32(hexadecimal: string): number {
  return Number.parseInt(hexadecimal.slice(0, 8), 16);
}

/** What keeps the member from serving everything, in etcd's words where it has some. */
export function statusErrors(
  { leaderId, failure }: Pick<MemberStatus, 'leaderId' | 'failure'>,
  alarms: readonly Alarm[],
): readonly string[] {
  return [
    ...(leaderId === undefined ? [etcdErrorText('noLeader')] : []),
    ...alarms.map((alarm) => `memberID:${alarm.memberId} alarm:${alarmName(alarm)} `),
    ...(failure === undefined ? [] : [failure]),
  ];
}

function statusFields(status: MemberStatus, alarms: readonly Alarm[]): Init<StatusResponse> {
  return {
    version: etcdApiVersion,
    dbSize: status.databaseBytes,
    // Nothing is held back: what was deleted is given up by the next compaction of its table.
    dbSizeInUse: status.databaseBytes,
    dbSizeQuota: status.quotaBytes,
    leader: status.leaderId,
    raftIndex: status.commitIndex,
    raftAppliedIndex: status.appliedIndex,
    raftTerm: status.term,
    errors: statusErrors(status, alarms),
    isLearner: status.role === 'learner',
  };
}

const wireAlarm = (alarm: Alarm): Init<AlarmMember> => ({
  memberID: alarm.memberId,
  alarm: alarmType(alarm),
});

/** Those that the request is about: as they stand, newly raised, or no more. */
async function alarms(tools: ServiceTools, request: AlarmRequest, call: Call): Promise<readonly Alarm[]> {
  const { admin } = tools;
  switch (request.action) {
    case AlarmAction.GET:
      // Of all members, as in etcd.
      return namedAlarms(await admin.alarms(), { memberID: 0, alarm: request.alarm });
    case AlarmAction.ACTIVATE: {
      const kind = alarmKind(request.alarm);
      if (kind === undefined) return [];
      const members = await admin.members();
      const { memberID } = request;
      if (memberID !== 0 && !members.some(({ id }) => id === memberID)) throw etcdError('memberNotFound');
      const alarm = { memberId: memberID, alarm: kind };
      await ask(tools, call, (context) => admin.raiseAlarm(alarm, context));
      return [alarm];
    }
    case AlarmAction.DEACTIVATE: {
      const gone: Alarm[] = [];
      for (const alarm of namedAlarms(await admin.alarms(), request)) {
        const { changed } = await ask(tools, call, (context) => admin.disarm(alarm, context));
        if (changed) gone.push(alarm);
      }
      return gone;
    }
    default:
      throw new GrpcError(StatusCode.INVALID_ARGUMENT, `etcdserver: there is no action ${request.action}`);
  }
}

async function moveLeader(tools: ServiceTools, targetId: number, call: Call): Promise<void> {
  const { admin } = tools;
  const [status, members] = await Promise.all([admin.status(), admin.members()]);
  if (status.role !== 'leader') throw etcdError('notLeader');
  if (targetId === status.id) return;
  if (members.find(({ id }) => id === targetId)?.role !== 'voter') throw etcdError('badLeaderTransferee');
  const outcome = await admin.moveLeader(targetId, contextOf(tools, call));
  if (outcome.kind === 'unknown') throw etcdError('leaderTransferTimeout');
  if (outcome.kind === 'refused' && outcome.refusal.reason === 'no-leader') throw etcdError('notLeader');
  valueOf(outcome);
}

/** There is one version of what we store and no older one to go back to, so no target is a right one. */
function refuseDowngrade({ action, version }: DowngradeRequest): never {
  if (action === DowngradeAction.CANCEL) throw etcdError('noDowngrade');
  if (!/^\d+\.\d+(\.\d+)?$/.test(version)) throw etcdError('wrongDowngradeVersion');
  throw etcdError('invalidDowngradeTarget');
}

export function maintenanceService(tools: ServiceTools): readonly Method[] {
  const { admin, facts } = tools;
  return implement(MaintenanceService, {
    async Alarm(request, call) {
      const about = await alarms(tools, request, call);
      return { header: facts.header(), alarms: about.map(wireAlarm) };
    },
    async Status() {
      const [status, standing] = await Promise.all([admin.status(), admin.alarms()]);
      return { header: facts.header(status.revision), ...statusFields(status, standing) };
    },
    async Defragment(_request, call) {
      await ask(tools, call, (context) => admin.defragment(context));
      return { header: facts.header() };
    },
    async Hash() {
      const { stateHash } = await admin.hash();
      return { header: facts.header(), hash: hash32(stateHash) };
    },
    async HashKV({ revision }, call) {
      if (revision < 0) throw etcdError('compacted');
      const { hash, ...of } = await ask(tools, call, (context) => admin.hashKv(revision, context));
      return {
        header: facts.header(),
        hash: hash32(hash),
        compactRevision: of.compactRevision,
        hashRevision: of.revision,
      };
    },
    Snapshot: (_request, stream) => sendSnapshot(tools, stream),
    async MoveLeader({ targetID }, call) {
      await moveLeader(tools, targetID, call);
      return { header: facts.header() };
    },
    Downgrade(request) {
      return refuseDowngrade(request);
    },
  });
}
