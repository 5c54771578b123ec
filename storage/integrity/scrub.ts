/**
 * A slow walk over everything that is stored, so that damage is found while the others still have what was lost,
 * and not when it is needed. Each record of the state is checked against its own digest, all of them together
 * against the state hash: that also shows a record that is gone, or an older one in its place. Then come the
 * entries of the log. Bounded in bytes a second; nothing is walked at a start.
 */
import type { Clock, Logger, Timer } from '../../platform/index.js';
import { DiskFailedError } from '../../platform/index.js';
import type { LogIndex } from '../../raft/index.js';
import type { MemberLog } from '../log/member-log.js';
import { checkRecord } from '../mvcc/check-record.js';
import { RecordSum } from '../mvcc/record-sum.js';
import type { ReplicatedState } from '../mvcc/state.js';
import type { WalkedSum } from '../mvcc/walked-sum.js';
import { DamagedRecordError } from '../tuple.js';

export interface ScrubSettings {
  readonly bytesPerSecond: number;
  /** From the end of one walk, or from the start, to the next. */
  readonly pauseMilliseconds: number;
}

/** 1 GiB takes 17 minutes. */
export const defaultScrub: ScrubSettings = { bytesPerSecond: 1024 * 1024, pauseMilliseconds: 3_600_000 };

export interface ScrubOptions {
  readonly settings: ScrubSettings;
  readonly state: () => ReplicatedState;
  readonly log: MemberLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stateDamaged: (reason: string) => void;
  readonly logDamaged: (reason: string) => void;
}

const SLICE_MILLISECONDS = 1000;
/** Few, for a value may be large. */
const PAGE_ENTRIES = 16;
/** Behind every key. */
const END = '\u00ff';

interface StateWalk {
  readonly kind: 'state';
  readonly state: ReplicatedState;
  readonly sum: WalkedSum;
  readonly from: string;
  readonly damaged: boolean;
}

/** Where the walk stands; undefined: it pauses. */
type Place = StateWalk | { readonly kind: 'log'; readonly from: LogIndex } | undefined;

export class Scrub {
  readonly #options: ScrubOptions;
  #place: Place;
  #timer: Timer | undefined;
  #slice: Promise<void> | undefined;
  #stopped = false;

  constructor(options: ScrubOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped) return;
    const { clock, settings } = this.#options;
    const delay = this.#place === undefined ? settings.pauseMilliseconds : SLICE_MILLISECONDS;
    this.#timer = clock.setTimer(delay, () => {
      this.#slice = this.#next().finally(() => {
        this.#slice = undefined;
        this.start();
      });
    });
  }

  /** Resolves when nothing is being read any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#slice;
  }

  async #next(): Promise<void> {
    const { logger } = this.#options;
    const place = this.#place ?? this.#beginState();
    try {
      this.#place = await this.#walkOn(place);
      if (this.#place === undefined) logger.info('all that is stored was looked at');
    } catch (error) {
      if (place.kind === 'state') place.state.endWalk(place.sum);
      this.#place = undefined;
      if (!this.#stopped) logger.warn('looking for damage failed, later again', { error: String(error) });
    }
  }

  #beginState(): StateWalk {
    const state = this.#options.state();
    return { kind: 'state', state, sum: state.beginWalk(), from: '', damaged: false };
  }

  async #walkOn(place: NonNullable<Place>): Promise<Place> {
    switch (place.kind) {
      case 'state':
        // A snapshot has taken its place: what is left of the old one is nobody's.
        return place.state === this.#options.state() ? this.#walkState(place) : this.#beginState();
      case 'log':
        return this.#walkLog(place.from);
    }
  }

  async #walkState(walk: StateWalk): Promise<Place> {
    const slice = await this.#readSlice(walk);
    const damaged = walk.damaged || slice.damaged;
    if (slice.from !== undefined) return { ...walk, from: slice.from, damaged };
    if (!walk.state.endWalk(walk.sum) && !damaged && !this.#stopped) {
      this.#options.stateDamaged(
        'the records of the state are not those of its hash: some are gone or of an earlier time',
      );
    }
    return { kind: 'log', from: 0 };
  }

  /** `from`: where the next slice begins; undefined: there is none. */
  async #readSlice({
    state,
    sum,
    from,
  }: StateWalk): Promise<{ readonly from: string | undefined; readonly damaged: boolean }> {
    sum.beginSlice();
    const { view, salt } = state.stateView();
    const cursor = view.iterate(from, undefined);
    const covered: Uint8Array[] = [];
    const records = new RecordSum(salt);
    let bytes = 0;
    let damaged = false;
    try {
      while (bytes < this.#options.settings.bytesPerSecond) {
        const page = await cursor.nextPage(PAGE_ENTRIES);
        const last = page.at(-1);
        if (last === undefined) {
          sum.endSlice(covered, END);
          return { from: undefined, damaged };
        }
        for (const { key, value } of page) {
          bytes += key.length + value.length;
          try {
            if (records.add(key, value).kind === 'other') checkRecord(salt, key, value);
            else covered.push(value);
          } catch (error) {
            if (!(error instanceof DamagedRecordError)) throw error;
            damaged = true;
            this.#options.stateDamaged(`${error.message}, found at ${JSON.stringify(key)}`);
          }
        }
        from = `${last.key}\u0000`;
      }
      sum.endSlice(covered, from);
      return { from, damaged };
    } catch (error) {
      // The engine's own checksums.
      if (!(error instanceof DiskFailedError) || error.kind !== 'corrupt') throw error;
      this.#options.stateDamaged(`${error.message}, found behind ${JSON.stringify(from)}`);
      throw error;
    } finally {
      await cursor.close();
      await view.close();
    }
  }

  async #walkLog(from: LogIndex): Promise<Place> {
    const { log, settings, logDamaged } = this.#options;
    const { next, damage } = await log.scrub(from, settings.bytesPerSecond);
    if (damage !== undefined && !this.#stopped) logDamaged(damage);
    return next === undefined ? undefined : { kind: 'log', from: next };
  }
}
