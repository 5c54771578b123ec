/**
 * A disk in memory that keeps the guarantees of `platform/disk.ts` and breaks everything beyond them: a crash
 * loses a random suffix of the writes that were not synced, leaves a file that was being written old, new or
 * torn; on demand it fills up, fails, slows down, flips bits, forgets synced batches (as LevelDB does with a
 * damaged log record) and turns into an older copy of itself.
 *
 * All randomness and time come from outside: one seed replays a disk's life. Bytes handed to it and bytes read
 * from it are shared and never changed, neither by it nor by those who use it.
 */
import type {
  BatchOperation,
  Clock,
  Disk,
  DiskDatabase,
  DiskFailureKind,
  DiskIterator,
  DiskReader,
  IterateOptions,
  Random,
  WriteFileOptions,
} from '../../../platform/index.js';
import { DiskFailedError } from '../../../platform/index.js';
import { Medium, type MediumEntry, textOfKey } from './medium.js';
import type { TextBounds } from './ordered-keys.js';

export interface SimulatedDiskOptions {
  readonly random: Random;
  /** Needed for latency; without it every operation completes in a microtask. */
  readonly clock?: Clock;
  /** Upper bound of the uniformly drawn duration of a write; reads take a fifth. */
  readonly latencyMilliseconds?: number;
  /** A write to this database or small file has begun and is not durable yet. */
  readonly onWrite?: (name: string) => void;
}

/** What a disk held at some moment, to be put back later. */
export interface DiskImage {
  readonly media: ReadonlyMap<string, Medium>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Opened databases die with a crash; the disk itself can then be used again, as after a restart. */
export interface SimulatedDisk extends Disk {
  /** Power loss at this instant. */
  crash(): void;
  /** While set, every write fails with `full`. */
  setFull(full: boolean): void;
  readonly isFull: boolean;
  /** Something was written and is not done yet. */
  readonly isWriting: boolean;
  /** The next write to this database (or small file) fails. */
  failNextWrite(name: string, kind: DiskFailureKind): void;
  setLatencyMilliseconds(latencyMilliseconds: number): void;
  /** Flips one random bit of the value stored under a random key that `select` accepts; says whether there was one. */
  flipBit(database: string, select?: (key: Uint8Array) => boolean): boolean;
  /** Flips one random bit of a small file. */
  flipFileBit(name: string): void;
  /** Forgets the newest `count` batches although they were synced. The database must be closed. */
  loseNewestBatches(database: string, count: number): void;
  /** What stands under this key, past whoever has the database open. */
  peek(database: string, key: Uint8Array): Uint8Array | undefined;
  /** Whether the newest value of this key would survive a power loss now. */
  isDurable(database: string, key: Uint8Array): boolean;
  /** The names of its databases, in order. */
  databases(): readonly string[];
  /** What would survive a power loss now. */
  image(): DiskImage;
  /** Puts an image in place of everything. All databases must be closed. */
  restore(image: DiskImage): void;
  /** How many synced writes completed, for tests that count them. */
  readonly syncedWrites: number;
}

const READ_SHARE = 0.2;

function boundsOf(options: IterateOptions): TextBounds {
  const { gt, gte, lt, lte } = options;
  const after = gt !== undefined && (gte === undefined || Buffer.compare(gt, gte) >= 0);
  const from = after ? gt : gte;
  const included = lte !== undefined && (lt === undefined || Buffer.compare(lte, lt) < 0);
  const to = included ? lte : lt;
  return {
    from: from === undefined ? undefined : textOfKey(from),
    fromAfter: after,
    to: to === undefined ? undefined : textOfKey(to),
    toIncluded: included,
  };
}

function flipRandomBit(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  const at = random.integer(0, copy.length);
  copy[at] = copy[at]! ^ (1 << random.integer(0, 8));
  return copy;
}

function crashed(): DiskFailedError {
  return new DiskFailedError('closed', 'the machine crashed');
}

class Simulation {
  readonly #options: SimulatedDiskOptions;
  readonly #random: Random;
  latencyMilliseconds: number;
  generation = 0;
  full = false;
  readonly nextFailures = new Map<string, DiskFailureKind>();
  media = new Map<string, Medium>();
  files = new Map<string, Uint8Array>();
  readonly #filesInFlight = new Map<string, Uint8Array>();
  syncedWrites = 0;

  constructor(options: SimulatedDiskOptions) {
    this.#options = options;
    this.#random = options.random;
    this.latencyMilliseconds = options.latencyMilliseconds ?? 0;
  }

  /** `inTurn`: nothing that was begun before has to be done before. */
  #later(delayMilliseconds: number, action: () => void, inTurn = true): void {
    const { clock } = this.#options;
    if (clock === undefined || (delayMilliseconds === 0 && inTurn)) queueMicrotask(action);
    else clock.setTimer(delayMilliseconds, action);
  }

  #drawDelay(share: number): number {
    if (this.latencyMilliseconds === 0 || this.#options.clock === undefined) return 0;
    return this.#random.float() * this.latencyMilliseconds * share;
  }

  /** Resolves with what `action` gives when the operation's time has passed and the power is still on. */
  perform<Value>(action: () => Value, share = READ_SHARE): Promise<Value> {
    const { generation } = this;
    return new Promise((resolve, reject) => {
      this.#later(this.#drawDelay(share), () => {
        if (generation !== this.generation) {
          reject(crashed());
          return;
        }
        try {
          resolve(action());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  takeFailure(name: string): DiskFailedError | undefined {
    if (this.full) return new DiskFailedError('full', `write to ${name} failed: no space left`);
    const kind = this.nextFailures.get(name);
    if (kind === undefined) return undefined;
    this.nextFailures.delete(name);
    return new DiskFailedError(kind, `write to ${name} failed`);
  }

  writeFile(name: string, bytes: Uint8Array, options: WriteFileOptions | undefined): Promise<void> {
    const failure = this.takeFailure(name);
    if (failure !== undefined) return Promise.reject(failure);
    const content = options?.keepLength === true ? overwritten(this.files.get(name), bytes) : bytes;
    this.#filesInFlight.set(name, content);
    const done = this.perform(() => {
      if (this.#filesInFlight.get(name) === content) this.#filesInFlight.delete(name);
      this.files.set(name, content);
      this.syncedWrites += 1;
    }, 1);
    this.#options.onWrite?.(name);
    return done;
  }

  open(name: string): DiskDatabase {
    const medium = this.media.get(name) ?? new Medium();
    this.media.set(name, medium);
    if (medium.open) throw new DiskFailedError('io', `the database ${name} is already open`);
    medium.open = true;
    return new Database(this, name, medium);
  }

  /** Batches of one database complete in order, whatever each one's duration. */
  write(
    name: string,
    medium: Medium,
    operations: readonly BatchOperation[],
    sync: boolean,
    before: { dueMilliseconds: number; pending: number },
  ): Promise<void> {
    const { generation } = this;
    const write = medium.begin(operations);
    const now = this.#options.clock?.monotonicMilliseconds() ?? 0;
    const follows = before.pending > 0;
    const due = Math.max(now + this.#drawDelay(1), follows ? before.dueMilliseconds : 0);
    before.dueMilliseconds = due;
    before.pending += 1;
    const done = new Promise<void>((resolve, reject) => {
      const complete = (): void => {
        before.pending -= 1;
        if (generation !== this.generation) {
          reject(crashed());
          return;
        }
        medium.complete(write, sync);
        if (sync) this.syncedWrites += 1;
        resolve();
      };
      this.#later(due - now, complete, !follows);
    });
    this.#options.onWrite?.(name);
    return done;
  }

  get isWriting(): boolean {
    if (this.#filesInFlight.size > 0) return true;
    return [...this.media.values()].some((medium) => medium.inFlight.length > 0);
  }

  crash(): void {
    this.generation += 1;
    this.nextFailures.clear();
    for (const medium of this.media.values()) {
      medium.crash((first, last) => this.#random.integer(first, last + 1));
    }
    for (const [name, content] of this.#filesInFlight) this.#tear(name, content);
    this.#filesInFlight.clear();
  }

  #tear(name: string, content: Uint8Array): void {
    const fate = this.#random.integer(0, 3);
    if (fate === 0) return;
    if (fate === 1) {
      this.files.set(name, content);
      return;
    }
    const old = this.files.get(name) ?? new Uint8Array(0);
    const torn = new Uint8Array(Math.max(old.length, content.length));
    torn.set(old);
    torn.set(content.subarray(0, this.#random.integer(0, content.length + 1)));
    this.files.set(name, torn);
  }

  flipBit(database: string, select: ((key: Uint8Array) => boolean) | undefined): boolean {
    const medium = this.media.get(database);
    if (medium === undefined) return false;
    const candidates: Uint8Array[] = [];
    for (const { key, value } of everythingIn(medium)) {
      if (value.length > 0 && (select === undefined || select(key))) candidates.push(key);
    }
    if (candidates.length === 0) return false;
    const key = candidates[this.#random.integer(0, candidates.length)]!;
    medium.damage(key, (value) => flipRandomBit(value, this.#random));
    return true;
  }

  flipFileBit(name: string): void {
    const bytes = this.files.get(name);
    if (bytes !== undefined) this.files.set(name, flipRandomBit(bytes, this.#random));
  }

  loseNewestBatches(database: string, count: number): void {
    const medium = this.media.get(database);
    if (medium === undefined) return;
    if (medium.open) throw new Error(`the database ${database} is open`);
    medium.forgetAfter(Math.max(0, medium.newestSequence - count));
  }

  image(): DiskImage {
    const media = new Map([...this.media].map(([name, medium]) => [name, medium.copy()]));
    return { media, files: new Map(this.files) };
  }

  restore(image: DiskImage): void {
    for (const [name, medium] of this.media) {
      if (medium.open) throw new Error(`the database ${name} is open`);
    }
    this.media = new Map([...image.media].map(([name, medium]) => [name, medium.copy()]));
    this.files = new Map(image.files);
  }
}

function everythingIn(medium: Medium): readonly MediumEntry[] {
  return medium.entries(boundsOf({}), false, medium.visibleSequence);
}

class Database implements DiskDatabase {
  readonly #disk: Simulation;
  readonly #name: string;
  readonly #medium: Medium;
  readonly #generation: number;
  readonly #writes = { dueMilliseconds: 0, pending: 0 };
  #last: Promise<void> = Promise.resolve();
  #failure: DiskFailedError | undefined;
  #closed = false;

  constructor(disk: Simulation, name: string, medium: Medium) {
    this.#disk = disk;
    this.#name = name;
    this.#medium = medium;
    this.#generation = disk.generation;
  }

  #problem(): DiskFailedError | undefined {
    if (this.#generation !== this.#disk.generation) return crashed();
    if (this.#closed) return new DiskFailedError('closed', `the database ${this.#name} is closed`);
    return this.#failure;
  }

  #guarded<Value>(action: () => Value): Promise<Value> {
    const problem = this.#problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this.#disk.perform(() => {
      const later = this.#problem();
      if (later !== undefined) throw later;
      return action();
    });
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#guarded(() => this.#medium.get(textOfKey(key), this.#medium.visibleSequence));
  }

  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#guarded(() =>
      keys.map((key) => this.#medium.get(textOfKey(key), this.#medium.visibleSequence)),
    );
  }

  iterate(options: IterateOptions): DiskIterator {
    const held = this.#medium.hold();
    return this.#iterate(options, held.sequence, held.release);
  }

  #iterate(options: IterateOptions, sequence: number, release: () => void): DiskIterator {
    const reverse = options.reverse === true;
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let bounds = boundsOf(options);
    const page = (maxEntries: number): readonly MediumEntry[] => {
      const wanted = Math.min(maxEntries, left);
      if (wanted <= 0) return [];
      const found = this.#medium.entries(bounds, reverse, sequence, wanted);
      left -= found.length;
      const last = found.at(-1)?.key;
      if (last !== undefined) {
        // A place is remembered by its key: indexes move when keys are added.
        bounds = reverse
          ? { ...bounds, to: textOfKey(last), toIncluded: false }
          : { ...bounds, from: textOfKey(last), fromAfter: true };
      }
      return found;
    };
    return {
      nextPage: (maxEntries) => this.#guarded(() => page(maxEntries)),
      seek(key) {
        const whole = boundsOf(options);
        bounds = reverse
          ? { ...whole, to: textOfKey(key), toIncluded: true }
          : { ...whole, from: textOfKey(key), fromAfter: false };
      },
      close: async () => release(),
    };
  }

  batch(operations: readonly BatchOperation[], { sync }: { readonly sync: boolean }): Promise<void> {
    const problem = this.#problem() ?? this.#disk.takeFailure(this.#name);
    if (problem !== undefined) {
      if (this.#generation === this.#disk.generation && !this.#closed) this.#failure = problem;
      return Promise.reject(problem);
    }
    this.#last = this.#disk.write(this.#name, this.#medium, operations, sync, this.#writes);
    return this.#last;
  }

  snapshot(): DiskReader & { close(): Promise<void> } {
    const problem = this.#problem();
    if (problem !== undefined) throw problem;
    const { sequence, release } = this.#medium.hold();
    let closed = false;
    const read = <Value>(action: () => Value): Promise<Value> =>
      closed
        ? Promise.reject(new DiskFailedError('closed', 'the snapshot is closed'))
        : this.#guarded(action);
    return {
      get: (key) => read(() => this.#medium.get(textOfKey(key), sequence)),
      getMany: (keys) => read(() => keys.map((key) => this.#medium.get(textOfKey(key), sequence))),
      iterate: (options) => {
        if (closed) throw new DiskFailedError('closed', 'the snapshot is closed');
        return this.#iterate(options, sequence, () => {});
      },
      close: async () => {
        closed = true;
        release();
      },
    };
  }

  compactRange(): Promise<void> {
    return this.#guarded(() => undefined);
  }

  sizeBytes(): Promise<number> {
    return this.#guarded(() => this.#medium.visibleBytes);
  }

  async close(): Promise<void> {
    if (this.#closed || this.#generation !== this.#disk.generation) return;
    await this.#last.catch(() => undefined);
    this.#closed = true;
    if (this.#generation === this.#disk.generation) this.#medium.open = false;
  }
}

/** A longer file keeps what it held behind the new bytes. */
function overwritten(before: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  if (before === undefined || before.length <= bytes.length) return bytes;
  const whole = Uint8Array.from(before);
  whole.set(bytes);
  return whole;
}

export function simulatedDisk(options: SimulatedDiskOptions): SimulatedDisk {
  const disk = new Simulation(options);
  return {
    openDatabase: (name) => disk.perform(() => disk.open(name)),
    databaseExists: (name) => disk.perform(() => disk.media.has(name)),
    deleteDatabase: (name) =>
      disk.perform(() => {
        disk.media.delete(name);
      }),
    listDatabases: () => disk.perform(() => [...disk.media.keys()].sort()),
    readFile: (name) => disk.perform(() => disk.files.get(name)),
    writeFile: (name, bytes, how) => disk.writeFile(name, bytes, how),
    crash: () => disk.crash(),
    setFull: (full) => {
      disk.full = full;
    },
    get isWriting() {
      return disk.isWriting;
    },
    get isFull() {
      return disk.full;
    },
    failNextWrite: (name, kind) => {
      disk.nextFailures.set(name, kind);
    },
    setLatencyMilliseconds: (latencyMilliseconds) => {
      disk.latencyMilliseconds = latencyMilliseconds;
    },
    flipBit: (database, select) => disk.flipBit(database, select),
    flipFileBit: (name) => disk.flipFileBit(name),
    loseNewestBatches: (database, count) => disk.loseNewestBatches(database, count),
    peek: (database, key) => {
      const medium = disk.media.get(database);
      return medium?.get(textOfKey(key), medium.visibleSequence);
    },
    isDurable: (database, key) => disk.media.get(database)?.isDurable(textOfKey(key)) ?? false,
    databases: () => [...disk.media.keys()].sort(),
    image: () => disk.image(),
    restore: (image) => disk.restore(image),
    get syncedWrites() {
      return disk.syncedWrites;
    },
  };
}
