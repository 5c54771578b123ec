/**
 * What a user may do with keys: the union of what all roles of the user permit, as few ordered ranges as it takes.
 * Pure.
 */
import type { KeyRange } from '../store.js';
import { roleOf, userOf } from './apply-change.js';
import { type AuthState, type Permission, ROOT_ROLE } from './auth-state.js';

/** From a key up to, and without, another; undefined: no upper bound. */
interface Span {
  readonly from: Uint8Array;
  readonly to: Uint8Array | undefined;
}

export interface Rights {
  /** May do everything. */
  readonly root: boolean;
  /** In order, none touching the next. */
  readonly read: readonly Span[];
  readonly write: readonly Span[];
}

function rightBehind(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

function spanOf({ key, end }: KeyRange): Span {
  if (end === undefined) return { from: key, to: rightBehind(key) };
  return { from: key, to: end.length === 0 ? undefined : end };
}

/** Which of two upper bounds is the farther one. */
function isBeyond(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === undefined && right !== undefined;
  return Buffer.compare(left, right) > 0;
}

const isEmpty = ({ from, to }: Span): boolean => to !== undefined && Buffer.compare(from, to) >= 0;

function union(permissions: readonly Permission[]): readonly Span[] {
  const spans = permissions
    .map(spanOf)
    .filter((span) => !isEmpty(span))
    .sort((left, right) => Buffer.compare(left.from, right.from));
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last === undefined || (last.to !== undefined && Buffer.compare(span.from, last.to) > 0))
      merged.push(span);
    else if (isBeyond(span.to, last.to)) merged[merged.length - 1] = { from: last.from, to: span.to };
  }
  return merged;
}

/** undefined: there is no such user. */
export function rightsOf(state: AuthState, userName: string): Rights | undefined {
  const user = userOf(state, userName);
  if (user === undefined) return undefined;
  const permissions = user.roles.flatMap((name) => roleOf(state, name)?.permissions ?? []);
  return {
    root: user.roles.includes(ROOT_ROLE),
    read: union(permissions.filter(({ access }) => access !== 'write')),
    write: union(permissions.filter(({ access }) => access !== 'read')),
  };
}

/** Every key of the range, also of one that holds none: a range that is upside down is in nobody's. */
export function mayAccess(rights: Rights, access: 'read' | 'write', range: KeyRange): boolean {
  if (rights.root) return true;
  const wanted = spanOf(range);
  if (isEmpty(wanted)) return false;
  const spans = rights[access];
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const span = spans[middle];
    if (span !== undefined && Buffer.compare(span.from, wanted.from) <= 0) low = middle + 1;
    else high = middle;
  }
  const covering = spans[low - 1];
  return covering !== undefined && !isBeyond(wanted.to, covering.to);
}
