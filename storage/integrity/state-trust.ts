/**
 * Whether a member may go on with the copy of the state that it has. One that was found wrong serves nobody and
 * applies nothing until another copy has taken its place: a snapshot from a member that agrees with the majority.
 * Only a member with other voters beside it can have one; alone, it goes on with what its checksums vouch for. Pure.
 */
import type { Configuration, LogIndex, MemberId } from '../../raft/index.js';
import { alarmOf, type Ledger } from './ledger.js';

export function canBeRebuilt(configuration: Configuration, memberId: MemberId): boolean {
  return [...configuration.voters, ...configuration.votersOutgoing].some((voter) => voter !== memberId);
}

/** `originIndex`: the snapshot that this copy was received with; an alarm about an earlier one is about another. */
export function isCondemned(ledger: Ledger, memberId: MemberId, originIndex: LogIndex): boolean {
  const alarm = alarmOf(ledger, memberId, 'corrupt');
  return alarm !== undefined && alarm.atIndex >= originIndex;
}
