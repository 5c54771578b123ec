/** What a watcher has to be told, worked out from everything that happened. */
import type { Init } from '../../../etcd/proto/codec.js';
import { type Event, EventType } from '../../../etcd/proto/generated/kv.js';
import { FilterType, type WatchCreateRequest } from '../../../etcd/proto/generated/rpc.js';

export interface WatcherRange {
  readonly request: Init<WatchCreateRequest>;
  readonly startRevision: number;
  /** Of this revision and before, no previous values are known any more. */
  readonly compactRevision: number;
}

export const revisionOf = ({ kv }: Event): number => kv?.modRevision ?? 0;

function isIn(
  key: Uint8Array,
  { key: from = new Uint8Array(0), rangeEnd }: Init<WatchCreateRequest>,
): boolean {
  // No key is the lowest one, as for etcd's own watchers.
  const low = from.length === 0 ? Uint8Array.of(0) : from;
  if (rangeEnd === undefined || rangeEnd.length === 0) return Buffer.compare(key, low) === 0;
  if (Buffer.compare(key, low) < 0) return false;
  return (rangeEnd.length === 1 && rangeEnd[0] === 0) || Buffer.compare(key, rangeEnd) < 0;
}

export function eventsFor(history: readonly Event[], watcher: WatcherRange): readonly Event[] {
  const { request, startRevision, compactRevision } = watcher;
  const { filters = [], prevKv = false } = request;
  return history
    .filter(
      (event) =>
        revisionOf(event) >= startRevision &&
        isIn(event.kv?.key ?? new Uint8Array(0), request) &&
        !filters.includes(event.type === EventType.PUT ? FilterType.NOPUT : FilterType.NODELETE),
    )
    .map((event) =>
      prevKv && revisionOf(event) > compactRevision ? event : { ...event, prevKv: undefined },
    );
}
