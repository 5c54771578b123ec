/**
 * A snapshot on its way from one machine to another: chunks arrive one by one, and either end learns when the
 * other is gone or the link stays cut.
 */

export class SnapshotStream implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #ended = false;
  #broken: Error | undefined;
  #waiting: { resolve(result: IteratorResult<Uint8Array>): void; reject(reason: Error): void } | undefined;

  /** The next calls come from the receiver's machine. */
  arrive(chunk: Uint8Array): void {
    if (this.#broken !== undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#chunks.push(chunk);
    else waiting.resolve({ done: false, value: chunk });
  }

  end(): void {
    this.#ended = true;
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  break(reason: Error): void {
    this.#broken ??= reason;
    this.#waiting?.reject(this.#broken);
    this.#waiting = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk });
        if (this.#broken !== undefined) return Promise.reject(this.#broken);
        if (this.#ended) return Promise.resolve({ done: true, value: undefined });
        return new Promise((resolve, reject) => {
          this.#waiting = { resolve, reject };
        });
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }
}
