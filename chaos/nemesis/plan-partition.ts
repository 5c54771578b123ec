/** Cut links, in every shape that has broken a consensus somewhere. */
import type { LinkFault, Random } from '../../platform/index.js';
import { partitionFaults } from '../../platform/index.js';
import { type ClusterView, type Draw, majorityOf, type PlannedFault, pick, shuffled } from './plan.js';

type Shape = (
  random: Random,
  names: readonly string[],
  leader: string | undefined,
) => { readonly links: readonly LinkFault[]; readonly text: string };

const cut = (from: string, to: string): LinkFault => ({ from, to, dropProbability: 1 });

/** Every link from one of `senders` to one of `receivers`. */
const cutOneWay = (senders: readonly string[], receivers: readonly string[]): readonly LinkFault[] =>
  senders.flatMap((from) => receivers.filter((to) => to !== from).map((to) => cut(from, to)));

const list = (names: readonly string[]): string => names.toSorted().join(',');

/** The leader, if there is one, three times out of four. */
function victim(random: Random, names: readonly string[], leader: string | undefined): string {
  const one = pick(random, names) ?? '';
  return leader !== undefined && random.float() < 0.75 ? leader : one;
}

export const shapes = {
  /** A minority from a majority, by chance. */
  halves: (random, names) => {
    const order = shuffled(random, names);
    const minority = order.slice(0, names.length - majorityOf(names.length));
    const majority = order.slice(minority.length);
    return {
      links: partitionFaults(names, [minority, majority]),
      text: `halves: ${list(minority)} | ${list(majority)}`,
    };
  },
  /** One alone, most often the leader. */
  isolate: (random, names, leader) => {
    const alone = victim(random, names, leader);
    const rest = names.filter((name) => name !== alone);
    return { links: partitionFaults(names, [[alone], rest]), text: `${alone} isolated` };
  },
  /** It is heard and hears nothing. */
  deaf: (random, names, leader) => {
    const deaf = victim(random, names, leader);
    return { links: cutOneWay(names, [deaf]), text: `${deaf} hears nobody (one way)` };
  },
  /** It hears and is not heard. */
  mute: (random, names, leader) => {
    const mute = victim(random, names, leader);
    return { links: cutOneWay([mute], names), text: `nobody hears ${mute} (one way)` };
  },
  /** Half of the members do not hear the other half. */
  oneWayHalves: (random, names) => {
    const order = shuffled(random, names);
    const senders = order.slice(0, majorityOf(names.length));
    const receivers = order.slice(senders.length);
    return {
      links: cutOneWay(senders, receivers),
      text: `${list(receivers)} do not hear ${list(senders)} (one way)`,
    };
  },
  /** Two sides and one member that sees both. */
  bridge: (random, names) => {
    const [middle = '', ...rest] = shuffled(random, names);
    const left = rest.slice(0, Math.floor(rest.length / 2));
    const right = rest.slice(left.length);
    return {
      links: [...cutOneWay(left, right), ...cutOneWay(right, left)],
      text: `bridge over ${middle}: ${list(left)} | ${list(right)}`,
    };
  },
  /** Each hears a majority, and no two the same one: members in a ring, each hears only those just after it. */
  majoritiesRing: (random, names) => {
    const ring = shuffled(random, names);
    const heard = majorityOf(ring.length) - 1;
    const links = ring.flatMap((to, position) =>
      ring
        .filter((from) => from !== to)
        .filter((from) => (ring.indexOf(from) - position + ring.length) % ring.length > heard)
        .map((from) => cut(from, to)),
    );
    return { links, text: `ring of majorities: ${ring.join('→')}` };
  },
  /** Nobody hears anybody. */
  shattered: (_random, names) => {
    return { links: cutOneWay(names, names), text: 'every link cut' };
  },
} as const satisfies Record<string, Shape>;

const deck: readonly [Shape, ...Shape[]] = [
  shapes.halves,
  shapes.isolate,
  shapes.deaf,
  shapes.mute,
  shapes.oneWayHalves,
  shapes.bridge,
  shapes.majoritiesRing,
  shapes.shattered,
];

export function planPartition({ random, deal }: Draw, view: ClusterView): PlannedFault | undefined {
  const names = view.members.map(({ name }) => name);
  if (names.length < 2) return undefined;
  const { links, text } = deal(deck)(random, names, view.leader);
  // Two members have no minority that could be cut off.
  if (links.length === 0) return undefined;
  return { plan: { kind: 'partition', links }, text, members: touched(links, names) };
}

/** Members of which some link is cut and that are not simply on the larger side. */
function touched(links: readonly LinkFault[], names: readonly string[]): readonly string[] {
  const cuts = new Map(names.map((name) => [name, 0]));
  for (const { from, to } of links) {
    cuts.set(from, (cuts.get(from) ?? 0) + 1);
    cuts.set(to, (cuts.get(to) ?? 0) + 1);
  }
  const most = Math.max(0, ...cuts.values());
  return names.filter((name) => most > 0 && (cuts.get(name) ?? 0) === most);
}
