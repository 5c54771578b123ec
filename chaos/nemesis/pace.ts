/** How quickly the faults of a nemesis follow each other. */
import type { Random } from '../../platform/index.js';

interface Between {
  readonly shortestMilliseconds: number;
  readonly longestMilliseconds: number;
}

interface Times {
  /** Between the end of one fault and the next. */
  readonly calm: Between;
  /** How long one lasts. */
  readonly hold: Between;
}

/** `fast` gives a member hardly the time to come back: for as many faults as can be in an hour. */
const times = {
  usual: {
    calm: { shortestMilliseconds: 500, longestMilliseconds: 4_000 },
    hold: { shortestMilliseconds: 400, longestMilliseconds: 6_000 },
  },
  fast: {
    calm: { shortestMilliseconds: 0, longestMilliseconds: 700 },
    hold: { shortestMilliseconds: 0, longestMilliseconds: 500 },
  },
} satisfies Readonly<Record<string, Times>>;

export type Pace = keyof typeof times;

export const paceNames: readonly Pace[] = ['usual', 'fast'];

export const isPace = (name: string): name is Pace => paceNames.some((known) => known === name);

const draw = (random: Random, { shortestMilliseconds, longestMilliseconds }: Between): number =>
  random.integer(shortestMilliseconds, longestMilliseconds + 1);

export const drawCalm = (random: Random, pace: Pace): number => draw(random, times[pace].calm);
export const drawHold = (random: Random, pace: Pace): number => draw(random, times[pace].hold);
