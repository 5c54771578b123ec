/** The store's alarms in etcd's terms. Pure. */
import type { Alarm } from '../../storage/index.js';
import { type AlarmRequest, AlarmType } from '../proto/generated/rpc.js';

export function alarmType({ alarm }: Alarm): number {
  switch (alarm) {
    case 'no-space':
      return AlarmType.NOSPACE;
    case 'corrupt':
      return AlarmType.CORRUPT;
  }
}

export function alarmName({ alarm }: Alarm): string {
  switch (alarm) {
    case 'no-space':
      return 'NOSPACE';
    case 'corrupt':
      return 'CORRUPT';
  }
}

export function alarmKind(type: number): Alarm['alarm'] | undefined {
  if (type === AlarmType.NOSPACE) return 'no-space';
  return type === AlarmType.CORRUPT ? 'corrupt' : undefined;
}

/** Those that a client names: of every kind, or of all members, where it names none. */
export function namedAlarms(
  alarms: readonly Alarm[],
  { memberID, alarm }: Pick<AlarmRequest, 'memberID' | 'alarm'>,
): readonly Alarm[] {
  return alarms.filter(
    (each) =>
      (memberID === 0 || each.memberId === memberID) &&
      (alarm === AlarmType.NONE || alarmType(each) === alarm),
  );
}
