/**
 * The network between machines. Without faults a link delivers in order after a short random time, as a TCP
 * connection does; with them it drops, delays, duplicates, reorders, holds back (clogged) or is cut, each
 * direction by itself. What is under way when a machine restarts reaches its next process.
 */
import type { Random } from '../../../platform/index.js';
import type {
  MemberId,
  Message,
  SnapshotMetadata,
  Transport,
  TransportHandlers,
} from '../../../raft/index.js';
import type { Machine } from './machine.js';
import { SnapshotStream } from './snapshot-stream.js';
import type { Timeline } from './timeline.js';
import type { Trace, WorldEvent } from './trace.js';

/** One direction between two machines. Probabilities are in [0, 1]. */
export interface Link {
  readonly from: MemberId;
  readonly to: MemberId;
  /** How many faults cut it at once; 0: it is whole. */
  cuts: number;
  /** Nothing arrives, and all of it does once the link is free. */
  clogged: boolean;
  dropProbability: number;
  duplicateProbability: number;
  /** How many messages take a way of their own, and how much longer it is. */
  reorderProbability: number;
  extraDelayMilliseconds: number;
}

interface LinkState extends Link {
  lastArrivalMilliseconds: number;
  held: (() => void)[];
}

interface Endpoint {
  readonly id: MemberId;
  readonly machine: Machine;
  handlers: TransportHandlers | undefined;
}

/** One end of a snapshot's way: a process, not whichever runs on its machine later. */
interface UploadEnd {
  readonly endpoint: Endpoint;
  readonly life: number;
}

interface Upload {
  readonly sender: UploadEnd;
  readonly receiver: UploadEnd;
  readonly stream: SnapshotStream;
  fail(reason: Error): void;
}

function reachEnd({ endpoint, life }: UploadEnd, delayMilliseconds: number, action: () => void): void {
  endpoint.machine.reachProcess(life, delayMilliseconds, action);
}

export interface NetworkOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly trace: Trace;
  /** One way without faults, drawn uniformly. */
  readonly latencyMilliseconds: { readonly minimum: number; readonly maximum: number };
}

const REORDER_MILLISECONDS = 200;
/** A stream that gets no chunk through for this long is given up. */
const STALL_MILLISECONDS = 4_000;
const RETRY_MILLISECONDS = 50;

export interface NetworkCounts {
  delivered: number;
  dropped: number;
  duplicated: number;
  reordered: number;
  delayed: number;
  cut: number;
  held: number;
}

export class SimulatedNetwork {
  readonly #options: NetworkOptions;
  readonly #endpoints = new Map<MemberId, Endpoint>();
  readonly #links: LinkState[][] = [];
  readonly #uploads = new Set<Upload>();
  readonly counts: NetworkCounts = {
    delivered: 0,
    dropped: 0,
    duplicated: 0,
    reordered: 0,
    delayed: 0,
    cut: 0,
    held: 0,
  };

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  join(id: MemberId, machine: Machine): void {
    this.#endpoints.set(id, { id, machine, handlers: undefined });
  }

  link(from: MemberId, to: MemberId): Link {
    return this.#link(from, to);
  }

  /** Every direction between machines that have joined. */
  links(): readonly Link[] {
    const ids = [...this.#endpoints.keys()];
    return ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => this.#link(from, to)));
  }

  /** Ends all faults of this direction. */
  heal(from: MemberId, to: MemberId): void {
    const link = this.#link(from, to);
    link.cuts = 0;
    link.dropProbability = 0;
    link.duplicateProbability = 0;
    link.reorderProbability = 0;
    link.extraDelayMilliseconds = 0;
    if (link.clogged) this.setClogged(from, to, false);
  }

  setClogged(from: MemberId, to: MemberId, clogged: boolean): void {
    const link = this.#link(from, to);
    link.clogged = clogged;
    if (clogged) return;
    const held = link.held;
    link.held = [];
    for (const deliver of held) deliver();
  }

  transport(local: MemberId): Transport {
    return {
      start: (handlers) => {
        this.#endpoint(local).handlers = handlers;
        return Promise.resolve();
      },
      send: (to, message) => this.#send(local, to, message),
      sendSnapshot: (to, metadata, chunks) => this.#sendSnapshot(local, to, metadata, chunks),
      setPeers: () => {},
      lastHeardMilliseconds: () => undefined,
      stop: () => {
        this.#leave(local, true);
        return Promise.resolve();
      },
    };
  }

  /**
   * The process on this machine has ended. `silently`: with the machine, so that nobody's connection is
   * refused and the others are left to their timeouts.
   */
  processEnded(id: MemberId, silently: boolean): void {
    this.#leave(id, !silently);
  }

  #leave(id: MemberId, tell: boolean): void {
    const endpoint = this.#endpoint(id);
    if (endpoint.handlers === undefined) return;
    endpoint.handlers = undefined;
    for (const upload of this.#uploads) this.#breakUpload(upload, id, tell);
    if (!tell) return;
    for (const peer of this.#endpoints.values()) {
      if (peer.id === id || this.#link(id, peer.id).cuts > 0 || this.#link(peer.id, id).cuts > 0) continue;
      peer.machine.reach(this.#latency(), () => {
        if (endpoint.handlers === undefined) peer.handlers?.onPeerGone(id);
      });
    }
  }

  #breakUpload(upload: Upload, gone: MemberId, tell: boolean): void {
    const { sender, receiver, stream } = upload;
    const reason = new Error('the other end of the snapshot is gone');
    const delay = tell ? this.#latency() : STALL_MILLISECONDS;
    if (sender.endpoint.id === gone) reachEnd(receiver, delay, () => stream.break(reason));
    else if (receiver.endpoint.id === gone) reachEnd(sender, delay, () => upload.fail(reason));
  }

  #endpoint(id: MemberId): Endpoint {
    const endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) throw new Error(`nobody is called m${id}`);
    return endpoint;
  }

  #link(from: MemberId, to: MemberId): LinkState {
    this.#links[from] ??= [];
    const row = this.#links[from];
    row[to] ??= {
      from,
      to,
      cuts: 0,
      clogged: false,
      dropProbability: 0,
      duplicateProbability: 0,
      reorderProbability: 0,
      extraDelayMilliseconds: 0,
      lastArrivalMilliseconds: 0,
      held: [],
    };
    return row[to];
  }

  #latency(): number {
    const { minimum, maximum } = this.#options.latencyMilliseconds;
    return minimum + this.#options.random.float() * (maximum - minimum);
  }

  #send(from: MemberId, to: MemberId, message: Message): void {
    const target = this.#endpoints.get(to);
    if (target === undefined) return;
    const link = this.#link(from, to);
    const { random, trace } = this.#options;
    if (link.cuts > 0) {
      this.counts.cut += 1;
      trace.add({ kind: 'lost', from, to, message, why: 'cut' });
      return;
    }
    if (link.dropProbability > 0 && random.float() < link.dropProbability) {
      this.counts.dropped += 1;
      trace.add({ kind: 'lost', from, to, message, why: 'dropped' });
      return;
    }
    this.#carry(link, target, message);
    if (link.duplicateProbability > 0 && random.float() < link.duplicateProbability) {
      this.counts.duplicated += 1;
      this.#carry(link, target, message);
    }
  }

  #carry(link: LinkState, target: Endpoint, message: Message): void {
    const { timeline, random } = this.#options;
    let arrival = timeline.nowMilliseconds + this.#latency();
    if (link.extraDelayMilliseconds > 0) {
      this.counts.delayed += 1;
      arrival += link.extraDelayMilliseconds * (0.5 + random.float());
    }
    if (link.reorderProbability > 0 && random.float() < link.reorderProbability) {
      this.counts.reordered += 1;
      arrival += random.float() * REORDER_MILLISECONDS;
    } else {
      arrival = Math.max(arrival, link.lastArrivalMilliseconds);
      link.lastArrivalMilliseconds = arrival;
    }
    const event = { kind: 'message', from: link.from, to: target.id, message } as const;
    const arrive = (): void => {
      if (link.clogged) {
        this.counts.held += 1;
        link.held.push(() => target.machine.reach(0, () => this.#deliver(target, event)));
      } else this.#deliver(target, event);
    };
    timeline.at(arrival, arrive, target.machine, -1, true);
  }

  #deliver(target: Endpoint, event: Extract<WorldEvent, { kind: 'message' }>): void {
    const { trace } = this.#options;
    if (target.handlers === undefined) {
      trace.add({ ...event, kind: 'lost', why: 'down' });
      return;
    }
    this.counts.delivered += 1;
    trace.add(event);
    target.handlers.onMessage(event.from, event.message);
  }

  async #sendSnapshot(
    from: MemberId,
    to: MemberId,
    metadata: SnapshotMetadata,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const sender: UploadEnd = { endpoint: this.#endpoint(from), life: this.#endpoint(from).machine.life };
    const target = this.#endpoint(to);
    await this.#getThrough(sender, target, undefined);
    const receiver: UploadEnd = { endpoint: target, life: target.machine.life };
    const stream = new SnapshotStream();
    let settle: { resolve(): void; reject(reason: Error): void } | undefined;
    const answered = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    answered.catch(() => undefined);
    const upload: Upload = { sender, receiver, stream, fail: (reason) => settle?.reject(reason) };
    this.#uploads.add(upload);
    const answer = (error: Error | undefined): void => {
      const delay = this.#latency() + (this.#link(to, from).cuts > 0 ? STALL_MILLISECONDS : 0);
      reachEnd(sender, delay, () => {
        if (error === undefined) settle?.resolve();
        else settle?.reject(error);
      });
    };
    reachEnd(receiver, 0, () => {
      const { handlers } = target;
      if (handlers === undefined) answer(new Error('connection refused'));
      else
        handlers.onSnapshot(from, metadata, stream).then(
          () => answer(undefined),
          (error: unknown) => answer(new Error(String(error))),
        );
    });
    try {
      for await (const chunk of chunks) {
        await Promise.race([this.#getThrough(sender, target, receiver.life), answered]);
        reachEnd(receiver, 0, () => stream.arrive(chunk));
      }
      reachEnd(receiver, this.#latency(), () => stream.end());
      await answered;
    } catch (error) {
      // What crosses is that the stream broke: the sender's failing disk is not the receiver's.
      const reason = new Error(`the sender gave up: ${String(error)}`);
      reachEnd(receiver, this.#latency(), () => stream.break(reason));
      throw error;
    } finally {
      this.#uploads.delete(upload);
    }
  }

  /** Resolves, in the sender's process, when something sent now has arrived. `life`: only at this process. */
  #getThrough(sender: UploadEnd, target: Endpoint, life: number | undefined): Promise<void> {
    const { timeline } = this.#options;
    const givenUpAt = timeline.nowMilliseconds + STALL_MILLISECONDS;
    const link = this.#link(sender.endpoint.id, target.id);
    return new Promise((resolve, reject) => {
      const attempt = (): void => {
        const isThere = target.handlers !== undefined && (life === undefined || life === target.machine.life);
        if (!isThere) reject(new Error('connection refused'));
        else if (link.cuts === 0 && !link.clogged) resolve();
        else if (timeline.nowMilliseconds >= givenUpAt) reject(new Error('the link is cut'));
        else reachEnd(sender, RETRY_MILLISECONDS, attempt);
      };
      reachEnd(sender, this.#latency() + link.extraDelayMilliseconds, attempt);
    });
  }
}
