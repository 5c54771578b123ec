/** Steps that are asked for one by one across the port: what a watch and a snapshot have in common at the client's end. */
import type { Request } from './port.js';

export class RemoteSteps<Step extends { readonly kind: string }> {
  protected readonly id: number;
  protected readonly send: (request: Request) => void;
  readonly #forget: () => void;
  #asked: Promise<Step> | undefined;
  #resolve: ((step: Step) => void) | undefined;
  #end: Step | undefined;

  constructor(id: number, send: (request: Request) => void, forget: () => void) {
    this.id = id;
    this.send = send;
    this.#forget = forget;
  }

  protected get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Asking is the credit; whoever asks again before the answer waits for the same step. */
  next(): Promise<Step> {
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    this.#asked ??= new Promise((resolve) => {
      this.#resolve = resolve;
      this.send({ kind: 'next', id: this.id });
    });
    return this.#asked;
  }

  /** A step of kind `end` is the last, whatever still comes. */
  take(step: Step): void {
    if (this.#end !== undefined) return;
    if (step.kind === 'end') {
      this.#end = step;
      this.#forget();
    }
    const resolve = this.#resolve;
    this.#asked = undefined;
    this.#resolve = undefined;
    resolve?.(step);
  }

  protected leave(end: Step): void {
    if (this.#end !== undefined) return;
    this.send({ kind: 'cancel', id: this.id });
    this.take(end);
  }
}
