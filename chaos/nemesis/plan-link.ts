/** Links that work badly: late, lossy, doubling, and so out of order. */
import type { LinkFault, Random } from '../../platform/index.js';
import { type ClusterView, type Draw, type PlannedFault, shuffled } from './plan.js';

type Quality = Omit<LinkFault, 'from' | 'to'>;

interface BadLink {
  readonly text: string;
  draw(random: Random): Quality;
}

const qualities: readonly [BadLink, ...BadLink[]] = [
  {
    text: 'late',
    draw: (random) => ({
      dropProbability: 0,
      delayMilliseconds: random.integer(5, 150),
      jitterMilliseconds: random.integer(0, 150),
    }),
  },
  { text: 'lossy', draw: (random) => ({ dropProbability: 0.05 + 0.35 * random.float() }) },
  {
    text: 'doubling and out of order',
    draw: (random) => ({
      dropProbability: 0,
      jitterMilliseconds: random.integer(5, 60),
      duplicateProbability: 0.1 + 0.4 * random.float(),
    }),
  },
  {
    text: 'late, lossy and doubling',
    draw: (random) => ({
      dropProbability: 0.2 * random.float(),
      delayMilliseconds: random.integer(0, 50),
      jitterMilliseconds: random.integer(0, 100),
      duplicateProbability: 0.3 * random.float(),
    }),
  },
];

export function planLink({ random, deal }: Draw, view: ClusterView): PlannedFault | undefined {
  const names = view.members.map(({ name }) => name);
  if (names.length < 2) return undefined;
  const quality = deal(qualities);
  // All links of some members: one, several, or everybody.
  const members = shuffled(random, names)
    .slice(0, random.integer(1, names.length + 1))
    .toSorted();
  const links = names.flatMap((from) =>
    names
      .filter((to) => to !== from && (members.includes(from) || members.includes(to)))
      .map((to) => ({ from, to, ...quality.draw(random) })),
  );
  return { plan: { kind: 'link', links }, text: `links of ${members.join(',')} ${quality.text}`, members };
}
