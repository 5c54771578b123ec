/**
 * After the storm: what each member says that happened. The store keeps its history, so every change of the
 * run can be read back as a watch from its first revision; all members must tell the same story, and everything
 * that clients and watchers were told must be in it.
 */
import { type ApiClient, delay } from '../../client/index.js';
import type { Clock } from '../../platform/index.js';
import type { WatchedObject, WatchRecord } from '../workload/index.js';
import { configMap, configMaps, readWatchEvent, revisionOf } from '../workload/index.js';

export type Change = Extract<WatchRecord, { readonly kind: 'event' }>;

/** A value that no client writes, after everything they wrote. */
export const markerKey = 'the-end';

/** Resolves with the revision of the marker. Tries until the signal: the marker is nobody's operation. */
export async function writeMarker(api: ApiClient, clock: Clock, signal: AbortSignal): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return revisionOf(await api.create(configMaps, configMap(`${markerKey}-${attempt}`, 'end')));
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(clock, 200, signal);
    }
  }
}

/** Every change after `from`, up to and including the one of `to`. */
export async function readStory(
  api: ApiClient,
  range: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<readonly Change[]> {
  const story: Change[] = [];
  const stream = await api.watch(configMaps, { resourceVersion: String(range.from), signal });
  for await (const event of stream) {
    const record = readWatchEvent(event);
    if (record.kind === 'event') story.push(record);
    if (record.revision >= range.to) {
      stream.cancel();
      return story;
    }
  }
  throw new Error(`the server ended the story at ${story.at(-1)?.revision ?? range.from} of ${range.to}`);
}

const sameChange = (a: Change, b: Change | undefined): boolean =>
  b !== undefined && a.revision === b.revision && a.key === b.key && a.type === b.type && a.value === b.value;

const told = (change: Change | undefined): string =>
  change === undefined ? 'nothing' : `${change.type} ${change.key} at ${change.revision}`;

/** The first difference between two members' stories; undefined: there is none. */
export function storyDifference(a: readonly Change[], b: readonly Change[]): string | undefined {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined || !sameChange(left, right)) return `${told(left)} against ${told(right)}`;
  }
  return undefined;
}

/** The objects there are after every change up to the revision. */
export function stateAt(story: readonly Change[], revision: number): ReadonlyMap<string, WatchedObject> {
  const state = new Map<string, WatchedObject>();
  for (const change of story) {
    if (change.revision > revision) break;
    if (change.value === null) state.delete(change.key);
    else state.set(change.key, change);
  }
  return state;
}
