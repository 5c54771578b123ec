/** What `kuorum recover` tells: what it found, what it would do, what can be lost, and what it did. */
import type { PlannedFolder, RecoveryPlan, RecoveryResult } from '../cluster/index.js';
import { textTable } from '../platform/index.js';

const columns = ['FOLDER', 'MEMBER', 'CLUSTER', 'TERM', 'LAST ENTRY', 'APPLIED', 'STATE HASH', 'CONDITION'];

function row({ path, examination }: PlannedFolder): readonly string[] {
  if (examination.kind === 'damaged') {
    const { identity } = examination;
    return [path, identity?.name ?? '-', identity?.clusterId ?? '-', '-', '-', '-', '-', 'damaged'];
  }
  const { identity, term, end, appliedIndex, stateHash, condition } = examination.candidate;
  return [
    path,
    identity.name,
    identity.clusterId,
    String(term),
    `${end.index} of term ${end.term}`,
    String(appliedIndex),
    stateHash,
    condition.kind,
  ];
}

function section(title: string, sentences: readonly string[]): readonly string[] {
  return ['', title, ...sentences.map((sentence) => `  - ${sentence}`)];
}

export function planText(plan: RecoveryPlan): string {
  const verdicts = plan.folders.map(
    ({ path, chosen, why }) => `  ${chosen ? 'chosen' : 'not chosen'}: ${path}: ${why}`,
  );
  const lines = [textTable([columns, ...plan.folders.map(row)]), '', ...verdicts];
  if (plan.chosen === undefined) return lines.join('\n');
  const losses = plan.losses.length === 0 ? ['Nothing that is known of.'] : plan.losses;
  lines.push(...section('What can be lost:', losses), ...section('What comes of it:', plan.effects));
  return lines.join('\n');
}

export function resultText(result: RecoveryResult): string {
  const { clusterId, member, revision, movedTo } = result;
  return [
    `recovered: cluster ${clusterId} with the one member ${member}, at revision ${revision}`,
    ...(movedTo === undefined ? [] : [`the old members' folders are in ${movedTo}`]),
    'start it with: npx kuorum up',
  ].join('\n');
}
