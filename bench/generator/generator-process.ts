/**
 * Entry of the process that makes the load: one of its own, so that what it costs is neither the servers' nor the
 * benchmark's. It answers one request after the other and ends with the pipe to the benchmark.
 */
import { seededRandom, systemClock } from '../../platform/index.js';
import { answerRequests } from '../lab/answer-requests.js';
import { Generator } from './generator.js';
import type { LoadAnswer, LoadRequest } from './protocol.js';

const generator = new Generator(systemClock(), seededRandom(1));
answerRequests<LoadRequest, LoadAnswer>({
  answer: (request) => generator.answer(request),
  interrupt: (request) => generator.interrupt(request),
  failed: (message) => ({ kind: 'failed', message }),
  end: () => {
    // A load that runs is not waited for: who asked for it is gone.
    generator.close();
    return Promise.resolve();
  },
});
