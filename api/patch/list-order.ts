/** In which order the items of a merged list stand. */
import { equalValues, isObject, type JsonValue } from '../value.js';

/**
 * Orders a merged list: items that `patchOrder` names stand in its order, the others in the server's; the two
 * rows are interleaved by the server's order where it knows both, else the patch's item comes first (so an item
 * that only the patch has stands before the rest).
 */
export function orderMerged(
  merged: readonly JsonValue[],
  patchOrder: readonly JsonValue[],
  serverOrder: readonly JsonValue[],
  mergeKey: string | undefined,
): JsonValue[] {
  const patchPositions = positionsOf(patchOrder, mergeKey);
  const serverPositions = positionsOf(serverOrder, mergeKey);
  const byPatch = (item: JsonValue): number => patchPositions(item);
  const byServer = (item: JsonValue): number => serverPositions(item);
  const patched = sortBy(
    merged.filter((item) => byPatch(item) >= 0),
    byPatch,
  );
  const others = sortBy(
    merged.filter((item) => byPatch(item) < 0),
    byServer,
  );
  const result: JsonValue[] = [];
  let next = 0;
  for (const item of patched) {
    const place = byServer(item);
    while (next < others.length) {
      // An item that the server does not know has place -1, so nothing goes before it.
      if (byServer(others[next]!) >= place) break;
      result.push(others[next]!);
      next += 1;
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

function sortBy(items: readonly JsonValue[], position: (item: JsonValue) => number): JsonValue[] {
  // Array.sort is stable, so items without a place keep theirs among themselves.
  return items.toSorted((left, right) => position(left) - position(right));
}

/** The place of an item by its identity, -1 when it has none. Scalars and keys are found by a table. */
function positionsOf(order: readonly JsonValue[], mergeKey: string | undefined): (item: JsonValue) => number {
  const byScalar = new Map<JsonValue, number>();
  const identities = order.map((item) => identityOf(item, mergeKey));
  for (const [index, identity] of identities.entries()) {
    if (!isCompound(identity) && identity !== undefined && !byScalar.has(identity))
      byScalar.set(identity, index);
  }
  return (item) => {
    const identity = identityOf(item, mergeKey);
    if (identity === undefined) return -1;
    if (!isCompound(identity)) return byScalar.get(identity) ?? -1;
    return identities.findIndex((candidate) => equalValues(candidate, identity));
  };
}

function isCompound(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

function identityOf(item: JsonValue, mergeKey: string | undefined): JsonValue | undefined {
  if (mergeKey === undefined) return item;
  return isObject(item) && Object.hasOwn(item, mergeKey) ? item[mergeKey] : undefined;
}
