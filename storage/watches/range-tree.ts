/**
 * Which ranges contain a key: a treap by the ranges' beginnings, in which each node knows the latest end below
 * it, so that whole branches which end before the key are passed over. What it costs to ask grows with the number
 * of ranges found and the logarithm of all.
 */
import { bytesOf } from '../bytes.js';
import { crc32 } from '../checksum.js';

interface Node<Value> {
  readonly from: string;
  /** undefined: no upper bound. */
  readonly end: string | undefined;
  readonly values: Set<Value>;
  /** No node below has a higher one. Drawn from the range itself: the same ranges make the same tree. */
  readonly rank: number;
  /** Of this node and all below; undefined: no upper bound. */
  lastEnd: string | undefined;
  left: Node<Value> | undefined;
  right: Node<Value> | undefined;
}

function later(first: string | undefined, second: string | undefined): string | undefined {
  if (first === undefined || second === undefined) return undefined;
  return first > second ? first : second;
}

/** Its children have changed. */
function updated<Value>(node: Node<Value>): Node<Value> {
  node.lastEnd = node.end;
  if (node.left !== undefined) node.lastEnd = later(node.lastEnd, node.left.lastEnd);
  if (node.right !== undefined) node.lastEnd = later(node.lastEnd, node.right.lastEnd);
  return node;
}

function precedes<Value>(first: Node<Value>, second: Node<Value>): boolean {
  if (first.from !== second.from) return first.from < second.from;
  if (first.end === undefined) return false;
  return second.end === undefined || first.end < second.end;
}

/** All nodes of `first` precede all of `second`. */
function joined<Value>(
  first: Node<Value> | undefined,
  second: Node<Value> | undefined,
): Node<Value> | undefined {
  if (first === undefined) return second;
  if (second === undefined) return first;
  if (first.rank > second.rank) {
    first.right = joined(first.right, second);
    return updated(first);
  }
  second.left = joined(first, second.left);
  return updated(second);
}

type Pair<Value> = readonly [Node<Value> | undefined, Node<Value> | undefined];

function split<Value>(node: Node<Value> | undefined, at: Node<Value>): Pair<Value> {
  if (node === undefined) return [undefined, undefined];
  if (precedes(node, at)) {
    const [before, after] = split(node.right, at);
    node.right = before;
    return [updated(node), after];
  }
  const [before, after] = split(node.left, at);
  node.left = after;
  return [before, updated(node)];
}

function inserted<Value>(node: Node<Value> | undefined, added: Node<Value>): Node<Value> {
  if (node === undefined) return added;
  if (added.rank > node.rank) {
    [added.left, added.right] = split(node, added);
    return updated(added);
  }
  if (precedes(added, node)) node.left = inserted(node.left, added);
  else node.right = inserted(node.right, added);
  return updated(node);
}

function removed<Value>(node: Node<Value>, gone: Node<Value>): Node<Value> | undefined {
  if (node === gone) return joined(node.left, node.right);
  if (precedes(gone, node)) node.left = node.left && removed(node.left, gone);
  else node.right = node.right && removed(node.right, gone);
  return updated(node);
}

function visit<Value>(node: Node<Value> | undefined, key: string, found: (value: Value) => void): void {
  if (node === undefined || (node.lastEnd !== undefined && node.lastEnd <= key)) return;
  visit(node.left, key, found);
  if (node.from > key) return;
  if (node.end === undefined || key < node.end) for (const value of node.values) found(value);
  visit(node.right, key, found);
}

/** Keys and bounds are latin-1 text of bytes. */
export class RangeTree<Value> {
  #root: Node<Value> | undefined;
  /** Equal ranges share a node. */
  readonly #nodes = new Map<string, Node<Value>>();

  get isEmpty(): boolean {
    return this.#root === undefined;
  }

  add(from: string, end: string | undefined, value: Value): void {
    const name = nameOf(from, end);
    const known = this.#nodes.get(name);
    if (known !== undefined) {
      known.values.add(value);
      return;
    }
    const node: Node<Value> = {
      from,
      end,
      values: new Set([value]),
      rank: crc32(bytesOf(name)),
      lastEnd: end,
      left: undefined,
      right: undefined,
    };
    this.#nodes.set(name, node);
    this.#root = inserted(this.#root, node);
  }

  remove(from: string, end: string | undefined, value: Value): void {
    const name = nameOf(from, end);
    const node = this.#nodes.get(name);
    if (node === undefined || this.#root === undefined) return;
    node.values.delete(value);
    if (node.values.size > 0) return;
    this.#nodes.delete(name);
    this.#root = removed(this.#root, node);
  }

  /** Each value whose range contains the key. The tree must not change meanwhile. */
  eachAt(key: string, found: (value: Value) => void): void {
    visit(this.#root, key, found);
  }
}

/** Different for different ranges. */
function nameOf(from: string, end: string | undefined): string {
  return end === undefined ? `-${from}` : `${from.length} ${from}${end}`;
}
