/** What happened after a revision, read from disk in slices: how a watch catches up. */
import { textOf } from '../bytes.js';
import { containsKey } from '../commands/validate.js';
import type { KeyRange, KeyValue, WatchEvent, WatchRequest } from '../store.js';
import { DamagedRecordError } from '../tuple.js';
import { revisionKey, revisionOfKey } from './key-space.js';
import { changeKeys } from './read-range.js';
import { decodeChanges, decodeVersion, type KeyChange } from './records.js';
import type { StateView } from './state.js';

export interface HistorySlice {
  readonly events: readonly WatchEvent[];
  /** Every change in the range up to and including this revision is in `events`. */
  readonly completeRevision: number;
}

export interface HistoryRequest extends KeyRange {
  /** First revision of interest; not before the one compacted to, whose entry may be gone: see `isKept`. */
  readonly fromRevision: number;
  readonly previousValues: boolean;
  readonly without?: WatchRequest['without'];
  /** Stop after the revision that passes one of these. */
  readonly maxRevisions: number;
  readonly maxBytes: number;
}

interface Wanted extends KeyChange {
  readonly revision: number;
}

/**
 * Values are only known to be large once they are read, and a watch may meet many of 3 MiB: so a slice begins
 * with few revisions at once and takes more while they turn out small.
 */
const FIRST_PAGE_REVISIONS = 4;
const MAX_PAGE_REVISIONS = 64;
const SMALL_PAGE_BYTES = 64 * 1024;

/** Fetches the values that the changes speak of with two reads for all of them. */
async function fetchEvents(
  state: StateView,
  wanted: readonly Wanted[],
  previousValues: boolean,
): Promise<readonly WatchEvent[]> {
  const { view, salt } = state;
  const puts = wanted.map((change) => changeKeys(textOf(change.key), change.revision));
  const superseded = await view.getMany(puts.map(({ version }) => version));
  const heads = await view.getMany(
    puts.filter((_, index) => superseded[index] === undefined).map(({ head }) => head),
  );
  const before = previousValues
    ? await view.getMany(
        wanted.map((change) => changeKeys(textOf(change.key), change.previousRevision).version),
      )
    : [];
  let nextHead = 0;
  return wanted.map((change, index): WatchEvent => {
    const stored = superseded[index] ?? heads[nextHead++];
    const { key, revision } = change;
    const record = change.passing === undefined ? stored : change.passing.record;
    // What the revision compacted to replaced is forgotten, also where it is not deleted yet.
    const isForgotten = change.previousRevision === 0 || revision <= state.compactRevision;
    const previousRecord = isForgotten ? undefined : before[index];
    const previous =
      previousRecord === undefined ? undefined : decodeVersion(salt, key, previousRecord)?.item;
    const withPrevious = previous === undefined ? {} : { previous };
    if (change.type === 'delete')
      return { type: 'delete', item: deletedItem(key, revision), ...withPrevious };
    const item = record === undefined ? undefined : decodeVersion(salt, key, record)?.item;
    if (item?.modRevision !== revision) {
      throw new DamagedRecordError(`revision ${revision} lacks the version it speaks of`);
    }
    // A new life of the key: what it was before this revision's delete of it is not what the put replaced.
    const isCreated = item.createRevision === revision;
    return { type: 'put', item, ...(isCreated ? {} : withPrevious) };
  });
}

function isWanted(request: HistoryRequest, change: KeyChange): boolean {
  const { without } = request;
  if (without === 'both' || without === (change.type === 'put' ? 'puts' : 'deletes')) return false;
  return containsKey(request, textOf(change.key));
}

function deletedItem(key: Uint8Array, revision: number): KeyValue {
  return { key, value: new Uint8Array(0), createRevision: 0, modRevision: revision, version: 0, lease: 0 };
}

/**
 * Whether all that happened from this revision on is still there. What the revision compacted to changed is, unless
 * the state was made without history; before the first revision nothing happened.
 */
export async function isKept(state: StateView, revision: number): Promise<boolean> {
  const { compactRevision, view } = state;
  if (revision !== compactRevision) return revision > compactRevision;
  return revision <= 1 || (await view.get(revisionKey(revision))) !== undefined;
}

/** Throws `DamagedRecordError`. */
export async function readHistorySlice(state: StateView, request: HistoryRequest): Promise<HistorySlice> {
  const events: WatchEvent[] = [];
  let completeRevision = request.fromRevision - 1;
  let revisions = 0;
  let bytes = 0;
  let pageRevisions = FIRST_PAGE_REVISIONS;
  const cursor = state.view.iterate(revisionKey(request.fromRevision), 's');
  try {
    while (revisions < request.maxRevisions && bytes < request.maxBytes) {
      const page = await cursor.nextPage(Math.min(pageRevisions, request.maxRevisions - revisions));
      if (page.length === 0) return { events, completeRevision: state.revision };
      const wanted: Wanted[] = [];
      for (const { key, value } of page) {
        const revision = revisionOfKey(key);
        for (const change of decodeChanges(key, value)) {
          if (isWanted(request, change)) wanted.push({ ...change, revision });
        }
        completeRevision = revision;
      }
      revisions += page.length;
      const before = bytes;
      for (const event of await fetchEvents(state, wanted, request.previousValues)) {
        events.push(event);
        bytes += event.item.key.length + event.item.value.length + (event.previous?.value.length ?? 0);
      }
      if (bytes - before <= SMALL_PAGE_BYTES) pageRevisions = Math.min(MAX_PAGE_REVISIONS, pageRevisions * 2);
      else pageRevisions = FIRST_PAGE_REVISIONS;
    }
    return { events, completeRevision };
  } finally {
    await cursor.close();
  }
}
