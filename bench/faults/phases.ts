/** The stretches of the timeline: what is wrong in each, in words for the report. */

export const faultNames = [
  'slow-disk',
  'slow-network',
  'lossy-network',
  'one-way-partition',
  'minority-partition',
  'majority-partition',
  'rolling-restart',
  'growth',
] as const;
export type FaultName = (typeof faultNames)[number];

/** Without a fault: before the first one, and after the last. */
export type QuietName = 'quiet-before' | 'quiet-after';
export type PhaseName = FaultName | QuietName;

export const SLOW_DISK_MILLISECONDS = 50;
export const SLOW_LINK_MILLISECONDS = 20;
export const SLOW_LINK_JITTER_MILLISECONDS = 10;
export const LOST_SHARE = 0.1;

export interface PhaseText {
  readonly title: string;
  /** What is done, and what is to be expected of it. */
  readonly text: string;
}

export const phaseTexts: Readonly<Record<PhaseName, PhaseText>> = {
  'quiet-before': {
    title: 'quiet, before',
    text: 'Nothing is wrong: what all others are to be compared with.',
  },
  'slow-disk': {
    title: 'slow disk of the leader',
    text: `Each durable write of the leader takes ${SLOW_DISK_MILLISECONDS} ms longer. The followers make a majority without its disk, but a member answers only for what is durable in its own log as well.`,
  },
  'slow-network': {
    title: 'slow network',
    text: `Every message between members takes ${SLOW_LINK_MILLISECONDS} to ${SLOW_LINK_MILLISECONDS + SLOW_LINK_JITTER_MILLISECONDS} ms longer, each way, so that they overtake each other. A write waits for one round trip, two where it came to a follower.`,
  },
  'lossy-network': {
    title: 'lossy network',
    text: `One message in ${1 / LOST_SHARE} between members is lost. What is lost is noticed by the next heartbeat, or by the message after it.`,
  },
  'one-way-partition': {
    title: 'one-way partition',
    text: 'Nothing that the leader sends arrives, while it hears all the others. They must elect another, and the old one must give way to it.',
  },
  'minority-partition': {
    title: 'minority partition',
    text: 'As many followers as the others can do without are cut off, both ways. The majority goes on; whoever is connected to the others has to go elsewhere.',
  },
  'majority-partition': {
    title: 'no majority',
    text: 'Every member is alone. Nothing can be decided, and nothing may be: that nothing is answered is right. What counts is how soon all is well afterwards.',
  },
  'rolling-restart': {
    title: 'rolling restart',
    text: 'One member after the other is killed and started again, each when the one before has caught up, and the leader last, after it has handed over its office.',
  },
  growth: {
    title: 'growth',
    text: 'Members are added one by one, up to seven, while clients write. Each is brought up to date before it votes.',
  },
  'quiet-after': { title: 'quiet, after', text: 'Nothing is wrong any more.' },
};
