/**
 * The snapshots that readers hold at one member. LevelDB gives nothing back that a held view still shows: so there
 * are only a few, each has a deadline, and a reader that does not come back for the next chunk loses it.
 */
import { type Clock, DiskFailedError, type Timer } from '../../platform/index.js';
import type { SnapshotEndReason, SnapshotStep, SnapshotStream } from '../cluster-admin.js';
import { DamagedRecordError } from '../tuple.js';

export interface SnapshotLimits {
  readonly maxHeld: number;
  /** Between one chunk and the question for the next. */
  readonly stallMilliseconds: number;
  /** For all of it. */
  readonly deadlineMilliseconds: number;
}

export const defaultSnapshotLimits: SnapshotLimits = {
  maxHeld: 4,
  stallMilliseconds: 60_000,
  deadlineMilliseconds: 60 * 60_000,
};

/** An open view and the file that is made from it. */
export interface SnapshotFileSource {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Releases the view. */
  close(): Promise<void>;
}

export interface HeldSnapshotsOptions {
  readonly clock: Clock;
  readonly limits: SnapshotLimits;
  /** Throws `DamagedRecordError` and `DiskFailedError`. */
  readonly open: () => Promise<SnapshotFileSource>;
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

/** What a failed read means to the reader. Anything else is a defect, and says so. */
function reasonOf(error: unknown): SnapshotEndReason {
  if (error instanceof DamagedRecordError) return { kind: 'corrupt', message: error.message };
  if (error instanceof DiskFailedError) {
    switch (error.kind) {
      case 'corrupt':
        return { kind: 'corrupt', message: error.message };
      case 'closed':
        // The member stops, or its state was just replaced by another's.
        return { kind: 'stopping' };
      case 'full':
      case 'io':
        return { kind: 'failed', message: error.message };
    }
  }
  return { kind: 'failed', message: String(error) };
}

class HeldSnapshot implements SnapshotStream {
  readonly #options: HeldSnapshotsOptions;
  readonly #released: () => void;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #source: SnapshotFileSource | undefined;
  /** What is being read; never rejects. */
  #working: Promise<void> = Promise.resolve();
  #asked: Promise<SnapshotStep> | undefined;
  #tell: ((step: SnapshotStep) => void) | undefined;
  #stall: Timer | undefined;
  #deadline: Timer | undefined;
  #end: SnapshotStep | undefined;
  /** Once it has ended: resolves when nothing of it is held. */
  releasing: Promise<void> = Promise.resolve();

  constructor(options: HeldSnapshotsOptions, released: () => void) {
    this.#options = options;
    this.#released = released;
    this.#awaitReader();
  }

  #awaitReader(): void {
    const { clock, limits } = this.#options;
    const message = `no chunk was asked for within ${seconds(limits.stallMilliseconds)}`;
    this.#stall = clock.setTimer(limits.stallMilliseconds, () => this.end({ kind: 'too-slow', message }));
  }

  next(): Promise<SnapshotStep> {
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    this.#stall?.cancel();
    this.#asked ??= new Promise((resolve) => {
      this.#tell = resolve;
      this.#working = this.#read().then((step) => this.#answer(step));
    });
    return this.#asked;
  }

  /** A race against a promise for the end would do the same, and keep every chunk until then. */
  #answer(step: SnapshotStep): void {
    const tell = this.#tell;
    this.#asked = undefined;
    this.#tell = undefined;
    tell?.(step);
  }

  async #read(): Promise<SnapshotStep> {
    try {
      const pieces = this.#pieces ?? (await this.#open());
      const next = await pieces.next();
      if (next.done === true) return this.end({ kind: 'complete' });
      if (this.#end !== undefined) return this.#end;
      this.#awaitReader();
      return { kind: 'chunk', bytes: next.value };
    } catch (error) {
      return this.end(reasonOf(error));
    }
  }

  async #open(): Promise<AsyncIterator<Uint8Array>> {
    const { clock, limits, open } = this.#options;
    const message = `not all of it was read within ${seconds(limits.deadlineMilliseconds)}`;
    this.#deadline = clock.setTimer(limits.deadlineMilliseconds, () =>
      this.end({ kind: 'too-slow', message }),
    );
    this.#source = await open();
    this.#pieces = this.#source.pieces[Symbol.asyncIterator]();
    return this.#pieces;
  }

  cancel(): void {
    this.end({ kind: 'cancelled' });
  }

  /** The first reason stays. */
  end(reason: SnapshotEndReason): SnapshotStep {
    if (this.#end !== undefined) return this.#end;
    const step: SnapshotStep = { kind: 'end', reason };
    this.#end = step;
    this.#stall?.cancel();
    this.#deadline?.cancel();
    // Whoever waits is told at once, also while the disk is still at it.
    this.#answer(step);
    this.releasing = this.#release();
    return step;
  }

  async #release(): Promise<void> {
    try {
      // The view is closed behind what is being read now.
      await this.#working;
      await this.#pieces?.return?.().catch(() => undefined);
      await this.#source?.close();
    } catch {
      // The disk is closed or has failed, and its views are gone with it.
    } finally {
      this.#released();
    }
  }
}

export class HeldSnapshots {
  readonly #options: HeldSnapshotsOptions;
  readonly #held = new Set<HeldSnapshot>();
  #closed = false;

  constructor(options: HeldSnapshotsOptions) {
    this.#options = options;
  }

  open(): SnapshotStream {
    const { limits } = this.#options;
    const snapshot: HeldSnapshot = new HeldSnapshot(this.#options, () => this.#held.delete(snapshot));
    if (this.#closed) {
      snapshot.end({ kind: 'stopping' });
    } else if (this.#held.size >= limits.maxHeld) {
      snapshot.end({ kind: 'overloaded', message: `${limits.maxHeld} snapshots are being read already` });
    } else {
      this.#held.add(snapshot);
    }
    return snapshot;
  }

  /** Ends all of them; resolves when no view is held. */
  async close(): Promise<void> {
    this.#closed = true;
    const held = [...this.#held];
    for (const snapshot of held) snapshot.end({ kind: 'stopping' });
    await Promise.all(held.map(({ releasing }) => releasing));
  }
}
