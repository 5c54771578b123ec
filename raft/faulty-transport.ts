/**
 * Link faults in front of any transport: the same names in tests, in-process clusters and real processes.
 *
 * Every member of a cluster is told the same faults. So that they do not count twice, the sender drops,
 * delays and duplicates, and the receiver only enforces cuts: those hold although the sender has not heard
 * of them yet, and they also silence the transport's own pings. A cut never makes a peer look dead, only silent.
 */
import type { Clock, LinkFault, LinkFaults, Logger, Random, Timer } from '../platform/index.js';
import type { Message } from './core/messages.js';
import type { MemberId, SnapshotMetadata } from './core/types.js';
import type { Transport, TransportHandlers } from './transport.js';

export interface LinkFaultOptions {
  readonly localName: string;
  /** The name of a member by its id; undefined when unknown, which no fault matches. */
  nameOf(id: MemberId): string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Told when faults come into force; absent: nobody is. */
  readonly logger?: Logger;
}

/** The message by which the lines are found that say when. */
export const linkFaultsMessage = 'link faults in force';

export interface FaultyTransport extends Transport {
  /** Replaces all faults; links without an entry are healthy. */
  setLinkFaults(faults: LinkFaults): void;
}

export function withLinkFaults(inner: Transport, options: LinkFaultOptions): FaultyTransport {
  return new LinkFaultTransport(inner, options);
}

class LinkFaultTransport implements FaultyTransport {
  readonly #inner: Transport;
  readonly #options: LinkFaultOptions;
  #outgoing: ReadonlyMap<string, LinkFault> = new Map();
  #incoming: ReadonlyMap<string, LinkFault> = new Map();
  #peerIds: readonly MemberId[] = [];
  /** What was last heard of a peer when its link to here was cut. */
  readonly #heardBeforeCut = new Map<MemberId, number | undefined>();
  readonly #delayed = new Set<Timer>();
  /** Snapshots on their way out, each with what breaks it. */
  readonly #uploads = new Map<(reason: Error) => void, MemberId>();

  constructor(inner: Transport, options: LinkFaultOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  setLinkFaults(faults: LinkFaults): void {
    const { localName } = this.#options;
    this.#outgoing = new Map(
      faults.filter(({ from }) => from === localName).map((fault) => [fault.to, fault]),
    );
    this.#incoming = new Map(faults.filter(({ to }) => to === localName).map((fault) => [fault.from, fault]));
    this.#freezeHeard();
    this.#options.logger?.info(linkFaultsMessage, {
      from: [...this.#incoming.keys()],
      to: [...this.#outgoing.keys()],
    });
    for (const [breakUpload, to] of this.#uploads) {
      if (this.#isCut(to)) breakUpload(new Error('the link was cut'));
    }
  }

  async start(handlers: TransportHandlers): Promise<void> {
    await this.#inner.start({
      onMessage: (from, message) => {
        if (!this.#isIncomingCut(from)) handlers.onMessage(from, message);
      },
      onPeerGone: (peer) => {
        if (!this.#isCut(peer)) handlers.onPeerGone(peer);
      },
      onSnapshot: async (from, metadata, chunks) => {
        if (this.#isCut(from)) throw new Error('the link is cut');
        await handlers.onSnapshot(from, metadata, this.#guarded(from, chunks));
      },
    });
  }

  send(to: MemberId, message: Message): void {
    const fault = this.#fault(this.#outgoing, to);
    if (fault === undefined) {
      this.#inner.send(to, message);
      return;
    }
    const { random } = this.#options;
    if (random.float() < fault.dropProbability) return;
    this.#sendLate(to, message, fault);
    if (random.float() < (fault.duplicateProbability ?? 0)) this.#sendLate(to, message, fault);
  }

  async sendSnapshot(
    to: MemberId,
    metadata: SnapshotMetadata,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    if (this.#isCut(to)) throw new Error('the link is cut');
    let breakUpload: (reason: Error) => void = () => {};
    const broken = new Promise<never>((_, reject) => {
      breakUpload = reject;
    });
    this.#uploads.set(breakUpload, to);
    try {
      await Promise.race([this.#inner.sendSnapshot(to, metadata, this.#guarded(to, chunks)), broken]);
    } finally {
      this.#uploads.delete(breakUpload);
    }
  }

  setPeers(peers: ReadonlyMap<MemberId, { readonly name: string; readonly address: string }>): void {
    this.#peerIds = [...peers.keys()];
    this.#inner.setPeers(peers);
    this.#freezeHeard();
  }

  lastHeardMilliseconds(peer: MemberId): number | undefined {
    return this.#heardBeforeCut.has(peer)
      ? this.#heardBeforeCut.get(peer)
      : this.#inner.lastHeardMilliseconds(peer);
  }

  async stop(): Promise<void> {
    for (const timer of this.#delayed) timer.cancel();
    this.#delayed.clear();
    await this.#inner.stop();
  }

  #fault(faults: ReadonlyMap<string, LinkFault>, peer: MemberId): LinkFault | undefined {
    if (faults.size === 0) return undefined;
    const name = this.#options.nameOf(peer);
    return name === undefined ? undefined : faults.get(name);
  }

  #isIncomingCut(peer: MemberId): boolean {
    return (this.#fault(this.#incoming, peer)?.dropProbability ?? 0) >= 1;
  }

  #isCut(peer: MemberId): boolean {
    return this.#isIncomingCut(peer) || (this.#fault(this.#outgoing, peer)?.dropProbability ?? 0) >= 1;
  }

  #freezeHeard(): void {
    for (const id of new Set([...this.#peerIds, ...this.#heardBeforeCut.keys()])) {
      if (!this.#isIncomingCut(id)) this.#heardBeforeCut.delete(id);
      else if (!this.#heardBeforeCut.has(id)) {
        this.#heardBeforeCut.set(id, this.#inner.lastHeardMilliseconds(id));
      }
    }
  }

  #sendLate(to: MemberId, message: Message, fault: LinkFault): void {
    const { clock, random } = this.#options;
    const jitter = (fault.jitterMilliseconds ?? 0) * random.float();
    const delayMilliseconds = (fault.delayMilliseconds ?? 0) + jitter;
    if (delayMilliseconds <= 0) {
      this.#inner.send(to, message);
      return;
    }
    const timer = clock.setTimer(delayMilliseconds, () => {
      this.#delayed.delete(timer);
      this.#inner.send(to, message);
    });
    this.#delayed.add(timer);
  }

  /** Breaks the stream when the link is cut under way. */
  async *#guarded(peer: MemberId, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (this.#isCut(peer)) throw new Error('the link was cut');
      yield chunk;
    }
  }
}
