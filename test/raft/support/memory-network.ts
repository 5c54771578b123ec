/** Transports of one process: messages arrive in a later turn of the virtual clock, unless the link is cut. */
import type { Clock } from '../../../platform/index.js';
import type { MemberId } from '../../../raft/core/types.js';
import type { Transport, TransportHandlers } from '../../../raft/transport.js';

export class MemoryNetwork {
  readonly cut = new Set<string>();
  readonly #clock: Clock;
  readonly #handlers = new Map<MemberId, TransportHandlers>();
  readonly #heard = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isolate(id: MemberId, all: readonly MemberId[]): void {
    for (const other of all) {
      this.cut.add(`${id}>${other}`);
      this.cut.add(`${other}>${id}`);
    }
  }

  /** What a peer would call: for messages and snapshots that no living member sends. */
  handlersOf(id: MemberId): TransportHandlers | undefined {
    return this.#handlers.get(id);
  }

  transport(local: MemberId): Transport {
    const isCut = (a: MemberId, b: MemberId): boolean => this.cut.has(`${a}>${b}`);
    return {
      start: (handlers) => {
        this.#handlers.set(local, handlers);
        return Promise.resolve();
      },
      send: (to, message) => {
        if (isCut(local, to)) return;
        this.#clock.defer(() => {
          this.#heard.set(`${to}<${local}`, this.#clock.monotonicMilliseconds());
          this.#handlers.get(to)?.onMessage(local, message);
        });
      },
      sendSnapshot: async (to, metadata, chunks) => {
        const target = this.#handlers.get(to);
        if (target === undefined || isCut(local, to)) throw new Error('unreachable');
        await target.onSnapshot(local, metadata, chunks);
      },
      setPeers: () => {},
      lastHeardMilliseconds: (peer) => this.#heard.get(`${local}<${peer}`),
      stop: () => {
        this.#handlers.delete(local);
        for (const [peer, handlers] of this.#handlers) {
          if (!isCut(peer, local)) this.#clock.defer(() => handlers.onPeerGone(local));
        }
        return Promise.resolve();
      },
    };
  }
}
