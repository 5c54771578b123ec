/**
 * The hash of all keys as of a revision: the sum of the digests of the versions that were the newest then. Equal
 * on all members that still know the revision, whatever history each has physically forgotten. Reads from one view,
 * page by page, so that everything else goes on.
 */
import { bytesOf } from '../bytes.js';
import { HEADS_END, headKey, keyOfHead, parseVersionKey, VERSIONS_END, versionsFrom } from './key-space.js';
import { decodeVersion } from './records.js';
import type { StateView } from './state.js';
import { StateHash } from './state-hash.js';
import type { ViewEntry } from './view.js';

const PAGE_ENTRIES = 128;

/** Visits every entry of the range. false: `goOn` said so. */
async function visit(
  { view }: StateView,
  from: string,
  to: string,
  goOn: () => boolean,
  page: (entries: readonly ViewEntry[]) => Promise<void> | void,
): Promise<boolean> {
  const cursor = view.iterate(from, to);
  try {
    for (;;) {
      if (!goOn()) return false;
      const entries = await cursor.nextPage(PAGE_ENTRIES);
      if (entries.length === 0) return true;
      await page(entries);
    }
  } finally {
    await cursor.close();
  }
}

/**
 * undefined: `goOn` told to give up. The caller has checked that the revision is neither compacted nor in the
 * future. Throws `DamagedRecordError`.
 */
export async function hashKeySpace(
  state: StateView,
  revision: number,
  goOn: () => boolean,
): Promise<string | undefined> {
  const { salt, view } = state;
  const sum = new StateHash();
  const heads = await visit(state, headKey(''), HEADS_END, goOn, (entries) => {
    for (const { key, value } of entries) {
      const head = decodeVersion(salt, bytesOf(keyOfHead(key)), value);
      if (head !== undefined && head.item.modRevision <= revision) sum.add(value);
    }
  });
  if (!heads) return undefined;
  /** The key whose versions are being passed, newest first, and whether one of them was old enough already. */
  let current: { readonly key: string; found: boolean } | undefined;
  const versions = await visit(state, versionsFrom(''), VERSIONS_END, goOn, async (entries) => {
    for (const { key: databaseKey, value } of entries) {
      const { key, revision: written } = parseVersionKey(databaseKey);
      const isNewest = current?.key !== key;
      if (current === undefined || isNewest) current = { key, found: false };
      const version = decodeVersion(salt, bytesOf(key), value);
      if (current.found || written > revision) continue;
      current.found = true;
      if (version === undefined) continue;
      // Only the newest one here was replaced by the head, which then counts in its place if it is old enough.
      const head = isNewest ? await view.get(headKey(key)) : undefined;
      const replaced =
        head !== undefined && decodeVersion(salt, bytesOf(key), head)!.item.modRevision <= revision;
      if (!replaced) sum.add(value);
    }
  });
  return versions ? Buffer.from(sum.bytes()).toString('hex') : undefined;
}
