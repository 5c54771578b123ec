/**
 * The recorded requests of real kubectl sessions, sent again as they were: what a machine without kubectl can
 * still check. Resource versions and uids differ from run to run; where an answer gave one that a later
 * request carries, the new one takes its place.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient, RawRequest } from '../../client/index.js';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { clientFor } from './support/cluster-client.js';
import { projectFolder } from './support/project.js';
import { type Identity, identityOf, type RecordedRequest, type Recording } from './support/recording.js';
import { report } from './support/until.js';

const fixtures = join(projectFolder, 'test', 'e2e', 'fixtures');
const files = (await readdir(fixtures)).filter((name) => /^requests-.*\.json$/.test(name));

/** Old to new: every identity seen so far. */
class Identities {
  readonly #known = {
    resourceVersion: new Map<string, string>(),
    uid: new Map<string, string>(),
    creationTimestamp: new Map<string, string>(),
  };

  learn(recorded: RecordedRequest, answer: string): void {
    const now = identityOf(answer);
    for (const field of ['resourceVersion', 'uid', 'creationTimestamp'] as const) {
      const before = recorded.identity[field];
      if (before !== '' && now[field] !== '') this.#known[field].set(before, now[field]);
    }
  }

  path(path: string): string {
    return path.replace(/resourceVersion=([1-9]\d*)/, (_, version: string) => {
      return `resourceVersion=${this.#known.resourceVersion.get(version) ?? version}`;
    });
  }

  body(body: string): string {
    const pattern = /"(resourceVersion|uid|creationTimestamp)":\s*"([^"]+)"/g;
    return body.replace(pattern, (_, field: keyof Identity, value: string) => {
      return `"${field}":"${this.#known[field].get(value) ?? value}"`;
    });
  }
}

function isWatch(recorded: RecordedRequest): boolean {
  return /[?&]watch=(true|1)/.test(recorded.path);
}

function rebuild(recorded: RecordedRequest, identities: Identities): RawRequest {
  const binary = Buffer.from(recorded.body, 'base64');
  const isText = !recorded.contentType.includes('protobuf');
  const body = isText ? identities.body(binary.toString('utf8')) : binary;
  return {
    method: recorded.method as RawRequest['method'],
    path: identities.path(recorded.path),
    ...(recorded.accept === '' ? {} : { accept: recorded.accept }),
    ...(recorded.contentType === '' ? {} : { contentType: recorded.contentType }),
    ...(recorded.body === '' ? {} : { body }),
  };
}

/** The recorded status, but where it hangs on what the recorded client had in its cache. */
function expectedStatus(recorded: RecordedRequest, answered: number): number {
  // What was not modified for that client is whole for this one, which sends no If-None-Match.
  if (recorded.status === 304) return 200;
  // The document may have another hash by now: then the server says where it is.
  return recorded.path.includes('?hash=') && answered === 301 ? 301 : recorded.status;
}

/** Opens the watch with the recorded headers, long enough to see that it is accepted. */
async function replayWatch(client: ApiClient, request: RawRequest): Promise<number> {
  const path = `${request.path.replace(/&?timeout(Seconds)?=[^&]*/g, '')}&timeoutSeconds=1`;
  return (await client.raw({ ...request, path })).status;
}

describe('recorded kubectl sessions', () => {
  let cluster: Cluster;
  let client: ApiClient;
  beforeAll(async () => {
    cluster = await startCluster({ members: 3 });
    client = clientFor(cluster.kubeconfig);
  });
  afterAll(async () => {
    client?.close();
    await cluster?.stop();
  });

  it('are at hand', () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
  });

  it.each(files)('%s gets the same answers again', async (file) => {
    const recording = JSON.parse(await readFile(join(fixtures, file), 'utf8')) as Recording;
    expect(recording.requests.length).toBeGreaterThan(50);
    const identities = new Identities();
    const startedAt = performance.now();
    for (const recorded of recording.requests) {
      const request = rebuild(recorded, identities);
      const what = `${recorded.command}: ${request.method} ${request.path}`;
      if (isWatch(recorded)) {
        expect(await replayWatch(client, request), what).toBe(recorded.status);
        continue;
      }
      const answer = await client.raw(request).catch((error: unknown) => {
        throw new Error(`${what}: no answer`, { cause: error });
      });
      const text = Buffer.from(answer.body).toString('utf8');
      const expected = expectedStatus(recorded, answer.status);
      expect(answer.status, `${what}\n${text.slice(0, 500)}`).toBe(expected);
      if (expected === recorded.status) {
        expect(String(answer.headers['content-type']).split(';')[0], what).toBe(recorded.answerType);
      }
      identities.learn(recorded, text);
    }
    report(`${recording.requests.length} requests of kubectl ${recording.kubectl} replayed`, startedAt);
  });
});
