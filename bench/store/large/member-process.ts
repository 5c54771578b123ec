/** Entry of the process of the one member: of its own, so that it can be killed and its memory is its own. */
import { systemClock, systemRandom } from '../../../platform/index.js';
import { answerRequests } from '../../lab/answer-requests.js';
import { LargeMember } from './large-member.js';
import type { LargeAnswer, LargeRequest } from './protocol.js';

const member = new LargeMember(systemClock(), systemRandom());
answerRequests<LargeRequest, LargeAnswer>({
  answer: (request) => member.answer(request),
  failed: (message) => ({ kind: 'failed', message }),
  // What it has not written is in its log; the folder is about to be removed.
  end: () => Promise.resolve(),
});
