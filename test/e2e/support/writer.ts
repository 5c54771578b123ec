/**
 * Creates ConfigMaps without pause and keeps the books: which creates were acknowledged, which were certainly
 * refused, and which may or may not have happened. Every name is used once, so that each is one event.
 */
import { getPath, type JsonObject } from '../../../api/index.js';
import { type ApiClient, ApiConnectionError, ApiStatusError, objectKey } from '../../../client/index.js';

export type Ending = 'acknowledged' | 'refused' | 'unknown';

export interface WriteRecord {
  readonly name: string;
  readonly value: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ending: Ending;
  readonly detail: string;
}

export interface Writer {
  readonly records: readonly WriteRecord[];
  /** How many creates that began at or after `since` ended so. */
  count(ending: Ending, since?: number): number;
  /** Resolves when every create under way has ended. Rejects with what no server may answer. */
  stop(): Promise<void>;
}

export interface WriterOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** First part of every name. */
  readonly prefix: string;
  readonly parallel?: number;
  readonly timeoutMilliseconds?: number;
}

const reference = (
  namespace: string,
): { group: string; version: string; resource: string; namespace: string } => ({
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace,
});

export function startWriter(options: WriterOptions): Writer {
  const { client, namespace, prefix, parallel = 4, timeoutMilliseconds = 5_000 } = options;
  const records: WriteRecord[] = [];
  let isStopping = false;
  let sequence = 0;

  async function writeOne(): Promise<void> {
    sequence += 1;
    const name = `${prefix}-${sequence}`;
    const value = `value of ${name}`;
    const startedAt = performance.now();
    const { ending, detail } = await client
      .create(reference(namespace), { metadata: { name }, data: { value } }, { timeoutMilliseconds })
      .then(() => ({ ending: 'acknowledged' as const, detail: '' }), judge);
    records.push({ name, value, startedAt, endedAt: performance.now(), ending, detail });
    // Nothing listens: the next try should not come in the same instant. Not a wait for anything.
    if (ending === 'refused') await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function loop(): Promise<void> {
    while (!isStopping) await writeOne();
  }
  const loops = Promise.all(Array.from({ length: parallel }, loop));
  // The failure is reported by `stop`; until then it must not count as unhandled.
  loops.catch(() => {});

  return {
    records,
    count: (ending, since = 0) =>
      records.filter((record) => record.ending === ending && record.startedAt >= since).length,
    async stop() {
      isStopping = true;
      await loops;
    },
  };
}

/** What the error says about whether the create happened. Throws when no fault explains it. */
function judge(error: unknown): { readonly ending: Ending; readonly detail: string } {
  if (error instanceof ApiConnectionError) {
    return { ending: error.failure === 'not-sent' ? 'refused' : 'unknown', detail: error.message };
  }
  if (error instanceof ApiStatusError) {
    if (error.code === 503 || error.code === 429) return { ending: 'refused', detail: error.message };
    if (error.code === 504) {
      // A Go client would send it again at once, and it may have happened.
      if (error.retryAfterSeconds !== undefined)
        throw new Error('an answer of unknown outcome invites to retry');
      return { ending: 'unknown', detail: error.message };
    }
  }
  throw error;
}

/**
 * Compares the books with what a member holds: every acknowledged create is there with its value, and no
 * refused one is. Throws with what is wrong.
 */
export async function expectNothingLost(
  client: ApiClient,
  namespace: string,
  writers: readonly Writer[],
): Promise<void> {
  const { items } = await client.listAll(reference(namespace));
  const stored = new Map<string, JsonObject>(items.map((item) => [objectKey(item), item]));
  const losses: string[] = [];
  for (const { name, value, ending } of writers.flatMap(({ records }) => records)) {
    const found = getPath(stored.get(`${namespace}/${name}`), 'data', 'value');
    if (ending === 'acknowledged' && found === undefined) losses.push(`${name} was acknowledged and is lost`);
    if (ending === 'acknowledged' && found !== undefined && found !== value)
      losses.push(`${name} has another value`);
    if (ending === 'refused' && found !== undefined) losses.push(`${name} was refused and is there`);
  }
  if (losses.length === 0) return;
  const shown = losses.slice(0, 10).join('\n');
  throw new Error(`${losses.length} writes went wrong:\n${shown}`);
}
