/** Reading a range of keys, at the latest revision or at an earlier one. */
import { bytesOf, textOf } from '../bytes.js';
import type { KeyRange, KeyValue, RangeRequest, RangeResult } from '../store.js';
import {
  HEADS_END,
  headKey,
  keyOfHead,
  parseVersionKey,
  VERSIONS_END,
  versionKey,
  versionsFrom,
} from './key-space.js';
import { decodeVersion, type RecordSalt } from './records.js';
import type { StateView } from './state.js';
import type { View, ViewCursor, ViewEntry } from './view.js';

const PAGE_ENTRIES = 256;

/** Gathers items up to the limits; counting goes on past them when it was asked for. */
export class RangeCollector {
  readonly #request: Pick<RangeRequest, 'limitItems' | 'limitBytes' | 'keysOnly' | 'count' | 'countOnly'>;
  readonly items: KeyValue[] = [];
  #bytes = 0;
  #full = false;
  more = false;
  count = 0;

  constructor(request: Pick<RangeRequest, 'limitItems' | 'limitBytes' | 'keysOnly' | 'count' | 'countOnly'>) {
    this.#request = request;
  }

  /** How many items are still welcome, for sizing pages. */
  get wanted(): number {
    const { limitItems } = this.#request;
    return limitItems === undefined || limitItems === 0 || this.#counting
      ? Number.POSITIVE_INFINITY
      : limitItems - this.items.length + 1;
  }

  get #counting(): boolean {
    return this.#request.count === true || this.#request.countOnly === true;
  }

  /** Nothing further can change the answer. */
  get done(): boolean {
    return this.more && !this.#counting;
  }

  add(item: KeyValue): void {
    this.count += 1;
    if (this.#request.countOnly === true) return;
    if (this.#full) {
      this.more = true;
      return;
    }
    this.items.push(this.#request.keysOnly === true ? { ...item, value: new Uint8Array(0) } : item);
    this.#bytes += item.key.length + item.value.length;
    const { limitItems = 0, limitBytes = 0 } = this.#request;
    this.#full =
      (limitItems > 0 && this.items.length >= limitItems) || (limitBytes > 0 && this.#bytes >= limitBytes);
  }

  result(revision: number): RangeResult {
    return {
      items: this.items,
      more: this.more,
      ...(this.#counting ? { count: this.count } : {}),
      revision,
    };
  }
}

interface Bounds {
  readonly from: string;
  /** undefined: no upper bound. */
  readonly to: string | undefined;
}

function boundsOf(range: KeyRange): Bounds {
  const from = textOf(range.key);
  // One key is the range that ends just after it.
  if (range.end === undefined) return { from, to: `${from}\u0000` };
  return { from, to: range.end.length === 0 ? undefined : textOf(range.end) };
}

async function readHeads(
  view: View,
  salt: RecordSalt,
  bounds: Bounds,
  collector: RangeCollector,
): Promise<void> {
  const to = bounds.to === undefined ? HEADS_END : headKey(bounds.to);
  if (headKey(bounds.from) >= to) return;
  const cursor = view.iterate(headKey(bounds.from), to);
  try {
    while (!collector.done) {
      const page = await cursor.nextPage(Math.min(PAGE_ENTRIES, collector.wanted));
      if (page.length === 0) return;
      for (const { key, value } of page) {
        const version = decodeVersion(salt, bytesOf(keyOfHead(key)), value);
        if (version !== undefined) collector.add(version.item);
        if (collector.done) return;
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
): Promise<KeyValue | undefined> {
  let picked: KeyValue | undefined;
  let found = false;
  for (;;) {
    const entry = await versions.peek();
    if (entry === undefined) break;
    const parsed = parseVersionKey(entry.key);
    if (parsed.key !== key) break;
    if (!found && parsed.revision <= revision) {
      found = true;
      picked = decodeVersion(salt, bytesOf(key), entry.value)?.item;
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
  collector: RangeCollector,
): Promise<void> {
  const { view, salt } = state;
  const { from, to } = bounds;
  if (to !== undefined && from >= to) return;
  const heads = new Lookahead(view.iterate(headKey(from), to === undefined ? HEADS_END : headKey(to)));
  const versions = new Lookahead(
    view.iterate(versionsFrom(from), to === undefined ? VERSIONS_END : versionsFrom(to)),
  );
  try {
    while (!collector.done) {
      const head = await heads.peek();
      const version = await versions.peek();
      if (head === undefined && version === undefined) return;
      const headOf = head === undefined ? undefined : keyOfHead(head.key);
      const versionOf = version === undefined ? undefined : parseVersionKey(version.key).key;
      const key =
        headOf === undefined || (versionOf !== undefined && versionOf < headOf) ? versionOf! : headOf;
      const current = headOf === key ? decodeVersion(salt, bytesOf(key), head!.value)?.item : undefined;
      if (headOf === key) heads.skip();
      const older = versionOf === key ? await pickVersion(versions, salt, key, revision) : undefined;
      const item = current !== undefined && current.modRevision <= revision ? current : older;
      if (item !== undefined) collector.add(item);
    }
  } finally {
    await heads.close();
    await versions.close();
  }
}

/**
 * `revision` undefined or at the view's own: the latest. The caller has checked that the revision is neither
 * compacted nor in the future. Throws `DamagedRecordError`.
 */
export async function readRange(
  state: StateView,
  range: KeyRange,
  revision: number | undefined,
  collector: RangeCollector,
): Promise<void> {
  const bounds = boundsOf(range);
  if (revision !== undefined && revision < state.revision) {
    await readHistory(state, bounds, revision, collector);
    return;
  }
  if (range.end !== undefined) {
    await readHeads(state.view, state.salt, bounds, collector);
    return;
  }
  const record = await state.view.get(headKey(bounds.from));
  const version = record === undefined ? undefined : decodeVersion(state.salt, range.key, record);
  if (version !== undefined) collector.add(version.item);
}

/** The versions that a revision's changes speak of. */
export function changeKeys(
  key: string,
  revision: number,
): { readonly version: string; readonly head: string } {
  return { version: versionKey(key, revision), head: headKey(key) };
}
