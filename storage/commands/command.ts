/**
 * What goes through the log: an envelope that says who proposed it and as which of their proposals, and one
 * command. The bytes are fixed by the format version: the same command is the same bytes everywhere.
 */
import type { Compare, CompareResult, TxnOperation, TxnRequest } from '../store.js';
import {
  booleanAt,
  bytesAt,
  DamagedRecordError,
  numberAt,
  packTuple,
  type Tuple,
  type TupleValue,
  tupleAt,
  unpackTuple,
} from '../tuple.js';

/** The envelope layout that this version writes. */
export const COMMAND_FORMAT_VERSION = 1;

export type Command =
  | { readonly kind: 'txn'; readonly request: TxnRequest }
  | { readonly kind: 'lease-grant'; readonly id: number; readonly ttlSeconds: number }
  | { readonly kind: 'lease-revoke'; readonly id: number }
  /** Revoke those that, by the log's clock, have run out. */
  | { readonly kind: 'lease-expire'; readonly ids: readonly number[] }
  /** Let those that have not run out begin their time anew. */
  | { readonly kind: 'lease-renew'; readonly ids: readonly number[] }
  /** Changes nothing: its time tells a later leader how far the log's clock had come. */
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'raise-format-version'; readonly formatVersion: number };

export interface Envelope {
  /** Random, one for each start of a proposer. */
  readonly incarnation: number;
  /** What the proposer had applied when the incarnation began: tells a new one from one long forgotten. */
  readonly baseIndex: number;
  /** One more for each proposal of the incarnation. */
  readonly sequence: number;
  readonly command: Command;
}

const compareResults: readonly CompareResult[] = ['equal', 'not-equal', 'greater', 'less'];
const compareTargets: readonly Compare['target'][] = ['mod', 'create', 'version', 'lease', 'value'];

function encodeCompare(compare: Compare): Tuple {
  const { target, result, key, operand } = compare;
  return [compareTargets.indexOf(target), compareResults.indexOf(result), key, operand];
}

function encodeOperation(operation: TxnOperation): Tuple {
  switch (operation.type) {
    case 'put':
      return [0, operation.key, operation.value, operation.lease ?? 0];
    case 'delete':
      return [1, operation.key, operation.end ?? null, operation.previous ?? false];
    case 'range':
      return [
        2,
        operation.key,
        operation.end ?? null,
        operation.limitItems ?? 0,
        operation.keysOnly ?? false,
      ];
  }
}

function encodeCommand(command: Command): readonly [number, Tuple] {
  switch (command.kind) {
    case 'txn': {
      const { request } = command;
      return [
        0,
        [
          request.compare.map(encodeCompare),
          request.then.map(encodeOperation),
          request.else.map(encodeOperation),
        ],
      ];
    }
    case 'lease-grant':
      return [1, [command.id, command.ttlSeconds]];
    case 'lease-revoke':
      return [2, [command.id]];
    case 'lease-expire':
      return [3, command.ids];
    case 'compact':
      return [4, [command.revision]];
    case 'raise-format-version':
      return [5, [command.formatVersion]];
    case 'lease-renew':
      return [6, command.ids];
    case 'checkpoint':
      return [7, []];
  }
}

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const [kind, payload] = encodeCommand(envelope.command);
  const { incarnation, baseIndex, sequence } = envelope;
  return packTuple([COMMAND_FORMAT_VERSION, incarnation, baseIndex, sequence, kind, payload]);
}

function asTuple(value: TupleValue): Tuple {
  if (!Array.isArray(value)) throw new DamagedRecordError('a command');
  return value as Tuple;
}

function decodeCompare(value: TupleValue): Compare {
  const tuple = asTuple(value);
  const target = compareTargets[numberAt(tuple, 0)];
  const result = compareResults[numberAt(tuple, 1)];
  if (target === undefined || result === undefined) throw new DamagedRecordError('a compare');
  const key = bytesAt(tuple, 2);
  return target === 'value'
    ? { target, result, key, operand: bytesAt(tuple, 3) }
    : { target, result, key, operand: numberAt(tuple, 3) };
}

function decodeOperation(value: TupleValue): TxnOperation {
  const tuple = asTuple(value);
  const key = bytesAt(tuple, 1);
  const range = (): { key: Uint8Array; end?: Uint8Array } =>
    tuple[2] === null ? { key } : { key, end: bytesAt(tuple, 2) };
  switch (tuple[0]) {
    case 0:
      return { type: 'put', key, value: bytesAt(tuple, 2), lease: numberAt(tuple, 3) };
    case 1:
      return { type: 'delete', ...range(), previous: booleanAt(tuple, 3) };
    case 2: {
      const limitItems = numberAt(tuple, 3);
      return {
        type: 'range',
        ...range(),
        ...(limitItems === 0 ? {} : { limitItems }),
        keysOnly: booleanAt(tuple, 4),
      };
    }
    default:
      throw new DamagedRecordError('an operation');
  }
}

function decodeIds(payload: Tuple): readonly number[] {
  return payload.map((_, index) => numberAt(payload, index));
}

function decodeCommand(kind: number, payload: Tuple): Command {
  switch (kind) {
    case 0:
      return {
        kind: 'txn',
        request: {
          compare: tupleAt(payload, 0).map(decodeCompare),
          then: tupleAt(payload, 1).map(decodeOperation),
          else: tupleAt(payload, 2).map(decodeOperation),
        },
      };
    case 1:
      return { kind: 'lease-grant', id: numberAt(payload, 0), ttlSeconds: numberAt(payload, 1) };
    case 2:
      return { kind: 'lease-revoke', id: numberAt(payload, 0) };
    case 3:
      return { kind: 'lease-expire', ids: decodeIds(payload) };
    case 4:
      return { kind: 'compact', revision: numberAt(payload, 0) };
    case 5:
      return { kind: 'raise-format-version', formatVersion: numberAt(payload, 0) };
    case 6:
      return { kind: 'lease-renew', ids: decodeIds(payload) };
    case 7:
      return { kind: 'checkpoint' };
    default:
      throw new DamagedRecordError(`command kind ${kind}`);
  }
}

/** Throws `DamagedRecordError` for bytes that this version does not know. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  // A view that dies here: the decoder hangs what it needs on the array that it is given, and the log keeps its.
  const tuple = unpackTuple(bytes.subarray());
  const formatVersion = numberAt(tuple, 0);
  if (formatVersion !== COMMAND_FORMAT_VERSION) {
    throw new DamagedRecordError(
      `envelope format ${formatVersion}, this version reads ${COMMAND_FORMAT_VERSION}`,
    );
  }
  return {
    incarnation: numberAt(tuple, 1),
    baseIndex: numberAt(tuple, 2),
    sequence: numberAt(tuple, 3),
    command: decodeCommand(numberAt(tuple, 4), tupleAt(tuple, 5)),
  };
}
