import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Clock, seededRandom, silentLogger, systemClock } from '../../../platform/index.js';
import type { Message } from '../../../raft/core/messages.js';
import type { SnapshotMetadata } from '../../../raft/core/types.js';
import { encodeMessages } from '../../../raft/peers/codec.js';
import { FrameReader } from '../../../raft/peers/frames.js';
import { decodeAnswer, encodeGreeting, PROTOCOL, type Purpose } from '../../../raft/peers/greeting.js';
import { INSTALL_LIMIT_MILLISECONDS } from '../../../raft/peers/snapshot-stream.js';
import { createPeerTransport, type PeerTransport } from '../../../raft/peers/transport.js';
import type { TransportHandlers } from '../../../raft/transport.js';
import { createTestAuthority, type TestAuthority, type TlsMaterial } from '../support/certificates.js';

const heartbeat = (term: number): Message => ({
  type: 'heartbeat',
  term,
  commitIndex: 0,
  readRound: 0,
  quorumAnswers: true,
});

const metadata: SnapshotMetadata = {
  index: 7,
  term: 3,
  timeMilliseconds: 1_700_000_000_000,
  configuration: {
    voters: [1, 2],
    votersOutgoing: [],
    learners: [],
    members: [
      { id: 1, name: 'm1', peerAddress: '127.0.0.1:1' },
      { id: 2, name: 'm2', peerAddress: '127.0.0.1:2' },
    ],
  },
};

interface Received {
  readonly messages: { readonly from: number; readonly message: Message }[];
  readonly gone: number[];
}

let authority: TestAuthority;
const running: PeerTransport[] = [];

beforeAll(async () => {
  authority = await createTestAuthority();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((transport) => transport.stop()));
});

async function open(
  id: number,
  overrides: { name?: string; clusterId?: string; tls?: TlsMaterial; port?: number; clock?: Clock } = {},
): Promise<PeerTransport> {
  const name = overrides.name ?? `m${id}`;
  const transport = await createPeerTransport({
    localId: id,
    localName: name,
    clusterId: overrides.clusterId ?? 'c1',
    host: '127.0.0.1',
    port: overrides.port ?? 0,
    tls: overrides.tls ?? (await authority.issue(name)),
    isMemberName: (candidate) => candidate === 'm1' || candidate === 'm2',
    clock: overrides.clock ?? systemClock(),
    random: seededRandom(id),
    logger: silentLogger,
  });
  running.push(transport);
  return transport;
}

async function listen(
  transport: PeerTransport,
  onSnapshot?: TransportHandlers['onSnapshot'],
): Promise<Received> {
  const received: Received = { messages: [], gone: [] };
  await transport.start({
    onMessage: (from, message) => received.messages.push({ from, message }),
    onPeerGone: (peer) => received.gone.push(peer),
    onSnapshot: onSnapshot ?? (() => Promise.reject(new Error('unexpected'))),
  });
  return received;
}

function introduce(one: PeerTransport, two: PeerTransport): void {
  one.setPeers(new Map([[2, { name: 'm2', address: `127.0.0.1:${two.port}` }]]));
  two.setPeers(new Map([[1, { name: 'm1', address: `127.0.0.1:${one.port}` }]]));
}

/** Sends until it arrives: delivery is best effort, above all before a connection stands. */
async function sendUntilReceived(
  from: PeerTransport,
  to: number,
  received: Received,
  term: number,
): Promise<void> {
  await vi.waitFor(
    () => {
      from.send(to, heartbeat(term));
      expect(received.messages.map(({ message }) => message)).toContainEqual(heartbeat(term));
    },
    { timeout: 10_000, interval: 20 },
  );
}

describe('messages between members', () => {
  it('arrive at the peer, with every field and in order, and make it heard', async () => {
    const [one, two] = [await open(1), await open(2)];
    const [atOne, atTwo] = [await listen(one), await listen(two)];
    introduce(one, two);
    await sendUntilReceived(one, 2, atTwo, 1);
    await sendUntilReceived(two, 1, atOne, 1);
    const big: Message = {
      type: 'append-request',
      term: 5,
      previousIndex: 2 ** 52,
      previousTerm: 4,
      commitIndex: 2,
      entries: [0, 1, 2].map((n) => ({
        index: 2 ** 52 + 1 + n,
        term: 5,
        timeMilliseconds: 1_700_000_000_123,
        kind: n === 0 ? ('configuration' as const) : ('command' as const),
        data: new Uint8Array(300_000).fill(n),
      })),
    };
    one.send(2, big);
    one.send(2, heartbeat(9));
    await vi.waitFor(() => expect(atTwo.messages.at(-1)?.message).toEqual(heartbeat(9)), { timeout: 10_000 });
    const append = atTwo.messages.at(-2);
    expect(append?.from).toBe(1);
    if (append?.message.type !== 'append-request') throw new Error('no append');
    expect(append.message.previousIndex).toBe(2 ** 52);
    expect(append.message.entries.map(({ index, kind }) => [index, kind])).toEqual(
      big.entries.map(({ index, kind }) => [index, kind]),
    );
    expect(
      append.message.entries.every((entry, n) => Buffer.from(entry.data).equals(big.entries[n]!.data)),
    ).toBe(true);
    expect(two.lastHeardMilliseconds(1)).toBeTypeOf('number');
    expect(two.lastHeardMilliseconds(3)).toBeUndefined();
  });

  it('flow again after the peer was gone and came back elsewhere', async () => {
    const [one, two] = [await open(1), await open(2)];
    const atOne = await listen(one);
    const atTwo = await listen(two);
    introduce(one, two);
    await sendUntilReceived(one, 2, atTwo, 1);
    await two.stop();
    await vi.waitFor(() => expect(atOne.gone).toEqual([2]), { timeout: 5_000 });
    const again = await open(2);
    const atAgain = await listen(again);
    introduce(one, again);
    await sendUntilReceived(one, 2, atAgain, 2);
    expect(atOne.gone).toEqual([2]);
  });

  it('flow again after the peer stopped and another took its port, in one process', async () => {
    const [one, two] = [await open(1), await open(2)];
    const atOne = await listen(one);
    const { port } = two;
    introduce(one, two);
    await sendUntilReceived(one, 2, await listen(two), 1);
    await two.stop();
    await vi.waitFor(() => expect(atOne.gone).toEqual([2]));
    const again = await open(2, { port });
    const atAgain = await listen(again);
    again.setPeers(new Map([[1, { name: 'm1', address: `127.0.0.1:${one.port}` }]]));
    await sendUntilReceived(one, 2, atAgain, 2);
    await sendUntilReceived(again, 1, atOne, 3);
  });

  it('do not report a peer gone that never was there', async () => {
    const [one, two] = [await open(1), await open(2)];
    const atOne = await listen(one);
    const { port } = two;
    await two.stop();
    one.setPeers(new Map([[2, { name: 'm2', address: `127.0.0.1:${port}` }]]));
    const back = await open(2, { port });
    const atBack = await listen(back);
    back.setPeers(new Map([[1, { name: 'm1', address: `127.0.0.1:${one.port}` }]]));
    await sendUntilReceived(one, 2, atBack, 1);
    expect(atOne.gone).toEqual([]);
  });
});

describe('only members are let in', () => {
  /** A healthy member is let in beside the intruder, which shows that the wait was long enough. */
  async function expectRefused(intruder: PeerTransport): Promise<void> {
    const two = await open(2);
    const atTwo = await listen(two);
    const atIntruder = await listen(intruder);
    intruder.setPeers(new Map([[2, { name: 'm2', address: `127.0.0.1:${two.port}` }]]));
    for (let n = 0; n < 5; n += 1) intruder.send(2, heartbeat(66));
    const one = await open(1, { name: 'm1' });
    await listen(one);
    one.setPeers(new Map([[2, { name: 'm2', address: `127.0.0.1:${two.port}` }]]));
    await sendUntilReceived(one, 2, atTwo, 1);
    await sendUntilReceived(one, 2, atTwo, 2);
    expect(atTwo.messages.map(({ message }) => message)).not.toContainEqual(heartbeat(66));
    await expect(intruder.sendSnapshot(2, metadata, (async function* () {})())).rejects.toThrow();
    expect(atIntruder.messages).toEqual([]);
  }

  it('a certificate of another authority is refused', async () => {
    const other = await createTestAuthority('other-authority');
    const { certificate, key } = await other.issue('m1');
    const { authority: ours } = await authority.issue('m1');
    await expectRefused(await open(1, { tls: { certificate, key, authority: ours } }));
  });

  it('a name outside of the membership is refused', async () => {
    await expectRefused(await open(1, { name: 'stranger' }));
  });

  it('a member of another cluster is refused', async () => {
    await expectRefused(await open(1, { clusterId: 'c2' }));
  });

  it('a server that is not the member we mean is not spoken to', async () => {
    const impostor = await open(2, { name: 'm1' });
    const atImpostor = await listen(impostor);
    const real = await open(2);
    const atReal = await listen(real);
    const one = await open(1);
    await listen(one);
    one.setPeers(new Map([[2, { name: 'm2', address: `127.0.0.1:${impostor.port}` }]]));
    one.send(2, heartbeat(1));
    await expect(one.sendSnapshot(2, metadata, (async function* () {})())).rejects.toThrow();
    one.setPeers(new Map([[2, { name: 'm2', address: `127.0.0.1:${real.port}` }]]));
    await sendUntilReceived(one, 2, atReal, 2);
    expect(atImpostor.messages).toEqual([]);
  });
});

describe('whoever breaks the rules of a connection', () => {
  interface Raw {
    readonly socket: TLSSocket;
    /** What it was answered, '' for yes. */
    readonly answers: string[];
    readonly closed: Promise<unknown>;
  }

  async function rawConnection(to: PeerTransport, protocol = PROTOCOL): Promise<Raw> {
    const { certificate, key, authority: trusted } = await authority.issue('m1');
    const socket = connect({
      host: '127.0.0.1',
      port: to.port,
      cert: certificate,
      key,
      ca: trusted,
      ALPNProtocols: [protocol],
      checkServerIdentity: () => undefined,
    });
    const closed = new Promise((resolve) => {
      socket.on('close', resolve);
    });
    const answers: string[] = [];
    const reader = new FrameReader(10_000);
    socket.on('data', (piece: Buffer) => {
      for (const frame of reader.read(piece)) answers.push(decodeAnswer(frame) ?? '');
    });
    socket.on('error', () => {});
    return { socket, answers, closed };
  }

  async function listening(clock?: Clock): Promise<{ two: PeerTransport; received: Received }> {
    const two = await open(2, clock === undefined ? {} : { clock });
    const received = await listen(two);
    two.setPeers(new Map([[1, { name: 'm1', address: '127.0.0.1:1' }]]));
    return { two, received };
  }

  const greeting = (purpose: Purpose): Buffer => encodeGreeting({ clusterId: 'c1', memberId: 1, purpose });

  it('by no greeting is told so and hung up on', async () => {
    const { two } = await listening();
    const { socket, answers, closed } = await rawConnection(two);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
    expect(answers).toEqual([expect.stringMatching(/^a frame of \d+ bytes; the most is 4096$/)]);
  });

  it('by silence is told so when its time is over', async () => {
    const real = systemClock();
    const timers: (() => void)[] = [];
    const clock: Clock = {
      ...real,
      setTimer(delayMilliseconds, callback) {
        if (delayMilliseconds === 5_000) timers.push(callback);
        return real.setTimer(delayMilliseconds, callback);
      },
    };
    const { two } = await listening(clock);
    // Its own connection to m1 has one, too.
    const before = timers.length;
    const { answers, closed } = await rawConnection(two);
    await vi.waitFor(() => expect(timers.length).toBeGreaterThan(before));
    for (const timer of timers.splice(0)) timer();
    await closed;
    expect(answers).toEqual(['no greeting in time']);
  });

  it('by a malformed frame after a good one keeps what the good one said', async () => {
    const { two, received } = await listening();
    const { socket, answers, closed } = await rawConnection(two);
    socket.write(
      Buffer.concat([greeting('messages'), encodeMessages([heartbeat(4)]), Buffer.from([0, 0, 0, 1, 0xff])]),
    );
    await closed;
    expect(received.messages).toEqual([{ from: 1, message: heartbeat(4) }]);
    expect(answers).toEqual(['', 'the frame cannot be decoded']);
  });

  it('by parts of a snapshot before it was let in is refused', async () => {
    const { two } = await listening();
    const { socket, answers, closed } = await rawConnection(two);
    socket.write(Buffer.concat([greeting('snapshot'), encodeMessages([])]));
    await closed;
    expect(answers).toEqual(['', 'a part of a snapshot before the answer']);
  });

  it('by another protocol never gets through the handshake', async () => {
    const { two } = await listening();
    const { socket } = await rawConnection(two, 'h2');
    const [error] = (await once(socket, 'error').catch((reason: unknown) => [reason])) as [Error];
    expect(String(error)).toMatch(/no application protocol/i);
  });
});

describe('a snapshot', () => {
  async function* chunksOf(total: number): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < total; n += 1) yield new Uint8Array(256 * 1024).fill(n);
  }

  it('streams whole, beside the messages, and resolves when it is installed', async () => {
    const [one, two] = [await open(1), await open(2)];
    await listen(one);
    let bytes = 0;
    let seen: SnapshotMetadata | undefined;
    await listen(two, async (from, snapshot, chunks) => {
      expect(from).toBe(1);
      seen = snapshot;
      for await (const chunk of chunks) bytes += chunk.length;
    });
    introduce(one, two);
    await one.sendSnapshot(2, metadata, chunksOf(20));
    expect(seen).toEqual(metadata);
    expect(bytes).toBe(20 * 256 * 1024);
  });

  it('whose receiver has all of it and never says that it is installed is given up', async () => {
    const real = systemClock();
    let giveUp: (() => void) | undefined;
    const clock: Clock = {
      ...real,
      setTimer(delayMilliseconds, callback) {
        if (delayMilliseconds === INSTALL_LIMIT_MILLISECONDS) giveUp = callback;
        return real.setTimer(delayMilliseconds, callback);
      },
    };
    const [one, two] = [await open(1, { clock }), await open(2)];
    await listen(one);
    let whole = false;
    await listen(two, async (_from, _snapshot, chunks) => {
      for await (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
      whole = true;
      await new Promise<never>(() => {});
    });
    introduce(one, two);
    const failed = expect(one.sendSnapshot(2, metadata, chunksOf(3))).rejects.toThrow();
    await vi.waitFor(() => expect(whole && giveUp !== undefined).toBe(true));
    giveUp!();
    await failed;
  });

  it('that the receiver refuses or whose source breaks is reported as failed, on both ends', async () => {
    const [one, two] = [await open(1), await open(2)];
    await listen(one);
    const outcomes: string[] = [];
    await listen(two, async (_from, snapshot, chunks) => {
      if (snapshot.index === 1) throw new Error('no room');
      try {
        for await (const chunk of chunks) outcomes.push(`chunk ${chunk.length}`);
        outcomes.push('whole');
      } catch (error) {
        outcomes.push('broken');
        throw error;
      }
    });
    introduce(one, two);
    await expect(one.sendSnapshot(2, { ...metadata, index: 1 }, chunksOf(3))).rejects.toThrow(/no room/);
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      await vi.waitFor(() => expect(outcomes).toEqual(['chunk 10']));
      throw new Error('source broke');
    }
    await expect(one.sendSnapshot(2, metadata, breaking())).rejects.toThrow('source broke');
    await vi.waitFor(() => expect(outcomes.at(-1)).toBe('broken'));
    expect(outcomes).not.toContain('whole');
  });
});
