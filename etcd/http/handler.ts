/** What a member answers to monitors and probes over plain HTTP, on the same port and to the same clients. */
import { type ProcessUsage, prometheusContentType, prometheusText } from '../../platform/index.js';
import type { CallCounts } from '../grpc/call-counts.js';
import type { PlainAnswer, PlainHandler } from '../grpc/plain.js';
import { etcdApiVersion } from '../versions.js';
import type { CheckTools } from './checks.js';
import { answerChecks, answerHealth } from './health.js';
import { memberMetrics } from './metrics.js';

/** What serves, in its own name. */
export interface Program {
  readonly version: string;
  usage(): ProcessUsage;
}

export interface HttpTools extends CheckTools {
  readonly counts: CallCounts;
  readonly program: Program;
}

const base = 'https://member';

const notFound: PlainAnswer = {
  status: 404,
  contentType: 'text/plain; charset=utf-8',
  body: '404 page not found\n',
};

const notAllowed: PlainAnswer = {
  status: 405,
  contentType: 'text/plain; charset=utf-8',
  body: 'Method Not Allowed\n',
  allow: 'GET, HEAD',
};

/** `etcdserver` is what its clients go by; our own version stands beside it. */
function answerVersion({ program }: HttpTools): PlainAnswer {
  const versions = { etcdserver: etcdApiVersion, etcdcluster: etcdApiVersion, kuorum: program.version };
  return { status: 200, contentType: 'application/json', body: JSON.stringify(versions) };
}

async function answerMetrics({ admin, counts, program }: HttpTools): Promise<PlainAnswer> {
  const [status, statistics, alarms] = await Promise.all([
    admin.status(),
    admin.statistics(),
    admin.alarms(),
  ]);
  const measured = {
    status,
    statistics,
    alarms,
    calls: counts.methods,
    usage: program.usage(),
    version: program.version,
  };
  return { status: 200, contentType: prometheusContentType, body: prometheusText(memberMetrics(measured)) };
}

export function httpHandler(tools: HttpTools): PlainHandler {
  return async (request) => {
    if (!URL.canParse(request.url, base)) return notFound;
    const url = new URL(request.url, base);
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed;
    switch (url.pathname) {
      case '/health':
        return answerHealth(tools, url);
      case '/version':
        return answerVersion(tools);
      case '/metrics':
        return answerMetrics(tools);
      default:
        return (await answerChecks(tools, url)) ?? notFound;
    }
  };
}
