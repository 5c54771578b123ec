/** What a recovery would do and what can be lost by it: decided from what the folders show, touching nothing. */
import type { Candidate, Examination } from '../../storage/index.js';
import { chooseCandidate, compareCandidates, countQuorum, REVISION_RAISE } from '../../storage/index.js';
import { lossesOf } from './losses.js';

/** A member's folder that was looked at. */
export interface LookedAt {
  readonly path: string;
  /** One of DIR/members; else a copy from elsewhere, which may be an old one. */
  readonly inPlace: boolean;
  readonly examination: Examination;
}

export interface PlannedFolder extends LookedAt {
  readonly chosen: boolean;
  /** Why it was chosen, or was not. */
  readonly why: string;
}

export interface RecoveryPlan {
  readonly dataDir: string;
  /** The lost cluster's. */
  readonly clusterId: string | undefined;
  readonly folders: readonly PlannedFolder[];
  /** undefined: nothing can be recovered. */
  readonly chosen: Candidate | undefined;
  /** The newest revision that any of the folders knows. */
  readonly highestRevision: number;
  /** Set when the cluster can go on by itself. */
  readonly notNeeded: string | undefined;
  /** What can be lost, and what becomes of the rest: sentences. */
  readonly losses: readonly string[];
  readonly effects: readonly string[];
}

export function candidateIn(folder: LookedAt, clusterId: string | undefined): Candidate | undefined {
  const { examination } = folder;
  if (examination.kind === 'damaged') return undefined;
  const { candidate } = examination;
  return clusterId === undefined || candidate.identity.clusterId === clusterId ? candidate : undefined;
}

function whyNot(folder: LookedAt, clusterId: string | undefined, chosen: Candidate | undefined): string {
  const { examination } = folder;
  if (examination.kind === 'damaged') return 'it cannot be read';
  const { candidate } = examination;
  if (candidate.identity.clusterId !== clusterId || chosen === undefined) return 'it is of another cluster';
  if (candidate.end.term !== chosen.end.term) return 'its last entry is of an older term';
  if (candidate.end.index !== chosen.end.index) return 'its log is shorter';
  if (candidate.condemned && !chosen.condemned) return 'an alarm says that its state is wrong';
  if (compareCandidates(chosen, candidate) === 0) return 'it holds the same';
  return candidate.condition.kind === 'recovering'
    ? 'it holds the same, but has lost a part of its log'
    : 'it holds the same, but knows less to be committed';
}

function whyChosen(chosen: Candidate, others: readonly Candidate[]): string {
  const best = others.every(({ end }) => end.term !== chosen.end.term || end.index !== chosen.end.index)
    ? 'the most complete log'
    : 'no log is more complete';
  const doubt = chosen.condemned ? '; an alarm says that its state is wrong' : '';
  return (chosen.condition.kind === 'intact' ? best : `${best}, although a part of it is lost`) + doubt;
}

/** The one cluster that the folders belong to; undefined when they do not agree. */
export function commonCluster(folders: readonly LookedAt[]): string | undefined {
  const ids = new Set(
    folders.flatMap(({ examination }) =>
      examination.kind === 'readable' ? [examination.candidate.identity.clusterId] : [],
    ),
  );
  return ids.size === 1 ? [...ids][0] : undefined;
}

export function planRecovery(
  dataDir: string,
  clusterId: string | undefined,
  folders: readonly LookedAt[],
): RecoveryPlan {
  const candidates = folders.flatMap((folder) => candidateIn(folder, clusterId) ?? []);
  const chosen = chooseCandidate(candidates);
  const others = candidates.filter((candidate) => candidate !== chosen);
  const inPlace = folders
    .filter((folder) => folder.inPlace)
    .flatMap((folder) => candidateIn(folder, clusterId) ?? []);
  // A copy may be older than what its member promised: it cannot stand for the member.
  const quorum = chosen === undefined ? undefined : countQuorum(chosen.end.configuration, inPlace);
  const majority = quorum?.majority === true;
  const revisions = candidates.map(({ revision }) => revision);
  return {
    dataDir,
    clusterId,
    folders: folders.map((folder) => {
      const isChosen = chosen !== undefined && candidateIn(folder, clusterId) === chosen;
      return {
        ...folder,
        chosen: isChosen,
        why: isChosen ? whyChosen(chosen, others) : whyNot(folder, clusterId, chosen),
      };
    }),
    chosen,
    highestRevision: Math.max(0, ...revisions),
    notNeeded:
      quorum !== undefined && majority
        ? `${quorum.intactVoters} of ${quorum.votersTotal} voting members are here and intact`
        : undefined,
    losses: chosen === undefined ? [] : lossesOf({ chosen, folders, clusterId, majority }),
    effects: chosen === undefined ? [] : effectsOf(chosen, Math.max(...revisions)),
  };
}

function effectsOf(chosen: Candidate, highestRevision: number): readonly string[] {
  return [
    `A new cluster with the one voting member ${chosen.identity.name} and a new id: members of the old one are refused.`,
    `Its revision goes from ${highestRevision} to ${highestRevision + REVISION_RAISE}, and everything before is ` +
      'compacted: every watch ends with 410 Gone, and clients list anew.',
  ];
}
