/**
 * A disk in memory that keeps the guarantees of `platform/disk.ts` and breaks everything beyond them: a crash
 * loses a random suffix of the writes that were not synced, leaves a file that was being written old, new or
 * torn; on demand it fills up, fails, slows down, flips bits and forgets synced batches (as LevelDB does with
 * a damaged log record).
 *
 * All randomness and time come from outside: one seed replays a disk's life.
 */
import type {
  BatchOperation,
  Clock,
  Disk,
  DiskDatabase,
  DiskEntry,
  DiskFailureKind,
  DiskIterator,
  DiskReader,
  DiskSnapshot,
  IterateOptions,
  Random,
} from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import { firstIndex, VersionedMap } from './versioned-map.js';

export interface SimulatedDiskOptions {
  readonly random: Random;
  /** Needed for latency; without it every operation completes in a microtask. */
  readonly clock?: Clock;
  /** Upper bound of the uniformly drawn duration of an operation. */
  readonly latencyMilliseconds?: number;
}

/** Opened databases die with a crash; the disk itself can then be used again, as after a restart. */
export interface SimulatedDisk extends Disk {
  /** Power loss at this instant. */
  crash(): void;
  /** While set, every write fails with `full`. */
  setFull(full: boolean): void;
  /** The next write to this database (or small file) fails. */
  failNextWrite(name: string, kind: DiskFailureKind): void;
  setLatencyMilliseconds(latencyMilliseconds: number): void;
  /** Flips one random bit of the value stored under a random key that `select` accepts; says whether there was one. */
  flipBit(database: string, select?: (key: Uint8Array) => boolean): boolean;
  /** Flips one random bit of a small file. */
  flipFileBit(name: string): void;
  /** Forgets the newest `count` batches although they were synced. The database must be closed. */
  loseNewestBatches(database: string, count: number): void;
  /** How many synced writes completed, for tests that count them. */
  readonly syncedWrites: number;
}

const toKey = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
const fromKey = (key: string): Uint8Array => new Uint8Array(Buffer.from(key, 'latin1'));

/** What lies on the medium under one database name. */
interface Medium {
  readonly map: VersionedMap;
  /** Every write at or below this sequence survives a crash. */
  durableSequence: number;
  /** Every write at or below this sequence is visible. */
  visibleSequence: number;
  nextSequence: number;
  /** Issued, not yet completed, in order. */
  readonly inFlight: { readonly sequence: number; readonly operations: readonly BatchOperation[] }[];
  readonly snapshots: Map<number, number>;
  open: boolean;
}

function newMedium(): Medium {
  return {
    map: new VersionedMap(),
    durableSequence: 0,
    visibleSequence: 0,
    nextSequence: 1,
    inFlight: [],
    snapshots: new Map(),
    open: false,
  };
}

/** How many synced batches `loseNewestBatches` can take back with the values they overwrote. */
const LOSABLE_BATCHES = 16;

function hold(medium: Medium, sequence: number): () => void {
  medium.snapshots.set(sequence, (medium.snapshots.get(sequence) ?? 0) + 1);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    const holders = medium.snapshots.get(sequence) ?? 0;
    if (holders <= 1) medium.snapshots.delete(sequence);
    else medium.snapshots.set(sequence, holders - 1);
  };
}

function oldestNeeded(medium: Medium): number {
  let oldest = Math.min(medium.durableSequence, medium.visibleSequence);
  for (const sequence of medium.snapshots.keys()) oldest = Math.min(oldest, sequence);
  return oldest - LOSABLE_BATCHES;
}

function applyToMedium(medium: Medium, sequence: number, operations: readonly BatchOperation[]): void {
  const keepFrom = oldestNeeded(medium);
  for (const operation of operations) {
    const value = operation.type === 'put' ? operation.value.slice() : undefined;
    medium.map.set(toKey(operation.key), value, sequence, keepFrom);
  }
  medium.visibleSequence = sequence;
}

/** Bounds as a half-open index range of the sorted keys. */
function indexRange(keys: readonly string[], options: IterateOptions): { from: number; to: number } {
  let from = 0;
  if (options.gt !== undefined) from = firstIndex(keys, toKey(options.gt), true);
  if (options.gte !== undefined) from = Math.max(from, firstIndex(keys, toKey(options.gte), false));
  let to = keys.length;
  if (options.lt !== undefined) to = firstIndex(keys, toKey(options.lt), false);
  if (options.lte !== undefined) to = Math.min(to, firstIndex(keys, toKey(options.lte), true));
  return { from, to };
}

/** A cursor at a fixed sequence; remembers its place by key, since indexes move when keys are added. */
function iterateMedium(
  medium: Medium,
  sequence: number,
  options: IterateOptions,
  perform: <Value>(action: () => Value) => Promise<Value>,
): DiskIterator {
  const release = hold(medium, sequence);
  let bounds: IterateOptions = options;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const page = (maxEntries: number): readonly DiskEntry[] => {
    const keys = medium.map.keys();
    const { from, to } = indexRange(keys, bounds);
    const found: DiskEntry[] = [];
    const step = options.reverse === true ? -1 : 1;
    for (
      let index = step === 1 ? from : to - 1;
      index >= from && index < to && found.length < maxEntries && left > 0;
      index += step
    ) {
      const value = medium.map.get(keys[index]!, sequence);
      if (value === undefined) continue;
      found.push({ key: fromKey(keys[index]!), value: value.slice() });
      left -= 1;
    }
    const last = found.at(-1)?.key;
    if (last !== undefined) {
      const { gt: _gt, gte: _gte, lt: _lt, lte: _lte, ...rest } = bounds;
      bounds = step === 1 ? { ...rest, gt: last, ...upper(bounds) } : { ...rest, lt: last, ...lower(bounds) };
    }
    return found;
  };
  return {
    nextPage: (maxEntries) => perform(() => page(maxEntries)),
    seek(key) {
      bounds =
        options.reverse === true
          ? { ...options, lte: key, ...lower(options) }
          : { ...options, gte: key, ...upper(options) };
    },
    close: async () => release(),
  };
}

function upper(options: IterateOptions): IterateOptions {
  return {
    ...(options.lt === undefined ? {} : { lt: options.lt }),
    ...(options.lte === undefined ? {} : { lte: options.lte }),
  };
}

function lower(options: IterateOptions): IterateOptions {
  return {
    ...(options.gt === undefined ? {} : { gt: options.gt }),
    ...(options.gte === undefined ? {} : { gte: options.gte }),
  };
}

function flipRandomBit(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  const at = random.integer(0, copy.length);
  copy[at] = copy[at]! ^ (1 << random.integer(0, 8));
  return copy;
}

class Simulation {
  readonly #random: Random;
  readonly #clock: Clock | undefined;
  #latencyMilliseconds: number;
  #generation = 0;
  #full = false;
  readonly #nextFailures = new Map<string, DiskFailureKind>();
  readonly #media = new Map<string, Medium>();
  readonly #files = new Map<string, Uint8Array>();
  readonly #filesInFlight = new Map<string, Uint8Array>();
  #syncedWrites = 0;

  constructor(options: SimulatedDiskOptions) {
    this.#random = options.random;
    this.#clock = options.clock;
    this.#latencyMilliseconds = options.latencyMilliseconds ?? 0;
  }

  disk(): SimulatedDisk {
    const syncedWrites = (): number => this.#syncedWrites;
    return {
      openDatabase: (name) => this.#perform(() => this.#open(name)),
      databaseExists: (name) => this.#perform(() => this.#media.has(name)),
      deleteDatabase: (name) =>
        this.#perform(() => {
          this.#media.delete(name);
        }),
      listDatabases: () => this.#perform(() => [...this.#media.keys()].sort()),
      readFile: (name) => this.#perform(() => this.#files.get(name)?.slice()),
      writeFile: (name, bytes) => this.#writeFile(name, bytes),
      crash: () => this.#crash(),
      setFull: (full) => {
        this.#full = full;
      },
      failNextWrite: (name, kind) => {
        this.#nextFailures.set(name, kind);
      },
      setLatencyMilliseconds: (latencyMilliseconds) => {
        this.#latencyMilliseconds = latencyMilliseconds;
      },
      flipBit: (database, select) => this.#flipBit(database, select),
      flipFileBit: (name) => {
        const bytes = this.#files.get(name);
        if (bytes !== undefined) this.#files.set(name, flipRandomBit(bytes, this.#random));
      },
      loseNewestBatches: (database, count) => this.#loseNewestBatches(database, count),
      get syncedWrites() {
        return syncedWrites();
      },
    };
  }

  /** Runs `action` once the operation's time has passed, unless the power went out meanwhile. */
  async #perform<Value>(action: () => Value): Promise<Value> {
    const generation = this.#generation;
    await this.#elapse();
    if (generation !== this.#generation) throw new DiskFailedError('closed', 'the machine crashed');
    return action();
  }

  async #elapse(): Promise<void> {
    const clock = this.#clock;
    if (clock === undefined || this.#latencyMilliseconds === 0) return;
    const delayMilliseconds = this.#random.float() * this.#latencyMilliseconds;
    await new Promise<void>((resolve) => {
      clock.setTimer(delayMilliseconds, resolve);
    });
  }

  #takeFailure(name: string): DiskFailedError | undefined {
    if (this.#full) return new DiskFailedError('full', `write to ${name} failed: no space left`);
    const kind = this.#nextFailures.get(name);
    if (kind === undefined) return undefined;
    this.#nextFailures.delete(name);
    return new DiskFailedError(kind, `write to ${name} failed`);
  }

  async #writeFile(name: string, bytes: Uint8Array): Promise<void> {
    const failure = this.#takeFailure(name);
    if (failure !== undefined) throw failure;
    const content = bytes.slice();
    this.#filesInFlight.set(name, content);
    await this.#perform(() => {
      if (this.#filesInFlight.get(name) === content) this.#filesInFlight.delete(name);
      this.#files.set(name, content);
      this.#syncedWrites += 1;
    });
  }

  #open(name: string): DiskDatabase {
    const medium = this.#media.get(name) ?? newMedium();
    this.#media.set(name, medium);
    if (medium.open) throw new DiskFailedError('io', `the database ${name} is already open`);
    medium.open = true;
    return this.#database(name, medium);
  }

  #database(name: string, medium: Medium): DiskDatabase {
    const generation = this.#generation;
    let failure: DiskFailedError | undefined;
    let closed = false;
    let tail: Promise<void> = Promise.resolve();
    const check = (): void => {
      if (generation !== this.#generation) throw new DiskFailedError('closed', 'the machine crashed');
      if (closed) throw new DiskFailedError('closed', `the database ${name} is closed`);
      if (failure !== undefined) throw failure;
    };
    const guarded = async <Value>(action: () => Value): Promise<Value> => {
      check();
      return this.#perform(() => {
        check();
        return action();
      });
    };
    const write = async (operations: readonly BatchOperation[], sync: boolean): Promise<void> => {
      check();
      failure = this.#takeFailure(name);
      if (failure !== undefined) throw failure;
      const sequence = medium.nextSequence;
      medium.nextSequence += 1;
      const batch = { sequence, operations };
      medium.inFlight.push(batch);
      // Batches of one database complete in order, whatever each one's duration.
      const before = tail;
      const done = (async () => {
        await Promise.all([this.#elapse(), before.catch(() => undefined)]);
        check();
        medium.inFlight.splice(medium.inFlight.indexOf(batch), 1);
        applyToMedium(medium, sequence, operations);
        if (!sync) return;
        medium.durableSequence = sequence;
        this.#syncedWrites += 1;
      })();
      tail = done;
      await done;
    };
    const reader = (sequence: () => number): DiskReader => ({
      get: (key) => guarded(() => medium.map.get(toKey(key), sequence())?.slice()),
      getMany: (keys) => guarded(() => keys.map((key) => medium.map.get(toKey(key), sequence())?.slice())),
      iterate: (options) => iterateMedium(medium, sequence(), options, guarded),
    });
    return {
      ...reader(() => medium.visibleSequence),
      batch: (operations, { sync }) => write(operations, sync),
      snapshot: () => {
        check();
        return snapshotAt(medium, reader);
      },
      compactRange: () => guarded(() => undefined),
      sizeBytes: () =>
        guarded(() => {
          let total = 0;
          for (const key of medium.map.keys()) {
            const value = medium.map.get(key, medium.visibleSequence);
            if (value !== undefined) total += key.length + value.length;
          }
          return total;
        }),
      close: async () => {
        if (closed || generation !== this.#generation) return;
        await tail.catch(() => undefined);
        closed = true;
        medium.open = false;
      },
    };
  }

  #crash(): void {
    this.#generation += 1;
    for (const medium of this.#media.values()) {
      for (const batch of medium.inFlight) applyToMedium(medium, batch.sequence, batch.operations);
      medium.inFlight.length = 0;
      const newest = medium.nextSequence - 1;
      const surviving = this.#random.integer(medium.durableSequence, newest + 1);
      medium.map.forgetAfter(surviving);
      medium.durableSequence = surviving;
      medium.visibleSequence = surviving;
      medium.nextSequence = surviving + 1;
      medium.snapshots.clear();
      medium.open = false;
    }
    for (const [name, content] of this.#filesInFlight) this.#tear(name, content);
    this.#filesInFlight.clear();
  }

  #tear(name: string, content: Uint8Array): void {
    const fate = this.#random.integer(0, 3);
    if (fate === 0) return;
    if (fate === 1) {
      this.#files.set(name, content);
      return;
    }
    const old = this.#files.get(name) ?? new Uint8Array(0);
    const torn = new Uint8Array(Math.max(old.length, content.length));
    torn.set(old);
    torn.set(content.subarray(0, this.#random.integer(0, content.length + 1)));
    this.#files.set(name, torn);
  }

  #flipBit(database: string, select: ((key: Uint8Array) => boolean) | undefined): boolean {
    const medium = this.#media.get(database);
    if (medium === undefined) return false;
    const candidates = medium.map
      .keys()
      .filter((key) => medium.map.get(key, medium.visibleSequence) !== undefined)
      .filter((key) => select === undefined || select(fromKey(key)));
    if (candidates.length === 0) return false;
    const key = candidates[this.#random.integer(0, candidates.length)]!;
    medium.map.damage(key, (value) => flipRandomBit(value, this.#random));
    return true;
  }

  #loseNewestBatches(database: string, count: number): void {
    const medium = this.#media.get(database);
    if (medium === undefined) return;
    if (medium.open) throw new Error(`the database ${database} is open`);
    const keep = Math.max(0, medium.nextSequence - 1 - count);
    medium.map.forgetAfter(keep);
    medium.durableSequence = Math.min(medium.durableSequence, keep);
    medium.visibleSequence = keep;
  }
}

function snapshotAt(medium: Medium, reader: (sequence: () => number) => DiskReader): DiskSnapshot {
  const sequence = medium.visibleSequence;
  const release = hold(medium, sequence);
  let closed = false;
  return {
    ...reader(() => {
      if (closed) throw new DiskFailedError('closed', 'the snapshot is closed');
      return sequence;
    }),
    close: async () => {
      closed = true;
      release();
    },
  };
}

export function simulatedDisk(options: SimulatedDiskOptions): SimulatedDisk {
  return new Simulation(options).disk();
}
