/** What nemeses may do: for every seed, in every state of the cluster. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergedLinks } from '../../../chaos/nemesis/execute.js';
import { nemesisRandom, planners } from '../../../chaos/nemesis/nemesis.js';
import {
  type ClusterView,
  type Draw,
  drawOf,
  majorityOf,
  type NemesisName,
  nemesisNames,
  type PlannedFault,
} from '../../../chaos/nemesis/plan.js';
import { shapes } from '../../../chaos/nemesis/plan-partition.js';
import { clockFaultProblem, type LinkFaults, seededRandom } from '../../../platform/index.js';

const views: fc.Arbitrary<ClusterView> = fc
  .record({
    count: fc.integer({ min: 1, max: 9 }),
    down: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
    leader: fc.option(fc.nat(8), { nil: undefined }),
    learners: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ count, down, leader, learners }) => {
    const members = Array.from({ length: count }, (_, index) => ({
      name: `m${index + 1}`,
      running: down[index] !== true,
      voter: index === 0 || index < count - learners,
    }));
    const leading = leader === undefined ? undefined : members[leader % count];
    return {
      members,
      leader: leading?.running === true ? leading.name : undefined,
      initialVoters: Math.max(3, count - 1),
    };
  });
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

function forEveryPlan(name: NemesisName, check: (planned: PlannedFault, view: ClusterView) => void): void {
  fc.assert(
    fc.property(seeds, views, (seed, view) => {
      const planned = planners[name](drawFrom(seed), view);
      if (planned !== undefined) check(planned, view);
    }),
    { numRuns: 500 },
  );
}

/** Any turn, any deck. */
const drawFrom = (seed: number): Draw => drawOf({ deckSeed: seed, turn: seed % 17, seed });

const namesOf = (view: ClusterView): readonly string[] => view.members.map(({ name }) => name);

describe('every nemesis', () => {
  it.each(nemesisNames)(
    '%s plans the same from the same seed, and names only members that are there',
    (name) => {
      fc.assert(
        fc.property(seeds, views, (seed, view) => {
          const planned = planners[name](drawFrom(seed), view);
          expect(planners[name](drawFrom(seed), view)).toEqual(planned);
          if (planned === undefined) return;
          expect(planned.text).not.toBe('');
          expect(namesOf(view)).toEqual(expect.arrayContaining([...planned.members]));
        }),
      );
    },
  );

  it('has a sequence of its own, so that leaving one out does not change the others', () => {
    const firsts = nemesisNames.map((name) => nemesisRandom(7, name).integer(0, 2 ** 32));
    expect(new Set(firsts).size).toBe(nemesisNames.length);
    expect(nemesisRandom(7, 'kill').bytes(8)).toEqual(nemesisRandom(7, 'kill').bytes(8));
    expect(nemesisRandom(8, 'kill').bytes(8)).not.toEqual(nemesisRandom(7, 'kill').bytes(8));
  });
});

function linksOf({ plan }: PlannedFault): LinkFaults {
  if (plan.kind !== 'partition' && plan.kind !== 'link') throw new Error(`${plan.kind} has no links`);
  return plan.links;
}

describe('the nemesis partition', () => {
  it('only cuts, each link once, between members that are there', () => {
    forEveryPlan('partition', (planned, view) => {
      const links = linksOf(planned);
      expect(links.length).toBeGreaterThan(0);
      expect(new Set(links.map(({ from, to }) => `${from} ${to}`)).size).toBe(links.length);
      for (const { from, to, dropProbability } of links) {
        expect(from).not.toBe(to);
        expect(namesOf(view)).toEqual(expect.arrayContaining([from, to]));
        expect(dropProbability).toBe(1);
      }
    });
  });

  it('deals every shape before one comes again', () => {
    const view: ClusterView = {
      members: ['m1', 'm2', 'm3', 'm4', 'm5'].map((name) => ({ name, running: true, voter: true })),
      leader: 'm2',
      initialVoters: 5,
    };
    const texts = Array.from(
      { length: 8 },
      (_, turn) => planners.partition(drawOf({ deckSeed: 5, turn, seed: turn }), view)?.text ?? '',
    );
    for (const shape of [
      'halves',
      'isolated',
      'hears nobody',
      'nobody hears',
      'do not hear',
      'bridge',
      'ring',
      'every link',
    ]) {
      expect(texts.some((text) => text.includes(shape))).toBe(true);
    }
  });

  const five = ['m1', 'm2', 'm3', 'm4', 'm5'];
  const hears = (links: LinkFaults, to: string): readonly string[] =>
    five.filter((from) => from !== to && !links.some((link) => link.from === from && link.to === to));

  it('leaves in a ring of majorities each member a majority that it hears, and no two the same one', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { links } = shapes.majoritiesRing(seededRandom(seed), five);
        const heard = five.map((name) => [name, ...hears(links, name)].toSorted().join());
        for (const names of heard) expect(names.split(',')).toHaveLength(majorityOf(5));
        expect(new Set(heard).size).toBe(5);
      }),
    );
  });

  it('cuts one way what it calls one way', () => {
    const { links } = shapes.deaf(seededRandom(3), five, 'm2');
    const to = new Set(links.map((link) => link.to));
    expect(to.size).toBe(1);
    expect(links).toHaveLength(4);
    const mute = shapes.mute(seededRandom(3), five, 'm2').links;
    expect(new Set(mute.map((link) => link.from)).size).toBe(1);
    expect(mute).toHaveLength(4);
  });

  it('lets a bridge be heard on both of its sides, and nobody across', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { links } = shapes.bridge(seededRandom(seed), five);
        expect(five.map((name) => hears(links, name).length).toSorted((a, b) => a - b)).toEqual([
          2, 2, 2, 2, 4,
        ]);
      }),
    );
  });
});

describe.each(['kill', 'pause'] as const)('the nemesis %s', (name) => {
  it('takes members that run: one, a minority that counts those already down, or all', () => {
    forEveryPlan(name, ({ plan, members }, view) => {
      if (plan.kind !== name) throw new Error(plan.kind);
      expect(plan.members).toEqual(members);
      expect(new Set(members).size).toBe(members.length);
      const running = view.members.filter((member) => member.running).map((member) => member.name);
      expect(running).toEqual(expect.arrayContaining([...members]));
      const down = view.members.length - running.length;
      const minority = view.members.length - majorityOf(view.members.length);
      const allowed =
        members.length === 1 || members.length === running.length || members.length + down <= minority;
      expect(allowed).toBe(true);
    });
  });
});

describe('the nemesis clock', () => {
  it('makes clocks wrong in ways that the cluster accepts, by an hour at most', () => {
    forEveryPlan('clock', ({ plan, members }) => {
      if (plan.kind !== 'clock') throw new Error(plan.kind);
      expect(plan.clocks.map(({ member }) => member)).toEqual(members);
      for (const { fault } of plan.clocks) {
        expect(clockFaultProblem(fault)).toBeUndefined();
        expect(Math.abs(fault.offsetMilliseconds ?? 0)).toBeLessThanOrEqual(3_600_000);
        expect(fault.rate ?? 1).toBeGreaterThan(0.6);
        expect(fault.rate ?? 1).toBeLessThan(1.6);
      }
    });
  });
});

describe('the nemesis link', () => {
  it('makes links bad and never cuts one', () => {
    forEveryPlan('link', (planned) => {
      for (const link of linksOf(planned)) {
        expect(link.dropProbability).toBeLessThan(0.5);
        expect(link.delayMilliseconds ?? 0).toBeLessThanOrEqual(150);
      }
    });
  });

  it('gives way to a partition on the same link', () => {
    const cut = { from: 'm1', to: 'm2', dropProbability: 1 };
    const late = { from: 'm1', to: 'm2', dropProbability: 0, delayMilliseconds: 50 };
    const other = { from: 'm2', to: 'm1', dropProbability: 0, delayMilliseconds: 50 };
    const merged = mergedLinks(
      new Map([
        ['partition' as const, [cut]],
        ['link' as const, [late, other]],
      ]),
    );
    expect(merged).toEqual([cut, other]);
  });
});

describe('the nemesis member', () => {
  it('keeps the number of voters between three and two more than at first', () => {
    forEveryPlan('member', ({ plan }, view) => {
      if (plan.kind !== 'member') throw new Error(plan.kind);
      const voters = view.members.filter(({ voter }) => voter);
      if (plan.change === 'remove') expect(voters.length).toBeGreaterThan(3);
      if (plan.change === 'add') expect(voters.length).toBeLessThan(view.initialVoters + 2);
      if (plan.change === 'move-leader') expect(plan.member).not.toBe(view.leader);
      if (plan.change !== 'add') expect(voters.map(({ name }) => name)).toContain(plan.member);
    });
  });
});
