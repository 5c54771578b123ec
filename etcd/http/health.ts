/**
 * GET /health, in JSON as it has been in etcd for long; and /livez and /readyz, a line a check, each check also under
 * its own path. With `?verbose` the lines come also when all is well; `?exclude=NAME` leaves a check out.
 */
import type { PlainAnswer } from '../grpc/plain.js';
import { alarmName } from '../services/alarms.js';
import { type CheckName, type CheckTools, readProblem, runCheck } from './checks.js';

/** Whether the process is to be started again, and whether clients are to be sent here. */
const endpoints: Readonly<Record<string, readonly CheckName[]>> = {
  livez: ['serializable_read'],
  readyz: ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'],
};

const text = (status: number, body: string): PlainAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

/** undefined: the path is none of these. */
export async function answerChecks(tools: CheckTools, url: URL): Promise<PlainAnswer | undefined> {
  const [, root = '', name, ...rest] = url.pathname.split('/');
  const all = endpoints[root];
  if (all === undefined || rest.length > 0) return undefined;
  const named = name === undefined ? all : all.filter((check) => check === name);
  if (named.length === 0) return undefined;
  const excluded = new Set(url.searchParams.getAll('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const check of named) {
    if (excluded.has(check)) continue;
    const problem = await runCheck(tools, check);
    failed ||= problem !== undefined;
    lines.push(problem === undefined ? `[+]${check} ok\n` : `[-]${check} failed: ${problem}\n`);
  }
  if (failed) return text(503, lines.join(''));
  return text(200, `${url.searchParams.has('verbose') ? lines.join('') : ''}ok\n`);
}

async function healthProblem(tools: CheckTools, url: URL): Promise<string | undefined> {
  const excluded = new Set(url.searchParams.getAll('exclude'));
  const serializable = url.searchParams.get('serializable') === 'true';
  for (const alarm of await tools.admin.alarms()) {
    if (!excluded.has(alarmName(alarm))) return `ALARM ${alarmName(alarm)}`;
  }
  if (!serializable && !tools.facts.hasLeader) return 'RAFT NO LEADER';
  const problem = await readProblem(tools, serializable ? 'local' : 'linearizable');
  return problem === undefined ? undefined : `RANGE ERROR:${problem}`;
}

export async function answerHealth(tools: CheckTools, url: URL): Promise<PlainAnswer> {
  const problem = await healthProblem(tools, url);
  return {
    status: problem === undefined ? 200 : 503,
    contentType: 'application/json',
    body: JSON.stringify({ health: String(problem === undefined), reason: problem ?? '' }),
  };
}
