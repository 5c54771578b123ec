/** GET /livez, /readyz, /healthz, with `?verbose`, `?exclude=`, and one check by its name. */
import type { Logger } from '../../platform/index.js';
import type { ApiRequest, ApiResponse } from '../server/exchange.js';
import type { HealthCheck, HealthChecks, HealthEndpoint } from './checks.js';

const endpoints: readonly HealthEndpoint[] = ['livez', 'readyz', 'healthz'];

interface CheckResult {
  readonly check: HealthCheck;
  readonly state: 'ok' | 'excluded' | 'failed';
}

/** false when the path is none of health's. */
export async function handleHealth(
  checks: HealthChecks,
  logger: Logger,
  request: ApiRequest,
  response: ApiResponse,
): Promise<boolean> {
  const [, root = '', ...rest] = request.path.replace(/\/$/, '').split('/');
  const endpoint = endpoints.find((known) => known === root);
  if (endpoint === undefined) return false;
  response.setHeader('x-content-type-options', 'nosniff');
  const name = rest.join('/');
  if (name === '') {
    await answerAll(endpoint, checks.of(endpoint), logger, request, response);
    return true;
  }
  const check = checks.of(endpoint).find((candidate) => candidate.name === name);
  if (check === undefined) return false;
  const problem = await runCheck(check, logger);
  if (problem === undefined) response.send(200, textType, 'ok');
  else response.send(500, textType, 'internal server error: reason withheld\n');
  return true;
}

const textType = 'text/plain; charset=utf-8';

async function runCheck(check: HealthCheck, logger: Logger): Promise<string | undefined> {
  let problem: string | undefined;
  try {
    problem = await check.run();
  } catch (error) {
    problem = String(error);
  }
  if (problem !== undefined) logger.debug('a health check failed', { check: check.name, problem });
  return problem;
}

async function answerAll(
  endpoint: HealthEndpoint,
  checks: readonly HealthCheck[],
  logger: Logger,
  request: ApiRequest,
  response: ApiResponse,
): Promise<void> {
  const excluded = new Set(request.query.getAll('exclude').flatMap((value) => value.split(',')));
  const results = await Promise.all(
    checks.map(async (check): Promise<CheckResult> => {
      if (excluded.delete(check.name)) return { check, state: 'excluded' };
      return { check, state: (await runCheck(check, logger)) === undefined ? 'ok' : 'failed' };
    }),
  );
  const lines = results.map(({ check, state }) => lineOf(check.name, state));
  excluded.delete('');
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}\n`);
  }
  const failed = results.some(({ state }) => state === 'failed');
  const report = `${lines.join('')}${endpoint} check ${failed ? 'failed' : 'passed'}\n`;
  if (failed) response.send(500, textType, report);
  else response.send(200, textType, request.query.has('verbose') ? report : 'ok');
}

function lineOf(name: string, state: CheckResult['state']): string {
  switch (state) {
    case 'ok':
      return `[+]${name} ok\n`;
    case 'excluded':
      return `[+]${name} excluded: ok\n`;
    case 'failed':
      return `[-]${name} failed: reason withheld\n`;
    default: {
      const never: never = state;
      return never;
    }
  }
}
