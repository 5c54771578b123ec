/** Reading a range of keys, at the latest revision or at an earlier one. */
import { bytesOf, textOf } from '../bytes.js';
import type { KeyRange, KeyValue, Refusal } from '../store.js';
import {
  HEADS_END,
  headKey,
  keyOfHead,
  parseVersionKey,
  VERSIONS_END,
  versionKey,
  versionsFrom,
} from './key-space.js';
import { decodeVersion, type RecordSalt, type StoredVersion } from './records.js';
import type { StateView } from './state.js';
import type { View, ViewCursor, ViewEntry } from './view.js';

const PAGE_ENTRIES = 256;

/** Takes the keys of a range in their order, each as it was at the revision that is read. */
export interface RangeSink {
  /** How many keys are still welcome, for sizing pages. */
  readonly wanted: number;
  /** Nothing further can change the answer. */
  readonly done: boolean;
  /** All that matters of a further key is that it is there: `addKey` does then. */
  readonly onlyCounts: boolean;
  /** `record`: the bytes that it is stored as, when it is. */
  add(item: KeyValue, record: Uint8Array | undefined): void;
  addKey(key: string): void;
}

/** A range as text. */
export interface Bounds {
  readonly from: string;
  /** undefined: no upper bound. */
  readonly to: string | undefined;
}

export function boundsOf(range: KeyRange): Bounds {
  const from = textOf(range.key);
  // One key is the range that ends just after it.
  if (range.end === undefined) return { from, to: `${from}\u0000` };
  return { from, to: range.end.length === 0 ? undefined : textOf(range.end) };
}

function addVersion(sink: RangeSink, version: StoredVersion | undefined): void {
  if (version !== undefined) sink.add(version.item, version.record);
}

async function readHeads(view: View, salt: RecordSalt, bounds: Bounds, sink: RangeSink): Promise<void> {
  const to = bounds.to === undefined ? HEADS_END : headKey(bounds.to);
  if (headKey(bounds.from) >= to) return;
  const cursor = view.iterate(headKey(bounds.from), to);
  try {
    while (!sink.done) {
      const page = await cursor.nextPage(Math.min(PAGE_ENTRIES, sink.wanted));
      if (page.length === 0) return;
      for (const { key, value } of page) {
        if (sink.onlyCounts) sink.addKey(keyOfHead(key));
        else addVersion(sink, decodeVersion(salt, bytesOf(keyOfHead(key)), value));
        if (sink.done) return;
      }
    }
  } finally {
    await cursor.close();
  }
}

/** One entry ahead of a cursor, so that two of them can be merged. */
class Lookahead {
  readonly #cursor: ViewCursor;
  #page: readonly ViewEntry[] = [];
  #at = 0;
  #ended = false;

  constructor(cursor: ViewCursor) {
    this.#cursor = cursor;
  }

  async peek(): Promise<ViewEntry | undefined> {
    if (this.#at === this.#page.length && !this.#ended) {
      this.#page = await this.#cursor.nextPage(PAGE_ENTRIES);
      this.#at = 0;
      this.#ended = this.#page.length === 0;
    }
    return this.#page[this.#at];
  }

  skip(): void {
    this.#at += 1;
  }

  close(): Promise<void> {
    return this.#cursor.close();
  }
}

/** The version of `key` at `revision` among its superseded ones, newest first; moves past all of them. */
async function pickVersion(
  versions: Lookahead,
  salt: RecordSalt,
  key: string,
  revision: number,
): Promise<StoredVersion | undefined> {
  let picked: StoredVersion | undefined;
  let found = false;
  for (;;) {
    const entry = await versions.peek();
    if (entry === undefined) break;
    const parsed = parseVersionKey(entry.key);
    if (parsed.key !== key) break;
    if (!found && parsed.revision <= revision) {
      found = true;
      picked = decodeVersion(salt, bytesOf(key), entry.value);
    }
    versions.skip();
  }
  return picked;
}

/** A key as of an earlier revision is its head when that is old enough, else one of its superseded versions. */
async function readHistory(
  state: StateView,
  bounds: Bounds,
  revision: number,
  sink: RangeSink,
): Promise<void> {
  const { view, salt } = state;
  const { from, to } = bounds;
  if (to !== undefined && from >= to) return;
  const heads = new Lookahead(view.iterate(headKey(from), to === undefined ? HEADS_END : headKey(to)));
  const versions = new Lookahead(
    view.iterate(versionsFrom(from), to === undefined ? VERSIONS_END : versionsFrom(to)),
  );
  try {
    while (!sink.done) {
      const head = await heads.peek();
      const version = await versions.peek();
      if (head === undefined && version === undefined) return;
      const headOf = head === undefined ? undefined : keyOfHead(head.key);
      const versionOf = version === undefined ? undefined : parseVersionKey(version.key).key;
      const key =
        headOf === undefined || (versionOf !== undefined && versionOf < headOf) ? versionOf! : headOf;
      const current = headOf === key ? decodeVersion(salt, bytesOf(key), head!.value) : undefined;
      if (headOf === key) heads.skip();
      const older = versionOf === key ? await pickVersion(versions, salt, key, revision) : undefined;
      addVersion(sink, current !== undefined && current.item.modRevision <= revision ? current : older);
    }
  } finally {
    await heads.close();
    await versions.close();
  }
}

/** undefined: the state can be read as of `revision`. */
export function checkRevision(
  revision: number,
  at: { readonly revision: number; readonly compactRevision: number },
): Extract<Refusal, { reason: 'future-revision' | 'compacted' }> | undefined {
  if (revision > at.revision) {
    const message = `revision ${revision} is in the future, the store is at ${at.revision}`;
    return { reason: 'future-revision', currentRevision: at.revision, message };
  }
  if (revision >= at.compactRevision) return undefined;
  const message = `revision ${revision} is compacted, history begins at ${at.compactRevision}`;
  return { reason: 'compacted', compactRevision: at.compactRevision, message };
}

/**
 * `revision` undefined or at the view's own: the latest. The caller has checked that the revision is neither
 * compacted nor in the future. Throws `DamagedRecordError`.
 */
export async function readRange(
  state: StateView,
  range: KeyRange,
  revision: number | undefined,
  sink: RangeSink,
): Promise<void> {
  const bounds = boundsOf(range);
  if (revision !== undefined && revision < state.revision) {
    await readHistory(state, bounds, revision, sink);
    return;
  }
  if (range.end !== undefined) {
    await readHeads(state.view, state.salt, bounds, sink);
    return;
  }
  const record = await state.view.get(headKey(bounds.from));
  if (record !== undefined) addVersion(sink, decodeVersion(state.salt, range.key, record));
}

/** The versions that a revision's changes speak of. */
export function changeKeys(
  key: string,
  revision: number,
): { readonly version: string; readonly head: string } {
  return { version: versionKey(key, revision), head: headKey(key) };
}
