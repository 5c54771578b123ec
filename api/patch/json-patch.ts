/**
 * JSON patch, RFC 6902, over null-prototype values: a pointer that names `__proto__` is an ordinary key.
 *
 * As in the original, array indices may be negative (`-1` is the last item) for reading, replacing and removing.
 */
import { cloneValue, equalValues, isObject, type JsonObject, type JsonValue } from '../value.js';
import { PatchError } from './error.js';

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string };

/** What copies may add to a document in all, so that doubling copies cannot exhaust the memory. */
const maxCopiedBytes = 3 * 1024 * 1024;

/**
 * Applies all operations or none: a new document comes out, the one given is not changed.
 * @throws PatchError `malformed` for what is no JSON patch, `failed` for one that does not fit the document
 */
export function applyJsonPatch(document: JsonValue, operations: JsonValue): JsonValue {
  const parsed = parseOperations(operations);
  const state: PatchState = { root: cloneValue(document), copiedBytes: 0 };
  for (const operation of parsed) applyOperation(state, operation);
  return state.root;
}

interface PatchState {
  root: JsonValue;
  copiedBytes: number;
}

function parseOperations(operations: JsonValue): readonly Operation[] {
  if (!Array.isArray(operations)) {
    throw new PatchError('malformed', 'a JSON patch must be an array of operations');
  }
  return operations.map((operation, index) => parseOperation(operation, index));
}

function parseOperation(value: JsonValue, index: number): Operation {
  const where = `operation ${index} of the JSON patch`;
  if (!isObject(value)) throw new PatchError('malformed', `${where} is not an object`);
  const { op, path, from } = value;
  if (typeof op !== 'string') throw new PatchError('malformed', `${where} has no "op"`);
  switch (op) {
    case 'add':
    case 'replace':
    case 'test': {
      // The original takes an absent value for null.
      const operand = Object.hasOwn(value, 'value') ? value['value']! : null;
      return { op, path: pointerText(path, 'path', where), value: operand };
    }
    case 'remove':
      return { op, path: pointerText(path, 'path', where) };
    case 'move':
    case 'copy':
      return { op, path: pointerText(path, 'path', where), from: pointerText(from, 'from', where) };
    default:
      throw new PatchError('failed', `Unexpected kind: ${op}`);
  }
}

function pointerText(value: JsonValue | undefined, member: string, where: string): string {
  if (typeof value === 'string') return value;
  throw new PatchError('malformed', `${where} has no "${member}"`);
}

function parsePointer(pointer: string, op: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) {
    throw new PatchError('failed', `${op} operation does not apply: ${missing(pointer)}`);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function missing(pointer: string): string {
  return `doc is missing path: ${JSON.stringify(pointer)}: missing value`;
}

function applyOperation(state: PatchState, operation: Operation): void {
  switch (operation.op) {
    case 'add':
      add(state, operation.path, cloneValue(operation.value), 'add');
      return;
    case 'remove':
      remove(state, operation.path, 'remove');
      return;
    case 'replace':
      replace(state, operation.path, cloneValue(operation.value));
      return;
    case 'test':
      test(state, operation.path, operation.value);
      return;
    case 'move':
      move(state, operation.from, operation.path);
      return;
    case 'copy': {
      const copied = cloneValue(read(state, operation.from, 'copy'));
      state.copiedBytes += sizeOf(copied);
      if (state.copiedBytes > maxCopiedBytes) {
        throw new PatchError(
          'failed',
          `Unable to complete the copy, the accumulated size increase of copy is ${state.copiedBytes}, exceeding the limit ${maxCopiedBytes}`,
        );
      }
      add(state, operation.path, copied, 'copy');
      return;
    }
    default: {
      const never: never = operation;
      return never;
    }
  }
}

/** A lower bound of the encoded size: enough to bound growth. */
function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 2;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item) + 1, 2);
  if (isObject(value)) {
    return Object.keys(value).reduce((sum, key) => sum + key.length + 4 + sizeOf(value[key]!), 2);
  }
  return 4;
}

type Container =
  | { readonly kind: 'object'; readonly object: JsonObject; readonly key: string }
  | { readonly kind: 'array'; readonly array: JsonValue[]; readonly token: string };

/** The container that holds a pointer's last token. */
function containerOf(state: PatchState, pointer: string, op: string): Container {
  const tokens = parsePointer(pointer, op);
  let current = state.root;
  for (const token of tokens.slice(0, -1)) {
    const next = child(current, token, pointer, op);
    if (next === undefined || next === null || typeof next !== 'object') {
      throw new PatchError('failed', `${op} operation does not apply: ${missing(pointer)}`);
    }
    current = next;
  }
  const last = tokens.at(-1) ?? '';
  if (Array.isArray(current)) return { kind: 'array', array: current, token: last };
  if (isObject(current)) return { kind: 'object', object: current, key: last };
  throw new PatchError('failed', `${op} operation does not apply: ${missing(pointer)}`);
}

function child(value: JsonValue, token: string, pointer: string, op: string): JsonValue | undefined {
  if (Array.isArray(value)) return value[existingIndex(value, token, pointer, op)];
  if (isObject(value)) return Object.hasOwn(value, token) ? value[token] : undefined;
  return undefined;
}

function parseIndex(token: string, pointer: string, op: string): number {
  if (!/^(0|-?[1-9][0-9]{0,8})$/.test(token)) {
    throw new PatchError(
      'failed',
      `${op} operation does not apply: ${JSON.stringify(pointer)}: value was not a proper array index: ${JSON.stringify(token)}`,
    );
  }
  return Number(token);
}

function outOfBounds(index: number, pointer: string, op: string): PatchError {
  return new PatchError(
    'failed',
    `${op} operation does not apply: ${JSON.stringify(pointer)}: Unable to access invalid index: ${index}: invalid index referenced`,
  );
}

function existingIndex(array: readonly JsonValue[], token: string, pointer: string, op: string): number {
  const index = parseIndex(token, pointer, op);
  const absolute = index < 0 ? array.length + index : index;
  if (absolute < 0 || absolute >= array.length) throw outOfBounds(index, pointer, op);
  return absolute;
}

function read(state: PatchState, pointer: string, op: string): JsonValue {
  if (pointer === '') return state.root;
  const container = containerOf(state, pointer, op);
  if (container.kind === 'array') {
    return container.array[existingIndex(container.array, container.token, pointer, op)]!;
  }
  if (!Object.hasOwn(container.object, container.key)) {
    throw new PatchError('failed', `${op} operation does not apply: ${missing(pointer)}`);
  }
  return container.object[container.key]!;
}

function add(state: PatchState, pointer: string, value: JsonValue, op: string): void {
  if (pointer === '') {
    state.root = value;
    return;
  }
  const container = containerOf(state, pointer, op);
  if (container.kind === 'object') {
    container.object[container.key] = value;
    return;
  }
  const { array, token } = container;
  if (token === '-') {
    array.push(value);
    return;
  }
  const index = parseIndex(token, pointer, op);
  // Negative indices count from the end of the array as it will be.
  const absolute = index < 0 ? array.length + 1 + index : index;
  if (absolute < 0 || absolute > array.length) throw outOfBounds(index, pointer, op);
  array.splice(absolute, 0, value);
}

function remove(state: PatchState, pointer: string, op: string): void {
  if (pointer === '') throw new PatchError('failed', `${op} operation does not apply: ${missing(pointer)}`);
  const container = containerOf(state, pointer, op);
  if (container.kind === 'array') {
    container.array.splice(existingIndex(container.array, container.token, pointer, op), 1);
    return;
  }
  if (!Object.hasOwn(container.object, container.key)) {
    throw new PatchError(
      'failed',
      `${op} operation does not apply: Unable to remove nonexistent key: ${container.key}: missing value`,
    );
  }
  delete container.object[container.key];
}

function replace(state: PatchState, pointer: string, value: JsonValue): void {
  if (pointer === '') {
    state.root = value;
    return;
  }
  const container = containerOf(state, pointer, 'replace');
  if (container.kind === 'array') {
    container.array[existingIndex(container.array, container.token, pointer, 'replace')] = value;
    return;
  }
  if (!Object.hasOwn(container.object, container.key)) {
    throw new PatchError(
      'failed',
      `replace operation does not apply: doc is missing key: ${pointer}: missing value`,
    );
  }
  container.object[container.key] = value;
}

function move(state: PatchState, from: string, path: string): void {
  // RFC 6902, 4.4: a value cannot be moved into one of its children.
  if (path.startsWith(`${from}/`)) {
    throw new PatchError(
      'failed',
      `move operation does not apply: ${JSON.stringify(path)} lies inside "from"`,
    );
  }
  const value = read(state, from, 'move');
  if (from === path) return;
  remove(state, from, 'move');
  add(state, path, value, 'move');
}

function test(state: PatchState, pointer: string, expected: JsonValue): void {
  const actual = readIfPresent(state, pointer);
  // The original lets a test for null succeed on an absent member.
  if (actual === undefined ? expected === null : equalValues(actual, expected)) return;
  throw new PatchError('failed', `testing value ${pointer} failed: test failed`);
}

function readIfPresent(state: PatchState, pointer: string): JsonValue | undefined {
  if (pointer === '') return state.root;
  const container = containerOf(state, pointer, 'test');
  if (container.kind === 'array') {
    return container.array[existingIndex(container.array, container.token, pointer, 'test')];
  }
  return Object.hasOwn(container.object, container.key) ? container.object[container.key] : undefined;
}
