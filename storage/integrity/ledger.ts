/**
 * What the members know together about their own soundness: the newest checkpoint with the state hash that each
 * of them reported for it, and the alarms that stand. Part of the replicated state, changed by log entries alone,
 * so that every member judges alike; also a member whose keys differ, for nothing here depends on keys. Pure.
 */
import { type Configuration, hasQuorum, type LogIndex, type MemberId } from '../../raft/index.js';
import { bytesAt, DamagedRecordError, numberAt, type Tuple, type TupleValue, tupleAt } from '../tuple.js';

export type AlarmKind = 'no-space' | 'corrupt';

/** Stands for the cluster as a whole, where a member's id is expected. */
export const WHOLE_CLUSTER: MemberId = 0;

/** In the place of what was applied, for damage that is none of the state: no copy of the state is condemned by it. */
export const LOG_DAMAGE_INDEX: LogIndex = -1;

export interface StandingAlarm {
  readonly memberId: MemberId;
  readonly kind: AlarmKind;
  /** `corrupt`: what the member had applied when its state was found wrong. A state received later is another one. */
  readonly atIndex: LogIndex;
  /** The entry that raised it. */
  readonly raisedIndex: LogIndex;
}

export interface HashReport {
  readonly memberId: MemberId;
  readonly hash: Uint8Array;
}

export interface Checkpoint {
  /** The entry after which the hashes were taken. */
  readonly index: LogIndex;
  /** In the order they came. */
  readonly reports: readonly HashReport[];
}

export interface Ledger {
  readonly checkpoint: Checkpoint | undefined;
  /** Ordered by member, then kind. */
  readonly alarms: readonly StandingAlarm[];
}

export const emptyLedger: Ledger = { checkpoint: undefined, alarms: [] };

export type Verdict =
  /** Those who have not reported can still decide it. */
  | { readonly kind: 'open' }
  | { readonly kind: 'agreed'; readonly differing: readonly MemberId[] }
  /** No hash can have a majority any more. */
  | { readonly kind: 'split' };

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

/** Only voters make a majority; a learner is measured by it like everybody else. */
export function judge(checkpoint: Checkpoint, configuration: Configuration): Verdict {
  const reported = new Map(checkpoint.reports.map(({ memberId, hash }) => [memberId, hex(hash)]));
  const hashes = new Set(reported.values());
  for (const hash of hashes) {
    if (!hasQuorum(configuration, (id) => reported.get(id) === hash)) continue;
    const differing = [...reported].filter(([, other]) => other !== hash).map(([id]) => id);
    return { kind: 'agreed', differing };
  }
  const silent = (id: MemberId): boolean => !reported.has(id);
  const undecided =
    hasQuorum(configuration, silent) ||
    [...hashes].some((hash) => hasQuorum(configuration, (id) => silent(id) || reported.get(id) === hash));
  return undecided ? { kind: 'open' } : { kind: 'split' };
}

export function beginCheckpoint(ledger: Ledger, index: LogIndex): Ledger {
  return { ...ledger, checkpoint: { index, reports: [] } };
}

/** A report for any other than the newest checkpoint says nothing any more. */
export function report(
  ledger: Ledger,
  configuration: Configuration,
  given: HashReport & { readonly index: LogIndex },
  entryIndex: LogIndex,
): Ledger {
  const { memberId, hash, index } = given;
  const { checkpoint } = ledger;
  if (checkpoint?.index !== index || checkpoint.reports.some((each) => each.memberId === memberId)) {
    return ledger;
  }
  const next = { index, reports: [...checkpoint.reports, { memberId, hash: Uint8Array.from(hash) }] };
  const verdict = judge(next, configuration);
  const reported = { ...ledger, checkpoint: next };
  switch (verdict.kind) {
    case 'open':
      return reported;
    case 'agreed':
      return verdict.differing.reduce<Ledger>(
        (before, differing) => raise(before, corruptAlarm(differing, index, entryIndex)),
        reported,
      );
    case 'split':
      return raise(reported, corruptAlarm(WHOLE_CLUSTER, index, entryIndex));
  }
}

function corruptAlarm(memberId: MemberId, atIndex: LogIndex, raisedIndex: LogIndex): StandingAlarm {
  return { memberId, kind: 'corrupt', atIndex, raisedIndex };
}

const isOf =
  (memberId: MemberId, kind: AlarmKind) =>
  (alarm: StandingAlarm): boolean =>
    alarm.memberId === memberId && alarm.kind === kind;

export function alarmOf(ledger: Ledger, memberId: MemberId, kind: AlarmKind): StandingAlarm | undefined {
  return ledger.alarms.find(isOf(memberId, kind));
}

export function hasAlarm(ledger: Ledger, kind: AlarmKind): boolean {
  return ledger.alarms.some((alarm) => alarm.kind === kind);
}

/** The same ledger when one stands that says as much. */
export function raise(ledger: Ledger, alarm: StandingAlarm): Ledger {
  const standing = alarmOf(ledger, alarm.memberId, alarm.kind);
  if (standing !== undefined && standing.atIndex >= alarm.atIndex) return ledger;
  const others = ledger.alarms.filter((each) => each !== standing);
  const alarms = [...others, alarm].sort(
    (left, right) => left.memberId - right.memberId || kinds.indexOf(left.kind) - kinds.indexOf(right.kind),
  );
  return { ...ledger, alarms };
}

/** Only an alarm about what lies below `belowIndex`; the same ledger when there is none. */
export function clear(ledger: Ledger, memberId: MemberId, kind: AlarmKind, belowIndex: LogIndex): Ledger {
  const standing = alarmOf(ledger, memberId, kind);
  if (standing === undefined || standing.atIndex >= belowIndex) return ledger;
  return { ...ledger, alarms: ledger.alarms.filter((each) => each !== standing) };
}

/** Nobody waits for, or is bound by, a member that is gone. */
export function keepMembers(ledger: Ledger, configuration: Configuration): Ledger {
  const known = new Set([WHOLE_CLUSTER, ...configuration.members.map(({ id }) => id)]);
  if (ledger.alarms.every(({ memberId }) => known.has(memberId))) return ledger;
  return { ...ledger, alarms: ledger.alarms.filter(({ memberId }) => known.has(memberId)) };
}

const kinds: readonly AlarmKind[] = ['no-space', 'corrupt'];

export const encodeAlarmKind = (kind: AlarmKind): number => kinds.indexOf(kind);

/** Throws `DamagedRecordError`. */
export function decodeAlarmKind(number: number): AlarmKind {
  const kind = kinds[number];
  if (kind === undefined) throw new DamagedRecordError('an alarm');
  return kind;
}

export function encodeLedger({ checkpoint, alarms }: Ledger): Tuple {
  return [
    checkpoint === undefined
      ? []
      : [checkpoint.index, checkpoint.reports.map(({ memberId, hash }): Tuple => [memberId, hash])],
    alarms.map(
      ({ memberId, kind, atIndex, raisedIndex }): Tuple => [
        memberId,
        encodeAlarmKind(kind),
        atIndex,
        raisedIndex,
      ],
    ),
  ];
}

function asTuple(value: TupleValue): Tuple {
  if (!Array.isArray(value)) throw new DamagedRecordError('a ledger');
  return value as Tuple;
}

/** Throws `DamagedRecordError`. */
export function decodeLedger(tuple: Tuple): Ledger {
  const checkpoint = tupleAt(tuple, 0);
  return {
    checkpoint:
      checkpoint.length === 0
        ? undefined
        : {
            index: numberAt(checkpoint, 0),
            reports: tupleAt(checkpoint, 1)
              .map(asTuple)
              // Its own bytes: a view would keep the whole record alive.
              .map((each) => ({ memberId: numberAt(each, 0), hash: Uint8Array.from(bytesAt(each, 1)) })),
          },
    alarms: tupleAt(tuple, 1)
      .map(asTuple)
      .map((each) => ({
        memberId: numberAt(each, 0),
        kind: decodeAlarmKind(numberAt(each, 1)),
        atIndex: numberAt(each, 2),
        raisedIndex: numberAt(each, 3),
      })),
  };
}
