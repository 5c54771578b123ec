/** What a recovery can lose, in plain words. */
import type { Candidate } from '../../storage/index.js';
import type { LookedAt } from './plan.js';

export interface LossInput {
  readonly chosen: Candidate;
  readonly folders: readonly LookedAt[];
  readonly clusterId: string | undefined;
  /** A majority is here and intact: whatever was acknowledged, one of them has it. */
  readonly majority: boolean;
}

function entries(from: number, to: number): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}

function missingMembers({ chosen, folders, clusterId }: LossInput): readonly string[] {
  const here = new Set(
    folders.flatMap(({ examination }) =>
      examination.kind === 'readable' && examination.candidate.identity.clusterId === clusterId
        ? [examination.candidate.identity.memberId]
        : [],
    ),
  );
  const { voters, votersOutgoing, members } = chosen.end.configuration;
  return [...new Set([...voters, ...votersOutgoing])]
    .filter((id) => !here.has(id))
    .map((id) => members.find((member) => member.id === id)?.name ?? `member ${id}`);
}

function lossOf({ path, examination }: LookedAt, { chosen, clusterId }: LossInput): readonly string[] {
  if (examination.kind === 'damaged') {
    return [`${path} cannot be read (${examination.reason}): what only it holds is lost.`];
  }
  const { condition, identity, end } = examination.candidate;
  if (identity.clusterId !== clusterId || condition.kind === 'intact') return [];
  const gone =
    condition.promisedIndex > chosen.end.index
      ? ` It once held entries up to ${condition.promisedIndex}: those after ${chosen.end.index} are lost.`
      : ` What is left of it ends at entry ${end.index}.`;
  return [`${path} has lost a part of its log (${condition.reason}).${gone}`];
}

/** The same entries give the same state on every member: where they did not, one of the two is wrong. */
function disagreement({ path, examination }: LookedAt, { chosen, clusterId }: LossInput): readonly string[] {
  if (examination.kind === 'damaged') return [];
  const { identity, end, endStateHash } = examination.candidate;
  if (identity.clusterId !== clusterId) return [];
  const sameEnd = end.index === chosen.end.index && end.term === chosen.end.term;
  return sameEnd && endStateHash !== chosen.endStateHash
    ? [`${path} ends with the same entry as the chosen folder but holds another state: one of them is wrong.`]
    : [];
}

export function lossesOf(input: LossInput): readonly string[] {
  const { chosen, folders } = input;
  const { end, committedIndex, identity } = chosen;
  const missing = missingMembers(input);
  const sentences: string[] = [];
  if (missing.length > 0 && !input.majority) {
    sentences.push(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not among the folders: every write after entry ` +
        `${end.index} of term ${end.term} that was acknowledged without ${identity.name} is lost. How many there ` +
        'are cannot be told from here.',
    );
  }
  sentences.push(...folders.flatMap((folder) => [...lossOf(folder, input), ...disagreement(folder, input)]));
  if (committedIndex < end.index) {
    sentences.push(
      `It is not known whether ${entries(committedIndex + 1, end.index)} of the chosen log ` +
        `${committedIndex + 1 === end.index ? 'was' : 'were'} ever acknowledged: what they wrote becomes ` +
        'permanent, also where a client was told that its write failed.',
    );
  }
  return sentences;
}
