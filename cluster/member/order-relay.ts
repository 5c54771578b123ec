/**
 * Orders about the membership on their way from the API thread to the supervisor, which alone can carry them out,
 * and the answers on their way back.
 *
 * Faults assumed: a supervisor that is gone or busy; then the outcome is unknown when the time is up.
 */
import type { MembershipOrder, MembershipOrders, OrderOutcome } from '../../etcd/index.js';
import type { Clock } from '../../platform/index.js';

export interface OrderQuestion {
  readonly request: number;
  readonly order: MembershipOrder;
  readonly timeoutMilliseconds: number;
}

export interface OrderAnswer {
  readonly request: number;
  readonly outcome: OrderOutcome;
}

/** The other end keeps the limit; its own word about what became of an order is the better one. */
const graceMilliseconds = 500;

export class OrderRelay implements MembershipOrders {
  readonly #clock: Clock;
  readonly #send: (question: OrderQuestion) => void;
  readonly #waiting = new Map<number, (outcome: OrderOutcome) => void>();
  #next = 1;

  constructor(clock: Clock, send: (question: OrderQuestion) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  give(
    order: MembershipOrder,
    { timeoutMilliseconds }: { readonly timeoutMilliseconds: number },
  ): Promise<OrderOutcome> {
    const request = this.#next;
    this.#next += 1;
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeoutMilliseconds + graceMilliseconds, () =>
        this.answer({ request, outcome: { kind: 'unknown', message: 'no answer in time' } }),
      );
      this.#waiting.set(request, (outcome) => {
        timer.cancel();
        this.#waiting.delete(request);
        resolve(outcome);
      });
      this.#send({ request, order, timeoutMilliseconds });
    });
  }

  /** One that comes too late is dropped. */
  answer({ request, outcome }: OrderAnswer): void {
    this.#waiting.get(request)?.(outcome);
  }
}
