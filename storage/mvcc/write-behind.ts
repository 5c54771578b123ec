/**
 * A database that is written in synced batches, gathered for a short time, while everything committed is
 * readable at once. Every batch carries the records that `describe` gives at that moment (the applied index),
 * so that after any crash the database is a prefix of what was committed.
 *
 * At most one batch is in flight. After a failed write nothing more is accepted.
 */

import type { BatchOperation, Clock, DiskDatabase, Timer } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import { bytesOf } from '../bytes.js';
import { OverlayLayer } from './overlay.js';
import { type View, viewOf } from './view.js';

export interface WriteBehindOptions {
  readonly database: DiskDatabase;
  readonly clock: Clock;
  /** Records written with each batch: what the batch brings the database up to. */
  readonly describe: () => readonly (readonly [string, Uint8Array])[];
  readonly flushDelayMilliseconds?: number;
  readonly flushBytes?: number;
}

const DEFAULT_FLUSH_DELAY_MILLISECONDS = 100;
const DEFAULT_FLUSH_BYTES = 4 * 1024 * 1024;
const OPERATIONS_A_TURN = 8192;
/** Committing waits for the disk once this many times `flushBytes` are unwritten. */
const BACKPRESSURE_FACTOR = 4;

export class WriteBehind {
  readonly #options: WriteBehindOptions;
  readonly #flushDelayMilliseconds: number;
  readonly #flushBytes: number;
  #current = new OverlayLayer();
  #writing: OverlayLayer | undefined;
  /** Units committed so far, those that the batch in flight brings, and those that are durable. */
  #sequence = 0;
  #writingSequence = 0;
  #durableSequence = 0;
  #timer: Timer | undefined;
  #flushing: Promise<void> | undefined;
  #failure: DiskFailedError | undefined;
  #closed = false;
  #openViews = 0;
  #viewsClosed: (() => void)[] = [];
  /** Called after each durable batch, in order. */
  onDurable: (() => void) | undefined;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
    this.#flushDelayMilliseconds = options.flushDelayMilliseconds ?? DEFAULT_FLUSH_DELAY_MILLISECONDS;
    this.#flushBytes = options.flushBytes ?? DEFAULT_FLUSH_BYTES;
  }

  get failure(): DiskFailedError | undefined {
    return this.#failure;
  }

  get unwrittenBytes(): number {
    return this.#current.bytes + (this.#writing?.bytes ?? 0);
  }

  /** Readable by `get` at once, by views once committed. */
  set(key: string, value: Uint8Array | null): void {
    this.#current.set(key, value, this.#sequence + 1);
  }

  /** Ends one atomic unit: batches and views never split it. */
  commit(): void {
    this.#sequence += 1;
    if (this.#current.bytes >= this.#flushBytes) this.#startFlush();
    else this.#timer ??= this.#options.clock.setTimer(this.#flushDelayMilliseconds, () => this.#startFlush());
  }

  /** Waits while too much is unwritten. Throws the failure of the disk. */
  async backpressure(): Promise<void> {
    while (this.unwrittenBytes >= this.#flushBytes * BACKPRESSURE_FACTOR) await this.flush();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** null: deleted, undefined: not in memory. */
  peek(key: string): Uint8Array | null | undefined {
    const newest = Number.MAX_SAFE_INTEGER;
    const value = this.#current.get(key, newest);
    return value === undefined ? this.#writing?.get(key, newest) : value;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const known = this.peek(key);
    if (known !== undefined) return known ?? undefined;
    return this.#options.database.get(bytesOf(key));
  }

  async getMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const values = keys.map((key) => this.peek(key));
    const missing = keys.filter((_, index) => values[index] === undefined);
    const found = missing.length === 0 ? [] : await this.#options.database.getMany(missing.map(bytesOf));
    let next = 0;
    return values.map((value) => (value === undefined ? found[next++] : (value ?? undefined)));
  }

  /** Everything committed so far, until it is closed. */
  view(): View {
    if (this.#closed) throw new DiskFailedError('closed', 'the state database is closed');
    const layers = this.#writing === undefined ? [this.#current] : [this.#current, this.#writing];
    const snapshot = this.#options.database.snapshot();
    this.#openViews += 1;
    return viewOf(snapshot, layers, this.#sequence, () => {
      this.#openViews -= 1;
      if (this.#openViews > 0) return;
      const waiting = this.#viewsClosed;
      this.#viewsClosed = [];
      for (const resolve of waiting) resolve();
    });
  }

  /**
   * Resolves when everything committed before the call is durable; what is committed meanwhile is not waited
   * for, else writers that never pause would hold it up for ever. Throws the failure of the disk.
   */
  async flush(): Promise<void> {
    const target = this.#sequence;
    while (this.#durableSequence < target) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#startFlush();
      await this.#flushing;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #startFlush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { failure } = this;
    if (this.#flushing !== undefined || this.#sequence === this.#writingSequence || failure !== undefined)
      return;
    this.#writingSequence = this.#sequence;
    this.#writing = this.#current;
    this.#current = new OverlayLayer();
    this.#flushing = this.#write(this.#writing, this.#options.describe());
  }

  async #write(layer: OverlayLayer, description: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    try {
      const operations = await this.#operationsOf(layer);
      for (const [key, value] of description) operations.push({ type: 'put', key: bytesOf(key), value });
      await this.#options.database.batch(operations, { sync: true });
    } catch (error) {
      // The layer stays readable: what it holds is committed in the log.
      this.#failure =
        error instanceof DiskFailedError ? error : new DiskFailedError('io', String(error), { cause: error });
      this.#flushing = undefined;
      return;
    }
    this.#writing = undefined;
    this.#flushing = undefined;
    this.#durableSequence = this.#writingSequence;
    this.onDurable?.();
    if (this.#sequence > this.#writingSequence && !this.#closed) {
      if (this.#current.bytes >= this.#flushBytes) this.#startFlush();
      else
        this.#timer ??= this.#options.clock.setTimer(this.#flushDelayMilliseconds, () => this.#startFlush());
    }
  }

  /** A layer that is being written does not change any more: a large one is gone through in several turns. */
  async #operationsOf(layer: OverlayLayer): Promise<BatchOperation[]> {
    const operations: BatchOperation[] = [];
    for (const [key, value] of layer.newest()) {
      operations.push(
        value === null ? { type: 'delete', key: bytesOf(key) } : { type: 'put', key: bytesOf(key), value },
      );
      if (operations.length % OPERATIONS_A_TURN === 0) {
        await new Promise<void>((resolve) => this.#options.clock.defer(resolve));
      }
    }
    return operations;
  }

  sizeBytes(): Promise<number> {
    return this.#options.database.sizeBytes();
  }

  compactRange(from: string, to: string): Promise<void> {
    return this.#options.database.compactRange({ from: bytesOf(from), to: bytesOf(to) });
  }

  /** Writes what is left unless the disk has failed, waits for views, and closes the database. */
  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#failure === undefined) await this.flush().catch(() => undefined);
    this.#timer?.cancel();
    this.#closed = true;
    await this.#flushing;
    if (this.#openViews > 0) await new Promise<void>((resolve) => this.#viewsClosed.push(resolve));
    await this.#options.database.close();
  }
}
