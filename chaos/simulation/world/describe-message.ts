/** A message as a line that reads like the paper. */
import type { Message } from '../../../raft/index.js';

export function describeMessage(message: Message): string {
  switch (message.type) {
    case 'pre-vote-request':
      return `pre-vote-request for term ${message.campaignTerm}, log ends ${message.lastLogIndex}/${message.lastLogTerm}`;
    case 'pre-vote-response':
      return `pre-vote-response term ${message.term} ${message.granted ? 'granted' : 'refused'} for term ${message.campaignTerm}`;
    case 'vote-request':
      return `vote-request term ${message.term}, log ends ${message.lastLogIndex}/${message.lastLogTerm}${message.leadershipTransfer ? ', asked by the leader' : ''}`;
    case 'vote-response':
      return `vote-response term ${message.term} ${message.granted ? 'granted' : 'refused'}`;
    case 'append-request': {
      const { term, previousIndex, previousTerm, entries, commitIndex } = message;
      return `append-request term ${term} after ${previousIndex}/${previousTerm}, ${entries.length} entries, commit ${commitIndex}`;
    }
    case 'append-accepted':
      return `append-accepted term ${message.term} through ${message.matchIndex}${message.counts ? '' : ', does not count'}`;
    case 'append-rejected':
      return `append-rejected term ${message.term} at ${message.rejectedIndex}, perhaps ${message.hintIndex}/${message.hintTerm}`;
    case 'commit-notice':
      return `commit-notice term ${message.term}, commit ${message.commitIndex}`;
    case 'heartbeat':
      return `heartbeat term ${message.term}, commit ${message.commitIndex}, read round ${message.readRound}`;
    case 'heartbeat-response':
      return `heartbeat-response term ${message.term}, read round ${message.readRound}${message.counts ? '' : ', does not count'}`;
    case 'timeout-now':
      return `timeout-now term ${message.term}`;
    case 'propose-request':
      return `propose-request term ${message.term}, request ${message.requestId % 1_048_576}, ${message.data.length} bytes`;
    case 'propose-response': {
      const { outcome } = message;
      const answer =
        outcome.kind === 'appended'
          ? `appended at ${outcome.index}/${outcome.term}`
          : `refused: ${outcome.reason}`;
      return `propose-response request ${message.requestId % 1_048_576} ${answer}`;
    }
    case 'hello':
      return `hello ${message.requestId % 1_048_576}, knows term ${message.term}, log ends ${message.lastIndex}`;
    case 'hello-response':
      return `hello-response ${message.requestId % 1_048_576}${message.outdated ? ': outdated' : ''}`;
    case 'term-passed':
      return `term-passed, term ${message.term}`;
    case 'removed':
      return 'removed';
    case 'read-request':
      return `read-request ${message.requestId % 1_048_576}`;
    case 'read-response':
      return `read-response ${message.requestId % 1_048_576} ${message.index === undefined ? 'refused' : `index ${message.index}`}`;
  }
}
