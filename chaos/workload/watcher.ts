/**
 * One watcher, as a careful controller would be: lists, watches from there, resumes where its stream broke, on
 * another member as likely as not, and lists again only when the server says that its place is gone. Writes
 * down all it sees.
 */
import { delay, isExpired, type WatchEvent } from '../../client/index.js';
import type { Clock, Random } from '../../platform/index.js';
import { turnAway } from './client.js';
import { configMaps, nameOf, revisionOf, storedValue } from './config-map.js';
import { failureOf } from './outcome.js';
import type { Target, Targets } from './targets.js';

export interface WatchedObject {
  readonly key: string;
  /** Of the last change: for a deletion, of the deletion itself. */
  readonly revision: number;
  /** null: deleted. */
  readonly value: string | null;
}

export type WatchRecord =
  /** Everything there was at a revision: a beginning, or a new one. */
  | { readonly kind: 'list'; readonly revision: number; readonly objects: readonly WatchedObject[] }
  | ({ readonly kind: 'event'; readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' } & WatchedObject)
  /** Nothing up to here was missed. */
  | { readonly kind: 'bookmark'; readonly revision: number }
  | { readonly kind: 'broken'; readonly reason: string };

export function readWatchEvent({
  type,
  object,
}: WatchEvent): Extract<WatchRecord, { readonly kind: 'event' | 'bookmark' }> {
  const revision = revisionOf(object);
  if (type === 'BOOKMARK') return { kind: 'bookmark', revision };
  const value = type === 'DELETED' ? null : storedValue(object).value;
  return { kind: 'event', type, key: nameOf(object), revision, value };
}

export interface WatchLog {
  readonly name: string;
  readonly records: (WatchRecord & { readonly target: string; readonly atMilliseconds: number })[];
}

export interface WatcherOptions {
  readonly name: string;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const pauseMilliseconds = 100;

export interface Watcher {
  readonly log: WatchLog;
  /** The revision up to which it has seen everything. */
  seenRevision(): number;
  /** Resolves when it was aborted; rejects with what no fault explains. */
  readonly ended: Promise<void>;
}

export function startWatcher(options: WatcherOptions): Watcher {
  const loop = new WatchLoop(options);
  return { log: loop.log, seenRevision: () => loop.seenRevision, ended: loop.run() };
}

class WatchLoop {
  readonly log: WatchLog;
  seenRevision = 0;
  readonly #options: WatcherOptions;
  #target: Target;

  constructor(options: WatcherOptions) {
    const { targets, random, name } = options;
    this.#options = options;
    this.log = { name, records: [] };
    this.#target = targets.connect(targets.other(random, ''));
  }

  async run(): Promise<void> {
    const { signal, clock, random, targets } = this.#options;
    let mustList = true;
    try {
      while (!signal.aborted) {
        try {
          if (mustList) await this.#list();
          mustList = false;
          await this.#watch();
          this.#record({ kind: 'broken', reason: 'the server ended the stream' });
        } catch (error) {
          const { error: reason } = failureOf(error, 'read');
          if (signal.aborted) return;
          this.#record({ kind: 'broken', reason });
          mustList ||= isExpired(error);
        }
        this.#target = turnAway(targets, random, this.#target);
        await delay(clock, pauseMilliseconds, signal);
      }
    } finally {
      this.#target.api.close();
    }
  }

  async #list(): Promise<void> {
    const page = await this.#target.api.list(configMaps, { signal: this.#options.signal });
    const revision = Number(page.resourceVersion);
    const objects = page.items.map((item) => ({ key: nameOf(item), ...storedValue(item) }));
    this.seenRevision = revision;
    this.#record({ kind: 'list', revision, objects });
  }

  async #watch(): Promise<void> {
    const { signal } = this.#options;
    const resourceVersion = String(this.seenRevision);
    const stream = await this.#target.api.watch(configMaps, { resourceVersion, signal });
    for await (const event of stream) {
      const record = readWatchEvent(event);
      this.#record(record);
      this.seenRevision = record.revision;
    }
  }

  #record(record: WatchRecord): void {
    const atMilliseconds = this.#options.clock.monotonicMilliseconds();
    this.log.records.push({ ...record, target: this.#target.name, atMilliseconds });
  }
}
