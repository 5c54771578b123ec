/**
 * A range in pages, so that neither we nor the client hold all of it at once. All pages are of one revision; when
 * that is compacted meanwhile the call ends so.
 */
import type { KeyValue, RangeRequest as StoreRange } from '../../storage/index.js';
import type { ReplyStream } from '../grpc/call.js';
import type { RangeRequest, RangeStreamResponse } from '../proto/generated/rpc.js';
import { rangeSelection } from './kv-requests.js';
import { ask, type ServiceTools } from './tools.js';

/** Where the next page begins: right behind the key. */
function after(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

/** Only what comes in the order of keys can be read page by page. */
function canPage(selection: StoreRange): boolean {
  return selection.end !== undefined && selection.sort === undefined && selection.countOnly !== true;
}

export async function streamRange(
  tools: ServiceTools,
  request: RangeRequest,
  stream: ReplyStream<RangeStreamResponse>,
): Promise<void> {
  const first: StoreRange = {
    ...rangeSelection(request),
    consistency: request.serializable ? 'local' : 'linearizable',
  };
  const paged = canPage(first);
  let wanted = first.limitItems;
  let page: StoreRange = paged ? { ...first, limitBytes: tools.limits.streamedPageBytes } : first;
  let count: number | undefined;
  for (;;) {
    const asked = page;
    const { items, more, revision, ...rest } = await ask(tools, stream, (context) =>
      tools.store.range(asked, context),
    );
    count ??= rest.count ?? items.length;
    if (wanted !== undefined) wanted -= items.length;
    const last: KeyValue | undefined = items.at(-1);
    if (!paged || !more || last === undefined || wanted === 0) {
      const header = tools.facts.header(revision);
      await stream.send({ rangeResponse: { header, kvs: items, more, count } });
      return;
    }
    await stream.send({ rangeResponse: { kvs: items } });
    // What this member has shown once it can show again: no further round is needed.
    page = {
      ...page,
      key: after(last.key),
      revision: page.revision ?? revision,
      consistency: 'local',
      count: false,
      ...(wanted === undefined ? {} : { limitItems: wanted }),
    };
  }
}
