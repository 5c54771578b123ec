/**
 * What goes through the log: an envelope that says who proposed it and as which of their proposals, and one
 * command. The bytes are fixed by the format version: the same command is the same bytes everywhere.
 */
import { AUTH_CHANGE_TYPES, type AuthChange, decodeAuthChange, encodeAuthChange } from '../auth/change.js';
import { type AlarmKind, decodeAlarmKind, encodeAlarmKind } from '../integrity/ledger.js';
import type { TxnRequest } from '../store.js';
import {
  bytesAt,
  DamagedRecordError,
  numberAt,
  packTuple,
  stringAt,
  type Tuple,
  tupleAt,
  unpackTuple,
} from '../tuple.js';
import { decodeTxn, encodeTxn } from './txn-tuple.js';

/** The envelope layout that this version writes; it reads the older ones too. */
export const COMMAND_FORMAT_VERSION = 2;

export type Command =
  | { readonly kind: 'txn'; readonly request: TxnRequest }
  | { readonly kind: 'lease-grant'; readonly id: number; readonly ttlSeconds: number }
  | { readonly kind: 'lease-revoke'; readonly id: number }
  /** Revoke those that, by the log's clock, have run out. */
  | { readonly kind: 'lease-expire'; readonly ids: readonly number[] }
  /** Let those that have not run out begin their time anew. */
  | { readonly kind: 'lease-renew'; readonly ids: readonly number[] }
  /** Changes nothing: its time tells a later leader how far the log's clock had come. */
  | { readonly kind: 'clock-checkpoint' }
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'raise-format-version'; readonly formatVersion: number }
  /** Whoever applies it takes its state hash there and reports it. */
  | { readonly kind: 'hash-checkpoint' }
  | {
      readonly kind: 'hash-report';
      readonly memberId: number;
      /** Of the checkpoint. */
      readonly index: number;
      readonly hash: Uint8Array;
    }
  | {
      readonly kind: 'alarm-raise';
      readonly memberId: number;
      readonly alarm: AlarmKind;
      /** What had been applied when it was found; 0 where that does not matter. */
      readonly atIndex: number;
    }
  /** Nothing when the alarm is about this index or a later one. */
  | {
      readonly kind: 'alarm-clear';
      readonly memberId: number;
      readonly alarm: AlarmKind;
      readonly belowIndex: number;
    }
  /** Of users and roles. */
  | { readonly kind: 'auth'; readonly change: AuthChange };

export interface Envelope {
  /** Random, one for each start of a proposer. */
  readonly incarnation: number;
  /** What the proposer had applied when the incarnation began: tells a new one from one long forgotten. */
  readonly baseIndex: number;
  /** One more for each proposal of the incarnation. */
  readonly sequence: number;
  /** Apply it only while users and roles are at this revision; absent: whatever they are. */
  readonly authRevision?: number;
  /** Whose right to the keys of its leases is judged where it is applied; absent: nobody's. */
  readonly user?: string;
  readonly command: Command;
}

/** Each type of change has a kind of its own, from here on. */
const FIRST_AUTH_KIND = 24;

function encodeCommand(command: Command): readonly [number, Tuple] {
  switch (command.kind) {
    case 'txn':
      return [0, encodeTxn(command.request)];
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
    case 'clock-checkpoint':
      return [7, []];
    case 'hash-checkpoint':
      return [16, []];
    case 'hash-report':
      return [17, [command.memberId, command.index, command.hash]];
    case 'alarm-raise':
      return [18, [command.memberId, encodeAlarmKind(command.alarm), command.atIndex]];
    case 'alarm-clear':
      return [19, [command.memberId, encodeAlarmKind(command.alarm), command.belowIndex]];
    case 'auth': {
      const [type, payload] = encodeAuthChange(command.change);
      return [FIRST_AUTH_KIND + type, payload];
    }
  }
}

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const [kind, payload] = encodeCommand(envelope.command);
  const { incarnation, baseIndex, sequence, authRevision = null, user } = envelope;
  const places = [COMMAND_FORMAT_VERSION, incarnation, baseIndex, sequence, kind, payload, authRevision];
  return packTuple(user === undefined ? places : [...places, user]);
}

function decodeIds(payload: Tuple): readonly number[] {
  return payload.map((_, index) => numberAt(payload, index));
}

function decodeCommand(kind: number, payload: Tuple): Command {
  switch (kind) {
    case 0:
      return { kind: 'txn', request: decodeTxn(payload) };
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
      return { kind: 'clock-checkpoint' };
    case 16:
      return { kind: 'hash-checkpoint' };
    case 17:
      return {
        kind: 'hash-report',
        memberId: numberAt(payload, 0),
        index: numberAt(payload, 1),
        hash: bytesAt(payload, 2),
      };
    case 18:
      return {
        kind: 'alarm-raise',
        memberId: numberAt(payload, 0),
        alarm: decodeAlarmKind(numberAt(payload, 1)),
        atIndex: numberAt(payload, 2),
      };
    case 19:
      return {
        kind: 'alarm-clear',
        memberId: numberAt(payload, 0),
        alarm: decodeAlarmKind(numberAt(payload, 1)),
        belowIndex: numberAt(payload, 2),
      };
    default: {
      const type = kind - FIRST_AUTH_KIND;
      if (type < 0 || type >= AUTH_CHANGE_TYPES) throw new DamagedRecordError(`command kind ${kind}`);
      return { kind: 'auth', change: decodeAuthChange(type, payload) };
    }
  }
}

/** Throws `DamagedRecordError` for bytes that this version does not know. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  // A view that dies here: the decoder hangs what it needs on the array that it is given, and the log keeps its.
  const tuple = unpackTuple(bytes.subarray());
  const formatVersion = numberAt(tuple, 0);
  if (formatVersion < 1 || formatVersion > COMMAND_FORMAT_VERSION) {
    throw new DamagedRecordError(
      `envelope format ${formatVersion}, this version reads up to ${COMMAND_FORMAT_VERSION}`,
    );
  }
  const hasAuthRevision = formatVersion > 1 && tuple[6] !== null;
  return {
    incarnation: numberAt(tuple, 1),
    baseIndex: numberAt(tuple, 2),
    sequence: numberAt(tuple, 3),
    ...(hasAuthRevision ? { authRevision: numberAt(tuple, 6) } : {}),
    ...(tuple.length > 7 ? { user: stringAt(tuple, 7) } : {}),
    command: decodeCommand(numberAt(tuple, 4), tupleAt(tuple, 5)),
  };
}
