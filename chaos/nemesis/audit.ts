/** After the storm: what each member still tells of it, read back as a watch from the first revision. */
import { type ApiClient, type ApiStatusError, delay, isExpired } from '../../client/index.js';
import type { Clock } from '../../platform/index.js';
import type { Stretch } from '../checker/index.js';
import { configMap, configMaps, readWatchEvent, revisionOf } from '../workload/index.js';
import type { Change, MemberStory } from './story.js';

const markerPauseMilliseconds = 200;
/** Compaction may go on while the story is read. */
const maxBeginnings = 5;

/**
 * Writes what no client writes, after everything they wrote. Resolves with its revision. Tries until the signal:
 * the marker is nobody's operation.
 */
export async function writeMarker(api: ApiClient, clock: Clock, signal: AbortSignal): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return revisionOf(await api.create(configMaps, configMap(`the-end-${attempt}`, 'end')));
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(clock, markerPauseMilliseconds, signal);
    }
  }
}

/** Every change of the stretch that the member still knows. */
export async function readStory(
  member: string,
  api: ApiClient,
  stretch: Stretch,
  signal: AbortSignal,
): Promise<MemberStory> {
  let from = stretch.from;
  for (let beginning = 1; ; beginning += 1) {
    try {
      const changes = await readChanges(api, { from, to: stretch.to }, signal);
      return { member, stretch: { from, to: stretch.to }, changes };
    } catch (error) {
      const oldest = isExpired(error) ? oldestRevision(error) : undefined;
      if (oldest === undefined || oldest <= from || beginning === maxBeginnings) throw error;
      from = oldest;
    }
  }
}

/** `too old resource version: 5 (17)`: history begins with 17. */
function oldestRevision(error: ApiStatusError): number | undefined {
  const found = /\((\d+)\)$/.exec(error.message)?.[1];
  return found === undefined ? undefined : Number(found);
}

async function readChanges(
  api: ApiClient,
  { from, to }: Stretch,
  signal: AbortSignal,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  if (from >= to) return changes;
  const stream = await api.watch(configMaps, { resourceVersion: String(from), signal });
  for await (const event of stream) {
    const record = readWatchEvent(event);
    if (record.kind === 'event') changes.push(record);
    if (record.revision >= to) {
      stream.cancel();
      return changes;
    }
  }
  throw new Error(`the server ended the story at ${changes.at(-1)?.revision ?? from} of ${to}`);
}
