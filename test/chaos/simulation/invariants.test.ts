import { describe, expect, it } from 'vitest';
import { disjointQuorums, isQuorum } from '../../../chaos/simulation/invariants/majorities.js';
import { configurationEntry, configurationOf, entry, MadeUpWorld, three } from './support/observed.js';

/** m1 is elected in term 1 by m2 and appends an entry, which m1 and m2 have durably. */
function electedWorld() {
  const world = new MadeUpWorld();
  const [m1, m2, m3] = [world.member(1), world.member(2), world.member(3)];
  m1.campaigns(1);
  m2.votesFor(1, 1);
  m1.step({ role: 'leader', term: 1, log: [entry(1, 1)] });
  m1.persist([entry(1, 1)], 1, 1);
  m2.step({ log: [entry(1, 1)] });
  m2.persist([entry(1, 1)], 1, 1);
  return { world, m1, m2, m3 };
}

describe('what is as it should be', () => {
  it('breaks nothing', () => {
    const { world, m1, m2 } = electedWorld();
    m1.step({ commitIndex: 1 });
    m2.step({ commitIndex: 1 });
    m1.step({ appliedIndex: 1 });
    world.invariants.applying(1, 0, [entry(1, 1)]);
    world.invariants.stateAt(1, 1, 'a');
    world.invariants.stateAt(2, 1, 'a');
    expect(world.violations).toEqual([]);
  });
});

describe('election safety is broken by', () => {
  it('a second leader in a term', () => {
    const { world, m2 } = electedWorld();
    m2.step({ role: 'leader', term: 1 });
    expect(world.broken).toContain('election-safety');
  });

  it('the same member leading the same term after a restart', () => {
    const { world, m1 } = electedWorld();
    m1.restart();
    m1.step({ role: 'leader', term: 1 });
    expect(world.broken).toEqual(['election-safety']);
  });

  it('a member that votes for two in one term', () => {
    const { world, m2 } = electedWorld();
    m2.restart();
    m2.votesFor(3, 1);
    expect(world.broken).toEqual(['election-safety']);
  });

  it('a leader without the votes of a quorum, also of only one half of a joint configuration', () => {
    const alone = new MadeUpWorld();
    const m1 = alone.member(1);
    m1.campaigns(1);
    m1.step({ role: 'leader', term: 1 });
    expect(alone.broken).toEqual(['election-safety']);

    const joint = new MadeUpWorld();
    const leader = joint.member(1);
    leader.configuration = configurationOf([1, 2, 3], [4, 5, 6]);
    leader.campaigns(1);
    joint.member(2).votesFor(1, 1);
    leader.step({ role: 'leader', term: 1 });
    expect(joint.broken).toEqual(['election-safety']);
  });
});

describe("a leader's promises are broken by", () => {
  it('removing an entry of its own log', () => {
    const { world, m1 } = electedWorld();
    m1.step({ log: [] });
    expect(world.broken).toEqual(['leader-append-only']);
  });

  it('taking office without what was committed before', () => {
    const { world, m1, m2, m3 } = electedWorld();
    m1.step({ commitIndex: 1 });
    m3.campaigns(2);
    m2.votesFor(3, 2);
    m3.step({ role: 'leader', term: 2 });
    expect(world.broken).toEqual(['leader-completeness']);
  });

  it('committing an older entry by counting (figure 3.7)', () => {
    const { world, m1, m2, m3 } = electedWorld();
    m1.step({ role: 'follower' });
    m2.campaigns(2);
    m3.votesFor(2, 2);
    m2.step({ role: 'leader', term: 2, log: [entry(1, 1), entry(2, 2)] });
    m2.step({ commitIndex: 1 });
    expect(world.broken).toEqual(['commit-rule']);
  });
});

describe('log matching is broken by', () => {
  it('another entry of the same index and term', () => {
    const { world, m3 } = electedWorld();
    m3.step({ term: 1, log: [entry(1, 1, 'something else')] });
    expect(world.broken).toEqual(['log-matching']);
  });

  it('the same entry after another one', () => {
    const { world, m1, m3 } = electedWorld();
    m1.step({ log: [entry(1, 1), entry(2, 1)] });
    m3.step({ term: 1, log: [entry(1, 0), entry(2, 1)] });
    expect(world.broken).toContain('log-matching');
  });

  it('a log that writes what it does not hold', () => {
    const { world, m3 } = electedWorld();
    m3.persist([entry(1, 9)], 9);
    expect(world.broken).toEqual(['log-matching']);
  });
});

describe('the committed history is broken by', () => {
  it('a member that commits something else', () => {
    const { world, m1, m3 } = electedWorld();
    m1.step({ commitIndex: 1 });
    m3.step({ term: 2, log: [entry(1, 2)], commitIndex: 1 });
    expect(world.broken).toContain('committed-history');
  });

  it('a follower that commits before any leader', () => {
    const { world, m2 } = electedWorld();
    m2.step({ commitIndex: 1 });
    expect(world.broken).toContain('committed-history');
  });

  it('a commit beyond the log', () => {
    const { world, m1 } = electedWorld();
    m1.step({ commitIndex: 2 });
    expect(world.broken).toContain('committed-history');
  });
});

describe('state-machine safety is broken by', () => {
  it('applying what nobody committed, something else, or out of order', () => {
    const uncommitted = electedWorld();
    uncommitted.world.invariants.applying(1, 0, [entry(1, 1)]);
    expect(uncommitted.world.broken).toEqual(['state-machine-safety']);

    const other = electedWorld();
    other.m1.step({ commitIndex: 1 });
    other.world.invariants.applying(2, 0, [entry(1, 1, 'something else')]);
    expect(other.world.broken).toEqual(['state-machine-safety']);

    const twice = electedWorld();
    twice.m1.step({ commitIndex: 1 });
    twice.world.invariants.applying(2, 1, [entry(1, 1)]);
    expect(twice.world.broken).toEqual(['state-machine-safety']);
  });

  it('installing a snapshot of what nobody committed', () => {
    const { world } = electedWorld();
    world.invariants.snapshotInstalled(3, { index: 1, term: 1, timeMilliseconds: 0, configuration: three });
    expect(world.broken).toEqual(['state-machine-safety']);
  });

  it('two states at one applied index', () => {
    const { world } = electedWorld();
    world.invariants.stateAt(1, 1, 'a');
    world.invariants.stateAt(2, 1, 'b');
    expect(world.broken).toEqual(['state-hash']);
  });
});

describe('going back is noticed of', () => {
  it.each([
    ['the commit index', { commitIndex: 0 }],
    ['the applied index', { appliedIndex: 0 }],
    ['the term', { term: 0 }],
    ['what is applied, beyond what is committed', { appliedIndex: 2 }],
  ])('%s', (_, change) => {
    const { world, m1 } = electedWorld();
    m1.step({ commitIndex: 1 });
    m1.step({ appliedIndex: 1, role: 'follower' });
    m1.step(change);
    expect(world.broken).toContain('no-going-back');
  });
});

describe('durability is broken by', () => {
  const accepted = (matchIndex: number, counts = true) =>
    [{ to: 1, message: { type: 'append-accepted', term: 1, matchIndex, counts } }] as const;

  it('an acknowledgement of what is not on disk', () => {
    const { world, m3 } = electedWorld();
    m3.persist([], 1);
    m3.step({ term: 1, log: [entry(1, 1)], messages: accepted(1) });
    expect(world.broken).toEqual(['durability']);
  });

  it('a start that has forgotten a vote or a term', () => {
    const forgotten = electedWorld();
    forgotten.m3.persist([], 1, 2);
    forgotten.m3.loads(1, 2);
    expect(forgotten.world.broken).toEqual([]);
    forgotten.m3.loads(1, undefined);
    expect(forgotten.world.broken).toEqual(['durability']);
    const older = electedWorld();
    older.m3.persist([], 2, 3);
    older.m3.loads(1, 2);
    expect(older.world.broken).toEqual(['durability']);
  });

  it('an acknowledgement in a term that the disk does not know', () => {
    const { world, m3 } = electedWorld();
    m3.step({ term: 1, messages: accepted(0) });
    expect(world.broken).toEqual(['durability']);
  });

  it('a vote that is not on disk', () => {
    const { world, m3 } = electedWorld();
    m3.step({
      term: 2,
      messages: [
        { to: 2, message: { type: 'vote-response', term: 2, granted: true, commitIndex: 0, commitTerm: 0 } },
      ],
    });
    expect(world.broken).toEqual(['durability']);
  });

  it('a commit that no quorum has on disk, learners and the other half of a joint configuration not counted', () => {
    const alone = new MadeUpWorld();
    const leader = alone.member(1);
    leader.campaigns(1);
    alone.member(2).votesFor(1, 1);
    leader.step({ role: 'leader', term: 1, log: [entry(1, 1)] });
    leader.persist([entry(1, 1)], 1, 1);
    leader.step({ commitIndex: 1 });
    expect(alone.broken).toEqual(['durability']);

    const { world, m1 } = electedWorld();
    m1.configuration = configurationOf([1, 3, 4], [], [2]);
    m1.step({ commitIndex: 1 });
    expect(world.broken).toEqual(['durability']);

    const joint = electedWorld();
    joint.m1.configuration = configurationOf([1, 2, 3], [3, 4, 5]);
    joint.m1.step({ commitIndex: 1 });
    expect(joint.world.broken).toEqual(['durability']);
  });

  it('a batch that is called durable and would not survive a power loss', () => {
    const { world, m1 } = electedWorld();
    m1.step({ log: [entry(1, 1), entry(2, 1)] });
    m1.persist([entry(2, 1)], 1, 1, false);
    expect(world.broken).toEqual(['durability']);
  });

  it('a durable copy that was overwritten since', () => {
    const { world, m1, m2 } = electedWorld();
    world.invariants.appending(2, { truncateFrom: 1, entries: [] });
    m2.step({ log: [] });
    m1.step({ commitIndex: 1 });
    expect(world.broken).toEqual(['durability']);
  });
});

describe('a member whose word does not count', () => {
  it.each([
    ['campaigns', { role: 'candidate' }],
    ['leads', { role: 'leader' }],
    [
      'acknowledges',
      { messages: [{ to: 1, message: { type: 'append-accepted', term: 1, matchIndex: 0, counts: true } }] },
    ],
    [
      'confirms a read round',
      { messages: [{ to: 1, message: { type: 'heartbeat-response', term: 1, readRound: 1, counts: true } }] },
    ],
  ] as const)('is noticed when it %s', (_, change) => {
    const { world, m3 } = electedWorld();
    m3.persist([], 1);
    m3.step({ term: 1, wordCounts: false });
    m3.step({ ...change, wordCounts: false });
    expect(world.broken).toContain('word-of-the-unproven');
  });

  it('may say that it does not count', () => {
    const { world, m3 } = electedWorld();
    m3.persist([], 1);
    m3.step({ term: 1, wordCounts: false });
    m3.step({
      messages: [{ to: 1, message: { type: 'append-accepted', term: 1, matchIndex: 0, counts: false } }],
      wordCounts: false,
    });
    expect(world.violations).toEqual([]);
  });
});

describe('configuration safety is broken by', () => {
  it('a configuration that can decide without the one before it', () => {
    const { world, m1 } = electedWorld();
    m1.step({ commitIndex: 1 });
    m1.step({ log: [entry(1, 1), configurationEntry(2, 1, configurationOf([3, 4, 5]))] });
    expect(world.broken).toEqual(['configuration-safety']);
  });

  it('a change while another one is undecided', () => {
    const { world, m1 } = electedWorld();
    m1.step({ commitIndex: 1 });
    const four = configurationEntry(2, 1, configurationOf([1, 2, 3, 4]));
    m1.step({ log: [entry(1, 1), four] });
    expect(world.violations).toEqual([]);
    m1.configuration = configurationOf([1, 2, 3, 4]);
    m1.step({ log: [entry(1, 1), four, configurationEntry(3, 1, configurationOf([1, 2, 3, 4, 5]))] });
    expect(world.broken).toEqual(['configuration-safety']);
  });

  it('a change before the leader has committed in its own term', () => {
    const { world, m1 } = electedWorld();
    m1.step({ log: [entry(1, 1), configurationEntry(2, 1, configurationOf([1, 2, 3, 4]))] });
    expect(world.broken).toEqual(['configuration-safety']);
  });

  it('a member that goes by a configuration whose entry was cut off', () => {
    const { world, m1, m2, m3 } = electedWorld();
    m1.step({ commitIndex: 1 });
    const four = configurationEntry(2, 1, configurationOf([1, 2, 3, 4]));
    m1.step({ log: [entry(1, 1), four] });
    m1.configuration = configurationOf([1, 2, 3, 4]);
    m3.birth = three;
    m3.configuration = configurationOf([1, 2, 3, 4]);
    m3.step({ term: 1, log: [entry(1, 1), four] });
    m2.campaigns(2);
    m3.votesFor(2, 2);
    m2.step({ role: 'leader', term: 2, log: [entry(1, 1), entry(2, 2)] });
    expect(world.violations).toEqual([]);
    m3.step({ term: 2, log: [entry(1, 1), entry(2, 2)] });
    expect(world.broken).toEqual(['configuration-safety']);
  });

  it('none that goes with its entry', () => {
    const { world, m1, m3 } = electedWorld();
    m1.step({ commitIndex: 1 });
    const four = configurationEntry(2, 1, configurationOf([1, 2, 3, 4]));
    m1.step({ log: [entry(1, 1), four] });
    m3.birth = three;
    m3.configuration = configurationOf([1, 2, 3, 4]);
    m3.step({ term: 1, log: [entry(1, 1), four] });
    m3.configuration = three;
    m3.step({ term: 1, log: [entry(1, 1)] });
    expect(world.violations).toEqual([]);
  });

  it('majorities that do not overlap, worked out by trying all of them', () => {
    expect(disjointQuorums(three, configurationOf([1, 2, 3, 4]))).toBeUndefined();
    expect(disjointQuorums(three, configurationOf([1, 2, 3, 4, 5]))).toBeDefined();
    expect(disjointQuorums(three, configurationOf([3, 4, 5], [1, 2, 3]))).toBeUndefined();
    expect(isQuorum(configurationOf([1, 2, 3], [4, 5, 6]), (id) => id < 4)).toBe(false);
    expect(isQuorum(configurationOf([1, 2, 3, 4]), (id) => id < 3)).toBe(false);
  });
});

describe('a read index', () => {
  const read = { kind: 'read', id: 7 } as const;

  it('below what was committed when the read began is noticed, whoever committed it', () => {
    const { world, m1, m2 } = electedWorld();
    m1.step({ commitIndex: 1 });
    m2.step({ events: [read] });
    m2.step({ reads: [{ id: 7, result: { kind: 'index', index: 0 } }] });
    expect(world.broken).toEqual(['read-index']);
  });

  it('may be below what was committed after that', () => {
    const { world, m1, m2 } = electedWorld();
    m2.step({ events: [read] });
    m1.step({ commitIndex: 1 });
    m2.step({ reads: [{ id: 7, result: { kind: 'index', index: 0 } }] });
    expect(world.violations).toEqual([]);
  });
});
