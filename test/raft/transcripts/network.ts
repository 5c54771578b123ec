/** The network of a stage: it holds every message until it is told to deliver, lose, copy or keep it back. */
import type { Message, MessageType } from '../../../raft/core/messages.js';
import type { MemberId } from '../../../raft/core/types.js';
import { messageWords, nameOf } from './message-words.js';

export interface Parcel {
  readonly from: MemberId;
  readonly to: MemberId;
  readonly message: Message;
}

/** Which messages on their way are meant. */
export interface Selection {
  readonly from?: MemberId;
  readonly to?: MemberId;
  readonly type?: MessageType;
  readonly which?: 'first' | 'last';
}

export class Network {
  /** In the order in which they were sent. */
  #flying: Parcel[] = [];
  readonly #kept = new Map<string, readonly Parcel[]>();
  readonly #cut = new Set<string>();

  get flying(): readonly Parcel[] {
    return this.#flying;
  }

  /** False when the path is cut. */
  send(parcel: Parcel): boolean {
    if (!this.reaches(parcel.from, parcel.to)) return false;
    this.#flying.push(parcel);
    return true;
  }

  reaches(from: MemberId, to: MemberId): boolean {
    return !this.#cut.has(`${from}>${to}`);
  }

  cut(from: MemberId, to: MemberId): void {
    this.#cut.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  /** The oldest message between members for whom `among` holds leaves the network. */
  takeNext(among: (id: MemberId) => boolean): Parcel | undefined {
    const position = this.#flying.findIndex(({ from, to }) => among(from) && among(to));
    return position < 0 ? undefined : this.#flying.splice(position, 1)[0];
  }

  take(selection: Selection): readonly Parcel[] {
    const selected = this.#select(selection);
    this.#flying = this.#flying.filter((parcel) => !selected.includes(parcel));
    return selected;
  }

  /** Keeps the messages under a name, to arrive later than they would. */
  hold(selection: Selection, name: string): readonly Parcel[] {
    const parcels = this.take(selection);
    this.#kept.set(name, parcels);
    return parcels;
  }

  /** Keeps copies under a name, to arrive a second time. */
  copy(selection: Selection, name: string): readonly Parcel[] {
    const parcels = this.#select(selection);
    this.#kept.set(name, parcels);
    return parcels;
  }

  kept(name: string): readonly Parcel[] {
    const parcels = this.#kept.get(name);
    if (parcels === undefined) throw new Error(`nothing is kept as "${name}"`);
    return parcels;
  }

  #select({ from, to, type, which }: Selection): readonly Parcel[] {
    const fitting = this.#flying.filter(
      (parcel) =>
        (from === undefined || parcel.from === from) &&
        (to === undefined || parcel.to === to) &&
        (type === undefined || parcel.message.type === type),
    );
    if (fitting.length === 0) throw new Error('no such message is on its way');
    if (which === 'first') return fitting.slice(0, 1);
    return which === 'last' ? fitting.slice(-1) : fitting;
  }
}

export function parcelWords({ from, to, message }: Parcel): string {
  return `${nameOf(from)} → ${nameOf(to)}  ${messageWords(message)}`;
}
