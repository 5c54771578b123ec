/** Every message, entry and configuration of the core as a few words of English. */

import type { CommitHint } from '../../../raft/core/commit-hint.js';
import { decodeConfiguration } from '../../../raft/core/configuration.js';
import type { MembershipOutcome, PersistStep } from '../../../raft/core/events.js';
import type { Message, ProposeOutcome } from '../../../raft/core/messages.js';
import type { Configuration, Entry, LogIndex, MemberId, Promotion, Term } from '../../../raft/core/types.js';
import { untext } from '../support/cluster.js';

/** Request ids begin at a multiple of this at each start of a member. */
export const REQUEST_IDS_PER_START = 2 ** 20;

export const nameOf = (id: MemberId): string => `m${id}`;

export function listOf(ids: readonly MemberId[]): string {
  return [...ids]
    .sort((a, b) => a - b)
    .map(nameOf)
    .join(' ');
}

export function configurationWords(configuration: Configuration): string {
  const {
    voters,
    votersOutgoing,
    learners,
    learnersNext = [],
    promotions = [],
    removed = [],
  } = configuration;
  return [
    votersOutgoing.length === 0
      ? `voters ${listOf(voters)}`
      : `voters ${listOf(voters)} jointly with ${listOf(votersOutgoing)}`,
    ...(learners.length === 0 ? [] : [`learners ${listOf(learners)}`]),
    ...(learnersNext.length === 0 ? [] : [`learners then ${listOf(learnersNext)}`]),
    ...promotions.map(promotionWords),
    ...(removed.length === 0 ? [] : [`removed ${listOf(removed)}`]),
    ...configuration.members.flatMap(({ id, priority = 0 }) =>
      priority === 0 ? [] : [`priority ${priority} for ${nameOf(id)}`],
    ),
  ].join(', ');
}

function promotionWords({ learner, replaces }: Promotion): string {
  return `${nameOf(learner)} to vote${replaces === undefined ? '' : ` instead of ${nameOf(replaces)}`}`;
}

function contentWords(entry: Entry): string {
  switch (entry.kind) {
    case 'command':
      return `"${untext(entry.data)}"`;
    case 'configuration':
      return configurationWords(decodeConfiguration(entry.data));
    case 'empty':
      return 'empty';
  }
}

export const entryWords = (entry: Entry): string =>
  `${entry.index} (term ${entry.term}, ${contentWords(entry)})`;

export function entriesWords(entries: readonly Entry[]): string {
  return `${entries.length === 1 ? 'entry' : 'entries'} ${entries.map(entryWords).join(', ')}`;
}

/** Where a log stands: `entry 3 of term 2`. */
function placeWords(index: LogIndex, term: Term): string {
  return index === 0 ? 'the beginning' : `entry ${index} of term ${term}`;
}

export const requestWords = (requestId: number): string => `request ${requestId % REQUEST_IDS_PER_START}`;

export function outcomeWords(outcome: ProposeOutcome | { readonly kind: 'unknown' }): string {
  switch (outcome.kind) {
    case 'appended':
      return `appended as entry ${outcome.index} of term ${outcome.term}`;
    case 'refused':
      return `refused, ${outcome.reason}`;
    case 'unknown':
      return 'outcome unknown';
  }
}

export function membershipWords(outcome: MembershipOutcome): string {
  return outcome.kind === 'appended'
    ? `appended as entry ${outcome.index} of term ${outcome.term}`
    : `refused, ${outcome.reason}: ${outcome.message}`;
}

/** What the sender knows to be committed; nothing is the usual beginning. */
const hintWords = ({ commitIndex }: CommitHint): string =>
  commitIndex === 0 ? '' : `; knows ${commitIndex} committed`;

export function messageWords(message: Message): string {
  switch (message.type) {
    case 'pre-vote-request':
      return `pre-vote request for term ${message.campaignTerm}, log ends at ${placeWords(message.lastLogIndex, message.lastLogTerm)}${hintWords(message)}`;
    case 'pre-vote-response':
      return message.granted
        ? `pre-vote granted for term ${message.campaignTerm}${hintWords(message)}`
        : `pre-vote refused for term ${message.campaignTerm}, being in term ${message.term}${hintWords(message)}`;
    case 'vote-request':
      return `vote request, term ${message.term}, log ends at ${placeWords(message.lastLogIndex, message.lastLogTerm)}${message.leadershipTransfer ? ", on the leader's order" : ''}${hintWords(message)}`;
    case 'vote-response':
      return `vote ${message.granted ? 'granted' : 'refused'}, term ${message.term}${hintWords(message)}`;
    case 'append-request':
      return `append, term ${message.term}: ${message.entries.length === 0 ? 'nothing new' : entriesWords(message.entries)} after ${placeWords(message.previousIndex, message.previousTerm)}; committed through ${message.commitIndex}`;
    case 'append-accepted':
      return `append accepted, term ${message.term}: log equal through ${message.matchIndex}${message.counts ? '' : ', counts for nothing'}`;
    case 'append-rejected':
      return `append rejected, term ${message.term}: no such entry ${message.rejectedIndex}, may agree at ${placeWords(message.hintIndex, message.hintTerm)}`;
    case 'commit-notice':
      return `committed through ${message.commitIndex}, term ${message.term}`;
    case 'heartbeat':
      return `heartbeat, term ${message.term}, committed through ${message.commitIndex}${roundWords(message.readRound)}`;
    case 'heartbeat-response':
      return `heartbeat answered, term ${message.term}${roundWords(message.readRound)}${message.counts ? '' : ', counts for nothing'}`;
    case 'timeout-now':
      return `campaign now, term ${message.term}`;
    case 'propose-request':
      return `proposal "${untext(message.data)}" for the leader of term ${message.term} (${requestWords(message.requestId)})`;
    case 'propose-response':
      return `proposal ${outcomeWords(message.outcome)} (${requestWords(message.requestId)})`;
    case 'read-request':
      return `read index wanted (${requestWords(message.requestId)})`;
    case 'read-response':
      return `read index ${message.index ?? 'refused'} (${requestWords(message.requestId)})`;
    case 'term-passed':
      return `your term has passed, being in term ${message.term}`;
    case 'hello':
      return `hello: my folder is in term ${message.term}, my log ends at ${message.lastIndex}`;
    case 'hello-response':
      return message.outdated ? 'your folder is older than I know you' : 'I know nothing against your folder';
    case 'removed':
      return 'you are removed';
  }
}

const roundWords = (round: number): string => (round === 0 ? '' : `, read round ${round}`);

/** What one write makes durable. */
export function stepWords(step: PersistStep): string {
  const { hardState } = step;
  const state =
    hardState === undefined
      ? []
      : [
          `term ${hardState.term} ${hardState.votedFor === undefined ? 'without a vote' : `with the vote for ${nameOf(hardState.votedFor)}`}`,
        ];
  if (step.kind === 'reset') return [`a log that begins after ${step.snapshot.index}`, ...state].join(', ');
  return [
    ...(step.truncateFrom === undefined ? [] : [`the removal of everything from ${step.truncateFrom}`]),
    ...(step.entries.length === 0 ? [] : [entriesWords(step.entries)]),
    ...state,
    ...(step.recovered === true ? ['that it has recovered'] : []),
  ].join(', ');
}
