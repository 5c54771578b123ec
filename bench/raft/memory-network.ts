/** Transports inside one process: what a member sends in one turn arrives in a later one, as the same objects. */
import type { Clock } from '../../platform/index.js';
import type { Message, Transport, TransportHandlers } from '../../raft/index.js';

interface Arriving {
  readonly from: number;
  readonly message: Message;
}

export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #handlers = new Map<number, TransportHandlers>();
  readonly #arriving = new Map<number, Arriving[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  transport(local: number): Transport {
    return {
      start: (handlers) => {
        this.#handlers.set(local, handlers);
        return Promise.resolve();
      },
      send: (to, message) => this.#send(local, to, message),
      sendSnapshot: async (to, metadata, chunks) => {
        const target = this.#handlers.get(to);
        if (target === undefined) throw new Error(`member ${to} has stopped`);
        await target.onSnapshot(local, metadata, chunks);
      },
      setPeers: () => {},
      lastHeardMilliseconds: () => this.#clock.monotonicMilliseconds(),
      stop: () => {
        this.#handlers.delete(local);
        return Promise.resolve();
      },
    };
  }

  #send(from: number, to: number, message: Message): void {
    const arriving = this.#arriving.get(to);
    if (arriving !== undefined) {
      arriving.push({ from, message });
      return;
    }
    const first: Arriving[] = [{ from, message }];
    this.#arriving.set(to, first);
    this.#clock.defer(() => {
      this.#arriving.delete(to);
      const handlers = this.#handlers.get(to);
      for (const { from: sender, message: arrived } of first) handlers?.onMessage(sender, arrived);
    });
  }
}
