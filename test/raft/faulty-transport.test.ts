import { describe, expect, it } from 'vitest';
import { partitionFaults, seededRandom } from '../../platform/index.js';
import type { Message } from '../../raft/core/messages.js';
import type { SnapshotMetadata } from '../../raft/core/types.js';
import { type FaultyTransport, withLinkFaults } from '../../raft/index.js';
import type { TransportHandlers } from '../../raft/transport.js';
import { birth, configurationOf } from './support/cluster.js';
import { MemoryNetwork } from './support/memory-network.js';
import { VirtualClock } from './support/virtual-clock.js';

const heartbeat = (term: number): Message => ({
  type: 'heartbeat',
  term,
  commitIndex: 0,
  readRound: 0,
  quorumAnswers: true,
});
const metadata: SnapshotMetadata = { ...birth(configurationOf([1, 2])), index: 3, term: 1 };

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n += 1) yield new Uint8Array([n]);
}

interface End {
  readonly transport: FaultyTransport;
  readonly terms: number[];
  readonly gone: number[];
  readonly stop: () => Promise<void>;
}

async function setUp(
  onSnapshot?: TransportHandlers['onSnapshot'],
): Promise<{ clock: VirtualClock; ends: readonly [End, End] }> {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const open = async (id: number): Promise<End> => {
    const inner = network.transport(id);
    const transport = withLinkFaults(inner, {
      localName: `m${id}`,
      nameOf: (peer) => `m${peer}`,
      clock,
      random: seededRandom(id),
    });
    const terms: number[] = [];
    const gone: number[] = [];
    await transport.start({
      onMessage: (_from, message) => terms.push('term' in message ? message.term : -1),
      onPeerGone: (peer) => gone.push(peer),
      onSnapshot: onSnapshot ?? (() => Promise.resolve()),
    });
    transport.setPeers(new Map([[3 - id, { name: `m${3 - id}`, address: 'memory' }]]));
    return { transport, terms, gone, stop: () => inner.stop() };
  };
  return { clock, ends: [await open(1), await open(2)] };
}

describe('link faults', () => {
  it('a cut holds at the receiver too, silences what is heard, and invents no death', async () => {
    const { clock, ends } = await setUp();
    const [one, two] = ends;
    one.transport.send(2, heartbeat(1));
    await clock.advance(10);
    expect(two.terms).toEqual([1]);
    const heardBefore = two.transport.lastHeardMilliseconds(1);
    // Only the receiving end has been told yet.
    two.transport.setLinkFaults(partitionFaults(['m1', 'm2'], [['m1'], ['m2']]));
    await clock.advance(1_000);
    one.transport.send(2, heartbeat(2));
    await clock.advance(10);
    expect(two.terms).toEqual([1]);
    expect(two.transport.lastHeardMilliseconds(1)).toBe(heardBefore);
    await one.stop();
    await clock.advance(10);
    expect(two.gone).toEqual([]);
  });

  it('healing lets messages through again', async () => {
    const { clock, ends } = await setUp();
    const [one, two] = ends;
    one.transport.setLinkFaults([{ from: 'm1', to: 'm2', dropProbability: 1 }]);
    one.transport.send(2, heartbeat(1));
    one.transport.setLinkFaults([]);
    one.transport.send(2, heartbeat(2));
    await clock.advance(10);
    expect(two.terms).toEqual([2]);
    expect(two.transport.lastHeardMilliseconds(1)).toBe(0);
  });

  it('a one-way cut leaves the other way open', async () => {
    const { clock, ends } = await setUp();
    const faults = [{ from: 'm1', to: 'm2', dropProbability: 1 }];
    for (const { transport } of ends) transport.setLinkFaults(faults);
    ends[0].transport.send(2, heartbeat(1));
    ends[1].transport.send(1, heartbeat(2));
    await clock.advance(10);
    expect(ends.map(({ terms }) => terms)).toEqual([[2], []]);
  });

  it('delays and duplicates once, not at both ends', async () => {
    const { clock, ends } = await setUp();
    const faults = [
      { from: 'm1', to: 'm2', dropProbability: 0, delayMilliseconds: 100, duplicateProbability: 1 },
    ];
    for (const { transport } of ends) transport.setLinkFaults(faults);
    ends[0].transport.send(2, heartbeat(1));
    await clock.advance(90);
    expect(ends[1].terms).toEqual([]);
    await clock.advance(20);
    expect(ends[1].terms).toEqual([1, 1]);
  });

  it('drops about as often as asked', async () => {
    const { clock, ends } = await setUp();
    ends[0].transport.setLinkFaults([{ from: 'm1', to: 'm2', dropProbability: 0.25 }]);
    for (let n = 0; n < 1_000; n += 1) ends[0].transport.send(2, heartbeat(n));
    await clock.advance(10);
    expect(ends[1].terms.length).toBeGreaterThan(650);
    expect(ends[1].terms.length).toBeLessThan(850);
  });

  it('a cut refuses snapshots and breaks one that is under way', async () => {
    const received: number[] = [];
    const { ends } = await setUp(async (_from, _metadata, parts) => {
      for await (const part of parts) received.push(part[0]!);
    });
    const [one] = ends;
    await one.transport.sendSnapshot(2, metadata, chunks(3));
    expect(received).toEqual([0, 1, 2]);
    async function* cutMidway(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array([7]);
      one.transport.setLinkFaults([{ from: 'm1', to: 'm2', dropProbability: 1 }]);
      yield new Uint8Array([8]);
    }
    await expect(one.transport.sendSnapshot(2, metadata, cutMidway())).rejects.toThrow('cut');
    expect(received).toEqual([0, 1, 2, 7]);
    await expect(one.transport.sendSnapshot(2, metadata, chunks(1))).rejects.toThrow('cut');
  });
});
