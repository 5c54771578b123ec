/** What `kuorum snapshot` prints. */
import type { RestoreResult, SnapshotContents } from '../cluster/index.js';
import { textTable } from '../platform/index.js';
import { shellQuote } from './shell-quote.js';
import { formatBytes } from './status-table.js';

export function savedText(file: string, contents: SnapshotContents): string {
  const { header, keys, bytes } = contents;
  return (
    `saved and verified ${file}: ${keys} keys at revision ${header.revision}, ` +
    `${formatBytes(bytes)}, from ${header.memberName}`
  );
}

/** Everything in it was read and verified before this is shown. */
export function snapshotTable(contents: SnapshotContents): string {
  const { header } = contents;
  const members = header.members.map(({ name, role }) => (role === 'learner' ? `${name} (learner)` : name));
  const rows: readonly (readonly [string, string | number])[] = [
    ['FORMAT', contents.formatVersion],
    ['CLUSTER', header.clusterId],
    ['MEMBERS', members.join(', ')],
    ['SAVED', `${new Date(header.savedMilliseconds).toISOString()} by ${header.memberName}`],
    ['REVISION', `${header.revision}, compacted up to ${header.compactRevision}`],
    ['APPLIED', `entry ${header.appliedIndex} of term ${header.appliedTerm}`],
    ['KEYS', contents.keys],
    ['LEASES', contents.leases],
    ['RECORDS', `${contents.records} with history`],
    ['SIZE', `${formatBytes(contents.bytes)} (${contents.bytes} bytes)`],
    ['STATE HASH', header.stateHash],
    ['SHA-256', contents.sha256],
    ['VERIFIED', 'yes: every chunk, every record, the state hash and the SHA-256'],
  ];
  return textTable(rows.map(([name, value]) => [name, String(value)]));
}

export function snapshotJson(contents: SnapshotContents): string {
  const { header, formatVersion, keys, leases, records, chunks, bytes, sha256 } = contents;
  return JSON.stringify({ formatVersion, ...header, keys, leases, records, chunks, bytes, sha256 }, null, 2);
}

export function restoredText(result: RestoreResult, dataDir: string): string {
  const { clusterId, members, revision, snapshot } = result;
  return [
    `restored ${snapshot.keys} keys: cluster ${clusterId} with ${members.join(', ')}, at revision ${revision}`,
    `start it with: npx kuorum up --data-dir ${shellQuote(dataDir)}`,
  ].join('\n');
}
