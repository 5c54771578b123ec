/** How many calls there were of each method, and how they ended. */
import { StatusCode } from './status.js';

export interface MethodCounts {
  readonly path: string;
  readonly kind: 'unary' | 'server-stream' | 'stream';
  readonly started: number;
  /** By status code; those still under way are missing. */
  readonly ended: ReadonlyMap<number, number>;
}

interface Counts {
  readonly path: string;
  readonly kind: MethodCounts['kind'];
  started: number;
  readonly ended: Map<number, number>;
}

export class CallCounts {
  readonly #methods = new Map<string, Counts>();

  constructor(methods: readonly Pick<MethodCounts, 'path' | 'kind'>[]) {
    for (const { path, kind } of methods) {
      this.#methods.set(path, { path, kind, started: 0, ended: new Map() });
    }
  }

  started(path: string): void {
    const counts = this.#methods.get(path);
    if (counts !== undefined) counts.started += 1;
  }

  /** `status`: as it was sent; undefined when the client had gone before there was one. */
  ended(path: string, status: unknown): void {
    const counts = this.#methods.get(path);
    if (counts === undefined) return;
    const code = status === undefined ? StatusCode.CANCELLED : Number(status);
    counts.ended.set(code, (counts.ended.get(code) ?? 0) + 1);
  }

  get methods(): readonly MethodCounts[] {
    return [...this.#methods.values()];
  }
}
