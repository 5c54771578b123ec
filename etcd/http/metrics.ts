/**
 * A member in figures, under etcd's names where they mean the same there; what is ours alone begins with `kuorum_`.
 * Pure.
 */
import { type Metric, type MetricSample, metric, type ProcessUsage } from '../../platform/index.js';
import type { Alarm, MemberStatistics, MemberStatus } from '../../storage/index.js';
import type { MethodCounts } from '../grpc/call-counts.js';
import { statusName } from '../grpc/status.js';
import { alarmName } from '../services/alarms.js';
import { etcdApiVersion } from '../versions.js';

export interface Measured {
  readonly status: MemberStatus;
  readonly statistics: MemberStatistics;
  readonly alarms: readonly Alarm[];
  readonly calls: readonly MethodCounts[];
  readonly usage: ProcessUsage;
  readonly version: string;
}

const flag = (value: boolean): number => (value ? 1 : 0);

function labelled(
  type: Metric['type'],
  name: string,
  help: string,
  samples: readonly MetricSample[],
): Metric {
  return { type, name, help, samples };
}

function serverMetrics({ status, statistics }: Measured): readonly Metric[] {
  const { leaderChanges, proposalsPending, proposalsFailed } = statistics;
  return [
    metric(
      'gauge',
      'etcd_server_has_leader',
      'Whether this member knows a leader.',
      flag(status.leaderId !== undefined),
    ),
    metric('gauge', 'etcd_server_is_leader', 'Whether this member leads.', flag(status.role === 'leader')),
    metric(
      'gauge',
      'etcd_server_is_learner',
      'Whether this member is a learner.',
      flag(status.role === 'learner'),
    ),
    labelled('gauge', 'etcd_server_id', "This member's id, in hexadecimal.", [
      { labels: { server_id: status.id.toString(16) }, value: 1 },
    ]),
    labelled('gauge', 'etcd_server_version', "The level of etcd's API that is served.", [
      { labels: { server_version: etcdApiVersion }, value: 1 },
    ]),
    metric('counter', 'etcd_server_leader_changes_seen_total', 'Leaders that came.', leaderChanges),
    metric(
      'gauge',
      'etcd_server_proposals_committed_total',
      'Entries known to be committed.',
      status.commitIndex,
    ),
    metric('gauge', 'etcd_server_proposals_applied_total', 'Entries applied here.', status.appliedIndex),
    metric(
      'gauge',
      'etcd_server_proposals_pending',
      'Proposals made here that wait for their answer.',
      proposalsPending,
    ),
    metric(
      'counter',
      'etcd_server_proposals_failed_total',
      'Proposals made here that had no answer or did not come into the log.',
      proposalsFailed,
    ),
    metric(
      'gauge',
      'etcd_server_quota_backend_bytes',
      'The quota of the database; 0: none.',
      status.quotaBytes,
    ),
  ];
}

function storeMetrics({ status: { databaseBytes, revision, compactRevision } }: Measured): readonly Metric[] {
  return [
    metric('gauge', 'etcd_mvcc_db_total_size_in_bytes', 'What the database takes.', databaseBytes),
    metric(
      'gauge',
      'etcd_mvcc_db_total_size_in_use_in_bytes',
      'The same: nothing is kept for reuse.',
      databaseBytes,
    ),
    metric('gauge', 'etcd_debugging_mvcc_current_revision', 'The latest revision applied here.', revision),
    metric('gauge', 'etcd_debugging_mvcc_compact_revision', 'History begins after it.', compactRevision),
  ];
}

const grpcTypes = { unary: 'unary', 'server-stream': 'server_stream', stream: 'bidi_stream' } as const;

function methodLabels({ path, kind }: MethodCounts): Readonly<Record<string, string>> {
  const [, service = '', method = ''] = path.split('/');
  return { grpc_method: method, grpc_service: service, grpc_type: grpcTypes[kind] };
}

function callMetrics(calls: readonly MethodCounts[]): readonly Metric[] {
  return [
    labelled(
      'counter',
      'grpc_server_started_total',
      'Calls that began.',
      calls.map((counts) => ({ labels: methodLabels(counts), value: counts.started })),
    ),
    labelled(
      'counter',
      'grpc_server_handled_total',
      'Calls that ended, by status.',
      calls.flatMap((counts) =>
        [...counts.ended].map(([code, value]) => ({
          labels: { grpc_code: statusName(code), ...methodLabels(counts) },
          value,
        })),
      ),
    ),
  ];
}

function ownMetrics({ statistics: { raft }, alarms, version }: Measured): readonly Metric[] {
  return [
    labelled('gauge', 'kuorum_version', "The program's version.", [{ labels: { version }, value: 1 }]),
    labelled(
      'gauge',
      'kuorum_alarm',
      'Alarms that stand; of member 0: of the whole cluster.',
      alarms.map((alarm) => ({
        labels: { alarm: alarmName(alarm), member_id: alarm.memberId.toString(16) },
        value: 1,
      })),
    ),
    metric('counter', 'kuorum_raft_log_writes_total', 'Durable steps of the log.', raft.logWrites),
    metric('counter', 'kuorum_raft_entries_written_total', 'Entries made durable.', raft.entriesWritten),
    metric('counter', 'kuorum_raft_messages_sent_total', 'Messages to peers.', raft.messagesSent),
    metric('counter', 'kuorum_raft_entries_sent_total', 'Entries sent to peers.', raft.entriesSent),
    metric('counter', 'kuorum_raft_entry_bytes_sent_total', 'Bytes of their data.', raft.entryBytesSent),
    metric('counter', 'kuorum_raft_apply_batches_total', 'Batches of entries applied.', raft.applyBatches),
    metric(
      'counter',
      'kuorum_raft_entries_applied_total',
      'Entries applied in this life.',
      raft.entriesApplied,
    ),
  ];
}

export function memberMetrics(measured: Measured): readonly Metric[] {
  const { residentBytes, cpuSeconds } = measured.usage;
  return [
    ...serverMetrics(measured),
    ...storeMetrics(measured),
    ...callMetrics(measured.calls),
    ...ownMetrics(measured),
    metric('gauge', 'process_resident_memory_bytes', 'Memory of the process that is in use.', residentBytes),
    metric('counter', 'process_cpu_seconds_total', 'User and system time of the process.', cpuSeconds),
  ];
}
