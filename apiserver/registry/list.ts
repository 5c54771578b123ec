/**
 * Reading collections. A list shows one revision: its first page fixes it, every further page is read as of it.
 * Objects stay as stored; they are parsed only when a selector has to look inside.
 */
import {
  badRequest,
  expired,
  matchesFields,
  matchesLabels,
  objectAt,
  resourceVersionTooLarge,
} from '../../api/index.js';
import type { Clock } from '../../platform/index.js';
import type {
  CallContext,
  KeyValue,
  Outcome,
  RangeRequest,
  RangeResult,
  Store,
} from '../../storage/index.js';
import { decodeContinueToken, encodeContinueToken } from './continue-token.js';
import { bytesOf, collectionPrefix, prefixRange, textOf } from './keys.js';
import { type ListOptions, parseResourceVersion, type Selection } from './list-options.js';
import { valueOfRead } from './outcome.js';
import type { ResourceView } from './resource-view.js';
import type { StoredItem } from './stored-form.js';

export interface ListPage {
  readonly items: readonly StoredItem[];
  /** The revision that the whole list shows. */
  readonly revision: number;
  readonly continueToken: string | undefined;
  readonly remainingItemCount: number | undefined;
}

export interface ListRequest {
  readonly view: ResourceView;
  /** '' for all, and for cluster-scoped resources. */
  readonly namespace: string;
  readonly options: ListOptions;
  readonly context: CallContext;
}

export interface ReadDependencies {
  readonly store: Store;
  readonly clock: Clock;
}

const pageItems = 500;
const pageBytes = 1024 * 1024;
const freshnessWaitMilliseconds = 3000;
const freshnessPollMilliseconds = 50;
/** Objects examined in one turn of the event loop. */
const objectsPerSlice = 100;

export function selects(selection: Selection, object: Parameters<typeof matchesFields>[2]): boolean {
  if (selection.everything) return true;
  return (
    matchesLabels(selection.labels, objectAt(object, 'metadata', 'labels')) &&
    matchesFields(selection.fields, selection.served, object)
  );
}

/**
 * Waits until this member has applied `revision`.
 * @throws ApiError 504 ResourceVersionTooLarge after three seconds
 */
export async function waitForRevision(
  dependencies: ReadDependencies,
  revision: number,
  context: CallContext,
): Promise<void> {
  const { store, clock } = dependencies;
  const deadline = clock.monotonicMilliseconds() + freshnessWaitMilliseconds;
  for (;;) {
    const status = await store.status();
    if (status.revision >= revision) return;
    const left = deadline - clock.monotonicMilliseconds();
    if (left <= 0) throw resourceVersionTooLarge(String(revision), String(status.revision));
    // Catching up helps when the member lags; waiting helps when nobody has written that revision yet.
    await store.catchUp({ caller: context.caller, timeoutMilliseconds: left });
    if ((await store.status()).revision >= revision) return;
    await new Promise<void>((resolve) => {
      clock.setTimer(freshnessPollMilliseconds, resolve);
    });
  }
}

/** From where and how the first page is read. */
interface Plan {
  readonly consistency: 'linearizable' | 'local';
  readonly revision: number | undefined;
  readonly startKey: Uint8Array | undefined;
  readonly limit: number;
}

async function planList(dependencies: ReadDependencies, request: ListRequest, prefix: string): Promise<Plan> {
  const { options } = request;
  if (options.continueToken !== '') {
    const token = decodeContinueToken(options.continueToken);
    return {
      consistency: 'linearizable',
      revision: token.revision < 0 ? undefined : token.revision,
      startKey: bytesOf(`${prefix}${token.start}`),
      limit: options.limit,
    };
  }
  const revision = parseResourceVersion(options.resourceVersion);
  const base = { startKey: undefined, limit: options.limit };
  if (revision === undefined) return { ...base, consistency: 'linearizable', revision: undefined };
  if (revision === 0) return { ...base, consistency: 'local', revision: undefined, limit: 0 };
  await waitForRevision(dependencies, revision, request.context);
  // Without a match rule a paged list has always meant exactly this revision.
  const exact =
    options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
  return { ...base, consistency: 'local', revision: exact ? revision : undefined };
}

export async function listObjects(dependencies: ReadDependencies, request: ListRequest): Promise<ListPage> {
  const { view, options } = request;
  const namespace = effectiveNamespace(request);
  const prefix = collectionPrefix(view.descriptor, namespace);
  const plan = await planList(dependencies, request, prefix);
  const bounds = prefixRange(prefix);
  const matched: StoredItem[] = [];
  let start = plan.startKey ?? bounds.key;
  let revision = plan.revision;
  let total: number | undefined;

  for (;;) {
    const wanted =
      plan.limit === 0 ? pageItems : Math.min(pageItems, Math.max(plan.limit - matched.length, 1));
    const page = readPage(
      await dependencies.store.range(
        {
          key: start,
          end: bounds.end,
          consistency: revision === undefined || matched.length === 0 ? plan.consistency : 'local',
          ...(revision === undefined ? {} : { revision }),
          limitItems: wanted,
          limitBytes: pageBytes,
          count: plan.limit > 0 && options.selection.everything && total === undefined,
        } satisfies RangeRequest,
        request.context,
      ),
      request,
      start,
      prefix,
    );
    revision ??= page.revision;
    total ??= page.count;
    const last = await addMatching(dependencies.clock, request, page.items, matched, plan.limit);
    const full = plan.limit > 0 && matched.length >= plan.limit;
    const examinedAll = last === page.items.length;
    if (full && (page.more || !examinedAll)) {
      const lastKey = textOf(page.items[last - 1]!.key).slice(prefix.length);
      return {
        items: matched,
        revision,
        continueToken: encodeContinueToken({ revision, start: `${lastKey}\u0000` }),
        remainingItemCount: total === undefined ? undefined : total - matched.length,
      };
    }
    if (!page.more || page.items.length === 0) {
      return { items: matched, revision, continueToken: undefined, remainingItemCount: undefined };
    }
    start = Buffer.concat([page.items.at(-1)!.key, Buffer.of(0)]);
  }
}

/** A selector on metadata.namespace narrows a list over all namespaces to one. */
function effectiveNamespace(request: ListRequest): string {
  if (request.namespace !== '' || !request.view.descriptor.namespaced) return request.namespace;
  const term = request.options.selection.fields.find(
    (requirement) => requirement.field === 'metadata.namespace' && requirement.operator === '=',
  );
  return term !== undefined && /^[a-z0-9-]+$/.test(term.value) ? term.value : '';
}

function readPage(
  outcome: Outcome<RangeResult>,
  request: ListRequest,
  start: Uint8Array,
  prefix: string,
): RangeResult {
  if (outcome.kind === 'refused' && outcome.refusal.reason === 'compacted') {
    if (request.options.continueToken === '') {
      throw expired(`The resourceVersion for the provided list is too old.`);
    }
    const token = encodeContinueToken({ revision: -1, start: textOf(start).slice(prefix.length) });
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      token,
    );
  }
  if (outcome.kind === 'refused' && outcome.refusal.reason === 'future-revision') {
    if (request.options.continueToken !== '')
      throw badRequest('continue key is not valid: its revision does not exist');
    throw resourceVersionTooLarge(request.options.resourceVersion, String(outcome.refusal.currentRevision));
  }
  return valueOfRead(outcome);
}

/** Adds what the selection matches until the limit; how many items were examined. */
async function addMatching(
  clock: Clock,
  request: ListRequest,
  items: readonly KeyValue[],
  matched: StoredItem[],
  limit: number,
): Promise<number> {
  const { selection } = request.options;
  const { view } = request;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]!;
    if (selection.everything || (await matchesStored(view, selection, item))) {
      matched.push({ key: item.key, value: item.value, modRevision: item.modRevision });
      if (limit > 0 && matched.length >= limit) return index + 1;
    }
    if (!selection.everything && index % objectsPerSlice === objectsPerSlice - 1) {
      await new Promise<void>((resolve) => {
        clock.defer(resolve);
      });
    }
  }
  return items.length;
}

async function matchesStored(view: ResourceView, selection: Selection, item: StoredItem): Promise<boolean> {
  // The key says the name: most scoped lists need not parse anything but their one object.
  if (selection.name !== undefined) {
    const key = textOf(item.key);
    if (key.slice(key.lastIndexOf('/') + 1) !== selection.name) return false;
  }
  return selects(selection, await view.decode(item));
}
