/** What an operator's probes ask a member, in etcd's terms. Each answers undefined when all is well, or what is wrong. */

import { valueOf } from '../errors.js';
import { GrpcError } from '../grpc/status.js';
import type { ServiceTools } from '../services/tools.js';

export type CheckName = 'data_corruption' | 'serializable_read' | 'linearizable_read' | 'non_learner';

export type CheckTools = Pick<ServiceTools, 'store' | 'admin' | 'facts' | 'limits'>;

/** Any key does: what is asked is whether reading goes. */
const someKey = Buffer.from('a');

export async function readProblem(
  { store, limits }: CheckTools,
  consistency: 'linearizable' | 'local',
): Promise<string | undefined> {
  const context = { caller: 'health', timeoutMilliseconds: limits.requestTimeoutMilliseconds };
  try {
    valueOf(await store.range({ key: someKey, keysOnly: true, consistency }, context));
    return undefined;
  } catch (error) {
    return error instanceof GrpcError ? error.message : 'the store does not answer';
  }
}

export async function runCheck(tools: CheckTools, name: CheckName): Promise<string | undefined> {
  switch (name) {
    case 'data_corruption': {
      const alarms = await tools.admin.alarms();
      return alarms.some(({ alarm }) => alarm === 'corrupt') ? 'alarm activated: CORRUPT' : undefined;
    }
    case 'serializable_read':
      return readProblem(tools, 'local');
    case 'linearizable_read':
      return readProblem(tools, 'linearizable');
    case 'non_learner':
      return tools.facts.isLearner ? 'not supported for learner' : undefined;
  }
}
