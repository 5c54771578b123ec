import { describe, expect, it } from 'vitest';
import { DiskFailedError, seededRandom, silentLogger } from '../../platform/index.js';
import { createRaftNode, type RaftLimits, type RaftNode } from '../../raft/index.js';
import { configurationOf, text } from './support/cluster.js';
import { MemoryLog } from './support/memory-log.js';
import { MemoryNetwork } from './support/memory-network.js';
import { MemoryState } from './support/memory-state.js';
import { VirtualClock } from './support/virtual-clock.js';

interface Running {
  readonly node: RaftNode;
  readonly log: MemoryLog;
  readonly state: MemoryState;
}

class Cluster {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly ids: readonly number[];
  readonly members = new Map<number, Running>();
  readonly #limits: Partial<RaftLimits>;
  #starts = 0;

  constructor(size: number, limits: Partial<RaftLimits> = {}) {
    this.ids = Array.from({ length: size }, (_, n) => n + 1);
    this.#limits = limits;
  }

  async start(id: number, disk?: { log: MemoryLog; state: MemoryState }): Promise<Running> {
    const configuration = configurationOf(this.ids);
    const log = disk?.log ?? new MemoryLog(configuration);
    const state = disk?.state ?? new MemoryState(configuration);
    this.#starts += 1;
    const node = createRaftNode({
      id,
      log,
      stateMachine: state,
      transport: this.network.transport(id),
      clock: this.clock,
      random: seededRandom(id * 100 + this.#starts),
      logger: silentLogger,
      limits: this.#limits,
    });
    const running = { node, log, state };
    this.members.set(id, running);
    await node.start();
    return running;
  }

  async startAll(): Promise<void> {
    for (const id of this.ids) await this.start(id);
  }

  get leader(): Running | undefined {
    return [...this.members.values()].find(({ node }) => node.status().role === 'leader');
  }

  async until(what: string, condition: () => boolean, withinMilliseconds = 5_000): Promise<number> {
    const started = this.clock.monotonicMilliseconds();
    while (!condition()) {
      if (this.clock.monotonicMilliseconds() - started >= withinMilliseconds)
        throw new Error(`not in time: ${what}`);
      await this.clock.advance(10);
    }
    return this.clock.monotonicMilliseconds() - started;
  }

  async elect(): Promise<Running> {
    await this.until('every member knows a leader', () =>
      [...this.members.values()].every(({ node }) => node.status().leaderId !== undefined),
    );
    return this.leader!;
  }

  follower(): Running {
    return [...this.members.values()].find(({ node }) => node.status().role === 'follower')!;
  }

  /** The call's result; time moves until it is there. */
  async finish<Value>(call: Promise<Value>, withinMilliseconds = 10_000): Promise<Value> {
    let result: { readonly value: Value } | undefined;
    void call.then((value) => {
      result = { value };
    });
    await this.until('the call ends', () => result !== undefined, withinMilliseconds);
    return result!.value;
  }
}

const timeout = { timeoutMilliseconds: 3_000 };

describe('a running cluster', () => {
  it('elects a leader within half a second of its start', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const took = await cluster.until('a leader', () => cluster.leader !== undefined);
    expect(took).toBeLessThanOrEqual(500);
    expect(took).toBeGreaterThanOrEqual(50);
  });

  it('of one member elects itself and commits what is durable', async () => {
    const cluster = new Cluster(1);
    await cluster.startAll();
    const { node, state } = await cluster.elect();
    const result = await cluster.finish(node.propose(text('a'), timeout));
    expect(result).toMatchObject({ kind: 'appended', term: 1 });
    await cluster.until('applied', () => state.commands.includes('a'));
    expect(await cluster.finish(node.readIndex(timeout))).toMatchObject({ kind: 'index' });
  });

  it('applies proposals of leader and follower everywhere, in one order', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    const calls: Promise<unknown>[] = [];
    for (let n = 0; n < 50; n += 1) {
      calls.push((n % 2 === 0 ? leader : cluster.follower()).node.propose(text(`c${n}`), timeout));
    }
    const results = await cluster.finish(Promise.all(calls));
    expect(results.every((result) => (result as { kind: string }).kind === 'appended')).toBe(true);
    await cluster.until('applied everywhere', () =>
      [...cluster.members.values()].every(({ state }) => state.commands.length === 50),
    );
    const orders = new Set([...cluster.members.values()].map(({ state }) => state.commands.join()));
    expect(orders.size).toBe(1);
    // All that arrived in one turn was written together.
    expect(leader.log.appends).toBeLessThan(15);
  });

  it('counts how many proposals shared a write, a message and a batch', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const { node, log } = await cluster.elect();
    await cluster.until('the first entry is applied', () => node.statistics().entriesApplied === 1);
    const before = node.statistics();
    const appends = log.appends;
    await cluster.finish(Promise.all(Array.from({ length: 40 }, () => node.propose(text('abc'), timeout))));
    await cluster.until('applied', () => node.statistics().entriesApplied === 41);
    const after = node.statistics();
    const grown = (name: keyof typeof after): number => after[name] - before[name];
    expect(grown('entriesWritten')).toBe(40);
    expect(grown('entryWrites')).toBe(1);
    expect(grown('logWrites')).toBe(log.appends - appends);
    // One message to each of two followers.
    expect(grown('entryMessagesSent')).toBe(2);
    expect(grown('entriesSent')).toBe(80);
    expect(grown('entryBytesSent')).toBe(80 * 3);
    expect(grown('applyBatches')).toBe(1);
    expect(grown('messagesSent')).toBeGreaterThanOrEqual(2);
  });

  it('answers a linearizable read at a follower with an index that covers what was committed', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    await cluster.finish(leader.node.propose(text('a'), timeout));
    await cluster.until('committed', () => leader.state.commands.length === 1);
    const committed = leader.node.status().commitIndex;
    const read = await cluster.finish(cluster.follower().node.readIndex(timeout));
    expect(read.kind === 'index' && read.index >= committed).toBe(true);
  });

  it('has a new leader within milliseconds of the old one being gone', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    await leader.node.stop();
    cluster.members.delete(leader.node.status().id);
    const took = await cluster.until('a new leader', () => cluster.leader !== undefined);
    expect(took).toBeLessThanOrEqual(600);
  });

  it('waits for the election timeout when the leader is only silent, and then goes on', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const old = await cluster.elect();
    const oldId = old.node.status().id;
    cluster.network.isolate(oldId, cluster.ids);
    const others = [...cluster.members.values()].filter(({ node }) => node.status().id !== oldId);
    const took = await cluster.until('a new leader', () =>
      others.some(({ node }) => node.status().role === 'leader'),
    );
    expect(took).toBeGreaterThanOrEqual(900);
    await cluster.until('the old one steps down', () => old.node.status().role !== 'leader');
    cluster.network.cut.clear();
    await cluster.until('it follows', () => old.node.status().leaderId !== undefined);
    expect(old.node.status().leaderId).not.toBe(oldId);
  });

  it('counts one tick after a stall, however long, so that a stalled follower does not campaign', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    const { term } = leader.node.status();
    await cluster.clock.stall(60_000);
    await cluster.clock.advance(500);
    expect(cluster.leader).toBe(leader);
    expect(leader.node.status().term).toBe(term);
  });

  it('hands leadership over when told', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    const target = cluster.follower().node;
    expect(await cluster.finish(leader.node.transferLeadership(target.status().id))).toBe('done');
    await cluster.until('the target leads', () => target.status().role === 'leader', 500);
    expect(await cluster.finish(leader.node.transferLeadership(leader.node.status().id))).toBe('refused');
  });
});

describe('proposals and reads without a quorum', () => {
  it('a proposal that finds no leader is refused after two election timeouts', async () => {
    const cluster = new Cluster(3);
    const { node } = await cluster.start(1);
    const call = node.propose(text('a'), { timeoutMilliseconds: 10_000 });
    const started = cluster.clock.monotonicMilliseconds();
    expect(await cluster.finish(call)).toEqual({ kind: 'refused', reason: 'no-leader' });
    expect(cluster.clock.monotonicMilliseconds() - started).toBeLessThan(2_200);
    expect(await cluster.finish(node.readIndex(timeout))).toEqual({ kind: 'refused', reason: 'no-leader' });
  });

  it('a forwarded proposal whose answer is lost ends as unknown and is not sent again', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    const leaderId = leader.node.status().id;
    const follower = cluster.follower();
    cluster.network.cut.add(`${leaderId}>${follower.node.status().id}`);
    const result = await cluster.finish(follower.node.propose(text('once'), { timeoutMilliseconds: 500 }));
    expect(result).toEqual({ kind: 'unknown' });
    cluster.network.cut.clear();
    await cluster.until('applied', () =>
      [...cluster.members.values()].every(({ state }) => state.commands.length > 0),
    );
    await cluster.clock.advance(3_000);
    expect(leader.state.commands).toEqual(['once']);
  });

  it('a leader that is cut off answers no read', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    cluster.network.isolate(leader.node.status().id, cluster.ids);
    const read = await cluster.finish(leader.node.readIndex({ timeoutMilliseconds: 4_000 }));
    expect(read.kind).toBe('refused');
  });

  it('calls after a stop, and those that waited, are refused', async () => {
    const cluster = new Cluster(3);
    const { node } = await cluster.start(1);
    const waiting = node.propose(text('a'), timeout);
    await node.stop();
    expect(await waiting).toEqual({ kind: 'refused', reason: 'stopping' });
    expect(await node.propose(text('b'), timeout)).toEqual({ kind: 'refused', reason: 'stopping' });
    expect(await node.readIndex(timeout)).toEqual({ kind: 'refused', reason: 'stopping' });
  });

  it('what is too large is refused', async () => {
    const cluster = new Cluster(1, { maxEntryBytes: 100 });
    await cluster.startAll();
    const { node } = await cluster.elect();
    expect(await node.propose(new Uint8Array(101), timeout)).toEqual({
      kind: 'refused',
      reason: 'too-large',
    });
  });
});

describe('the log', () => {
  const small = { logMarginEntries: 10, logMarginBytes: 100_000 };

  async function fill(cluster: Cluster, node: RaftNode, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await cluster.finish(node.propose(text(`f${n}`), timeout));
  }

  it('is truncated below what the state has on disk, less a margin', async () => {
    const cluster = new Cluster(1, small);
    await cluster.startAll();
    const { node, log, state } = await cluster.elect();
    await fill(cluster, node, 60);
    await cluster.until('applied', () => state.commands.length === 60);
    await cluster.clock.advance(100);
    expect(log.log.length).toBeLessThanOrEqual(13);
    expect(log.log.length).toBeGreaterThanOrEqual(10);
    expect(node.status().firstIndex).toBe(log.snapshot.index + 1);
  });

  it('brings back a member that fell behind it by a snapshot, and then by entries', async () => {
    const cluster = new Cluster(3, small);
    await cluster.startAll();
    const leader = await cluster.elect();
    const follower = cluster.follower();
    const id = follower.node.status().id;
    await follower.node.stop();
    cluster.members.delete(id);
    await fill(cluster, leader.node, 60);
    const back = await cluster.start(id, follower);
    await cluster.until('caught up', () => back.state.commands.length === 60);
    expect(back.state.installed).toBe(1);
    await fill(cluster, leader.node, 5);
    await cluster.until('further entries', () => back.state.commands.length === 65);
    expect(back.state.installed).toBe(1);
    expect(back.state.commands).toEqual(leader.state.commands);
  });

  it('whose leader cannot read its own state does not keep that leader in office', async () => {
    const cluster = new Cluster(3, small);
    await cluster.startAll();
    const leader = await cluster.elect();
    const follower = cluster.follower();
    const id = follower.node.status().id;
    await follower.node.stop();
    cluster.members.delete(id);
    await fill(cluster, leader.node, 60);
    leader.state.openSnapshot = () => Promise.reject(new DiskFailedError('io', 'the state cannot be read'));
    const back = await cluster.start(id, follower);
    await cluster.until('the leader gives up', () => leader.node.status().failure !== undefined);
    expect(leader.node.status().failure).toBe('snapshot: the state cannot be read');
    cluster.members.delete(leader.node.status().id);
    await cluster.until('the third brings it back', () => back.state.commands.length === 60);
  });

  it('comes back whole after all members stopped', async () => {
    const cluster = new Cluster(3, small);
    await cluster.startAll();
    await fill(cluster, (await cluster.elect()).node, 30);
    await cluster.until('applied', () =>
      [...cluster.members.values()].every(({ state }) => state.commands.length === 30),
    );
    const disks = [...cluster.members];
    for (const [, { node }] of disks) await node.stop();
    for (const [id, disk] of disks) await cluster.start(id, disk);
    const leader = await cluster.elect();
    await fill(cluster, leader.node, 1);
    await cluster.until('applied', () =>
      [...cluster.members.values()].every(({ state }) => state.commands.length === 31),
    );
  });

  it('that ends before the state, after a crash between the switch and the reset, begins again after the state', async () => {
    const cluster = new Cluster(1);
    const state = new MemoryState(configurationOf([1]));
    await state.apply(
      [1, 2, 3].map((index) => ({
        index,
        term: 1,
        timeMilliseconds: index,
        kind: 'command' as const,
        data: text(`s${index}`),
      })),
    );
    const { log } = await cluster.start(1, { log: new MemoryLog(configurationOf([1])), state });
    expect(log.snapshot.index).toBe(3);
    const { node } = await cluster.elect();
    await fill(cluster, node, 1);
    await cluster.until('applied', () => state.commands.length === 4);
  });
});

describe('a snapshot that arrives', () => {
  function gate(): { readonly closed: Promise<void>; readonly open: () => void } {
    let open: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { closed, open };
  }

  /** A stranger's snapshot at `index`, sent to the only member of a cluster. */
  function sendTo(cluster: Cluster, index: number): Promise<void> {
    async function* chunks(): AsyncIterable<Uint8Array> {
      yield text('["snapshot"]');
    }
    const metadata = { index, term: 1, timeMilliseconds: 0, configuration: configurationOf([1]) };
    return cluster.network.handlersOf(1)!.onSnapshot(9, metadata, chunks());
  }

  it('while entries past it are being applied does not take the state back', async () => {
    const cluster = new Cluster(1);
    await cluster.startAll();
    const { node, state } = await cluster.elect();
    await cluster.until('its first entry', () => state.appliedIndex === 1);
    const { closed, open } = gate();
    state.applyGate = closed;
    await cluster.finish(node.propose(text('a'), timeout));
    await cluster.finish(node.propose(text('b'), timeout));
    await cluster.until('both are committed', () => node.status().commitIndex === 3);
    const sent = sendTo(cluster, 2);
    open();
    await cluster.finish(sent);
    state.applyGate = undefined;
    await cluster.finish(node.propose(text('c'), timeout));
    await cluster.until('applied', () => state.appliedIndex === 4);
    expect(state.commands).toEqual(['a', 'b', 'c']);
    expect(node.status().failure).toBeUndefined();
  });

  it('and is being installed is waited for by a stop', async () => {
    const cluster = new Cluster(1);
    await cluster.startAll();
    const { node, state } = await cluster.elect();
    await cluster.until('its first entry', () => state.appliedIndex === 1);
    const { closed, open } = gate();
    state.installGate = closed;
    const sent = sendTo(cluster, 5);
    await cluster.clock.advance(50);
    let stopped = false;
    const stopping = node.stop().then(() => {
      stopped = true;
    });
    await cluster.clock.advance(50);
    expect(stopped).toBe(false);
    open();
    await sent;
    await stopping;
    expect(state.installed).toBe(1);
  });

  it('and breaks on the way is taken again; one that meets a failing disk stops the member', async () => {
    const cluster = new Cluster(1);
    await cluster.startAll();
    const { node, state } = await cluster.elect();
    await cluster.until('its first entry', () => state.appliedIndex === 1);
    state.installGate = Promise.reject(new Error('the stream broke'));
    await expect(sendTo(cluster, 5)).rejects.toThrow('the stream broke');
    expect(node.status().failure).toBeUndefined();
    state.installGate = Promise.reject(new DiskFailedError('io', 'write to log failed'));
    await expect(sendTo(cluster, 5)).rejects.toThrow('write to log failed');
    expect(node.status().failure).toBe('snapshot: write to log failed');
  });
});

describe('a member whose state cannot be trusted', () => {
  it('goes on acknowledging, applies nothing, and goes on with the state that the leader sends it', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    const { node, state } = cluster.follower();
    const { id } = node.status();
    await cluster.finish(leader.node.propose(text('a'), timeout));
    await cluster.until('applied', () => state.commands.includes('a'));
    state.awaitsSnapshot = true;
    for (const other of cluster.ids)
      if (other !== id && other !== leader.node.status().id) cluster.network.isolate(other, cluster.ids);
    await cluster.finish(leader.node.propose(text('b'), timeout));
    await cluster.until('committed with its word', () => leader.state.commands.includes('b'));
    await cluster.until('it knows', () => node.status().commitIndex === leader.node.status().commitIndex);
    expect(state.commands).toEqual(['a']);
    expect(await cluster.finish(leader.node.sendSnapshot(id))).toBe(true);
    expect(state.commands).toEqual(['a', 'b']);
    await cluster.finish(leader.node.propose(text('c'), timeout));
    await cluster.until('applied', () => state.commands.length === 3);
    expect(state.installed).toBe(1);
    expect(node.status().failure).toBeUndefined();
  });

  it('is sent nothing by one that does not lead, and nobody sends to itself', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = (await cluster.elect()).node;
    const follower = cluster.follower().node;
    expect(await follower.sendSnapshot(leader.status().id)).toBe(false);
    expect(await leader.sendSnapshot(leader.status().id)).toBe(false);
  });
});

describe('a member whose disk or state fails', () => {
  it('stops, says why, and leaves its calls open; the others go on', async () => {
    const cluster = new Cluster(3);
    await cluster.startAll();
    const leader = await cluster.elect();
    const id = leader.node.status().id;
    leader.log.failure = new Error('no space left');
    await cluster.finish(leader.node.propose(text('a'), timeout));
    await cluster.until('it stops', () => leader.node.status().failure !== undefined);
    expect(leader.node.status().failure).toContain('no space left');
    expect(await leader.node.propose(text('b'), timeout)).toEqual({ kind: 'refused', reason: 'stopping' });
    cluster.members.delete(id);
    await cluster.until('another leads', () => cluster.leader !== undefined);
  });

  it('stops when an entry cannot be applied', async () => {
    const cluster = new Cluster(1);
    await cluster.startAll();
    const { node, state } = await cluster.elect();
    await cluster.until('its first entry', () => state.appliedIndex === 1);
    state.failure = new Error('impossible command');
    await cluster.finish(node.propose(text('a'), timeout));
    await cluster.until('it stops', () => node.status().failure !== undefined);
    expect(node.status().failure).toContain('impossible command');
  });
});
