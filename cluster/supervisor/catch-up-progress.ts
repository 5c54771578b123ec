/** Tells whoever waits for a learner how far it has come, as the leader sees it. */
import type { Clock, Timer } from '../../platform/index.js';
import type { MemberDescription, Membership } from '../../storage/index.js';

const intervalMilliseconds = 500;

/** How much of what is committed a member has, from 0 to 1. */
export function fractionCaughtUp(member: MemberDescription, membership: Membership): number | undefined {
  if (member.progress === undefined) return undefined;
  return membership.commitIndex <= 0 ? 1 : Math.min(1, member.progress.matchIndex / membership.commitIndex);
}

function progressLine(member: MemberDescription, membership: Membership): string | undefined {
  const fraction = fractionCaughtUp(member, membership);
  if (member.role !== 'learner' || fraction === undefined) return undefined;
  return member.progress?.snapshot === true
    ? `${member.name}: learner, receiving a snapshot`
    : `${member.name}: learner, catching up, ${Math.floor(fraction * 100)}%`;
}

/** Says each line once. Returns the way to stop. */
export function tellCatchUp(options: {
  readonly id: number;
  readonly clock: Clock;
  readonly membership: () => Promise<Membership>;
  readonly onProgress: (line: string) => void;
}): () => void {
  const { id, clock, membership, onProgress } = options;
  let stopped = false;
  let said: string | undefined;
  let timer: Timer;
  const look = async (): Promise<void> => {
    const known = await membership().catch(() => undefined);
    if (stopped) return;
    const member = known?.members.find((candidate) => candidate.id === id);
    const line = known === undefined || member === undefined ? undefined : progressLine(member, known);
    if (line !== undefined && line !== said) onProgress(line);
    said = line ?? said;
    plan();
  };
  const plan = (): void => {
    timer = clock.setTimer(intervalMilliseconds, () => void look());
  };
  plan();
  return () => {
    stopped = true;
    timer.cancel();
  };
}
