/** A run: operations drawn one after the other, sent to both servers, and everything compared. */
import { inspect, isDeepStrictEqual } from 'node:util';
import { type Event, EventType } from '../../../etcd/proto/generated/kv.js';
import type { Random } from '../../../platform/index.js';
import { comparable } from './comparable.js';
import { Draw } from './draw.js';
import { eventsFor, revisionOf, type WatcherRange } from './expected-events.js';
import type { Operation } from './operation.js';
import type { Subject } from './subject.js';
import type { OpenWatcher, World } from './world.js';

export class Differs extends Error {
  constructor(what: string, details: Readonly<Record<string, unknown>>) {
    const shown = Object.entries(details).map(
      ([name, value]) => `${name}: ${inspect(value, { depth: null, breakLength: 110 })}`,
    );
    super([what, ...shown].join('\n'));
    this.name = 'Differs';
  }
}

interface Answer {
  readonly header?: { readonly revision: number };
  readonly [name: string]: unknown;
}

type WatchOperation = Extract<Operation, { readonly kind: 'Watch' }>;

interface Watching extends OpenWatcher, WatcherRange {
  /** It began with what had happened already. */
  readonly isOfThePast: boolean;
  /** How many of the events that it is to be told were compared already. */
  compared: number;
}

const auditStream = 0;
const auditId = 99;

export class Run {
  readonly #theirs: Subject;
  readonly #ours: Subject;
  readonly #draw: Draw;
  readonly #leases = new Set<number>();
  readonly #watchers: Watching[] = [];
  readonly #audit: OpenWatcher & { compared: number } = { stream: auditStream, id: auditId, compared: 0 };
  /** The stream and the id of those that ended by themselves. */
  readonly #ended = new Set<string>();
  #revision = 1;
  #compactRevision = -1;
  #operations = 0;
  #events = 0;
  readonly #kinds = new Map<string, number>();

  constructor(theirs: Subject, ours: Subject, random: Random) {
    this.#theirs = theirs;
    this.#ours = ours;
    this.#draw = new Draw(random, { serializable: ours.members === 1 });
  }

  /** How much was compared. */
  get figures(): string {
    const kinds = [...this.#kinds]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, count]) => `${count} ${name}`);
    return `${this.#operations} operations (${kinds.join(', ')}) and ${this.#events} events`;
  }

  async operations(count: number): Promise<void> {
    // All that happens is told to one watcher: from it follows what every other one has to be told.
    await this.#compare({
      kind: 'Watch',
      stream: auditStream,
      request: {
        key: Uint8Array.of(0),
        rangeEnd: Uint8Array.of(0),
        startRevision: 1,
        watchId: auditId,
        prevKv: true,
      },
    });
    while (this.#operations < count) {
      await this.#step(this.#draw.changing(this.#world));
      const world = this.#world;
      const readings = this.#draw.several(4, () => this.#draw.reading(world));
      await Promise.all(readings.map((reading) => this.#compare(reading)));
      if (this.#draw.chance(2)) await this.#compareEvents();
    }
    await this.#compareEvents();
  }

  get #world(): World {
    return {
      revision: this.#revision,
      compactRevision: this.#compactRevision,
      leases: [...this.#leases].sort((a, b) => a - b),
      watchers: this.#watchers,
    };
  }

  async #step(operation: Operation): Promise<void> {
    // What is still on its way would be forgotten by one of them and not by the other.
    if (operation.kind === 'Compact' || operation.kind === 'CancelWatch') await this.#compareEvents();
    if (operation.kind === 'Compact') await this.#cancelUncertain();
    if (operation.kind === 'Watch' && (this.#losesDeletes(operation) || this.#hasEnded(operation))) return;
    const answer = await this.#compare(operation);
    this.#revision = Math.max(this.#revision, answer.header?.revision ?? 0);
    if (answer['code'] === undefined) await this.#note(operation, answer);
  }

  /** etcd reads the past ten times a second: a watcher that had nothing to tell may not have come past it yet. */
  async #cancelUncertain(): Promise<void> {
    const uncertain = this.#watchers.filter(({ isOfThePast, compared }) => isOfThePast && compared === 0);
    for (const { stream, id } of uncertain) {
      const cancel: Operation = { kind: 'CancelWatch', stream, watchId: id };
      await this.#note(cancel, await this.#compare(cancel));
    }
  }

  async #compare(operation: Operation): Promise<Answer> {
    const [theirs, ours] = await Promise.all([this.#theirs.answer(operation), this.#ours.answer(operation)]);
    if (!isDeepStrictEqual(ours, theirs)) {
      throw new Differs(`operation ${this.#operations} is answered differently`, { operation, theirs, ours });
    }
    this.#operations += 1;
    this.#kinds.set(operation.kind, (this.#kinds.get(operation.kind) ?? 0) + 1);
    return theirs as Answer;
  }

  async #note(operation: Operation, answer: Answer): Promise<void> {
    switch (operation.kind) {
      case 'LeaseGrant':
        this.#leases.add(Number(operation.request.ID));
        return;
      case 'LeaseRevoke':
        this.#leases.delete(Number(operation.request.ID));
        return;
      case 'Compact':
        this.#compactRevision = Math.max(this.#compactRevision, operation.request.revision ?? 0);
        return;
      case 'Watch':
        if (answer['canceled'] === false) await this.#watching(operation, Number(answer['watchId']));
        return;
      case 'CancelWatch': {
        const { stream, watchId } = operation;
        this.#watchers.splice(
          this.#watchers.findIndex((each) => each.stream === stream && each.id === watchId),
          1,
        );
        return;
      }
      default:
    }
  }

  async #watching({ stream, request }: WatchOperation, id: number): Promise<void> {
    const { startRevision: asked = 0 } = request;
    if (asked !== 0 && asked < this.#compactRevision) {
      await this.#compareEnd(stream, id);
      this.#ended.add(`${stream} ${id}`);
      return;
    }
    const startRevision = asked === 0 ? this.#revision + 1 : asked;
    this.#watchers.push({
      stream,
      id,
      request,
      startRevision,
      isOfThePast: startRevision <= this.#revision,
      compactRevision: this.#compactRevision,
      compared: 0,
    });
  }

  /** A watcher of what was compacted is made, and ended at once. */
  async #compareEnd(stream: number, id: number): Promise<void> {
    const ended = ({ canceled, watchId }: { canceled: boolean; watchId: number }): boolean =>
      canceled && watchId === id;
    const [theirs, ours] = await Promise.all(
      [this.#theirs, this.#ours].map((subject) => subject.stream(stream).notice(ended)),
    );
    if (!isDeepStrictEqual(ours, theirs)) {
      throw new Differs(`watcher ${id} of stream ${stream} ends differently`, { theirs, ours });
    }
  }

  /** The id of a watcher that ended by compaction stays taken there (see differences.test.ts). */
  #hasEnded({ stream, request: { watchId = 0 } }: WatchOperation): boolean {
    return this.#ended.has(`${stream} ${watchId}`);
  }

  /** etcd 3.4 forgets the deletes of the revision up to which it compacts (see differences.test.ts). */
  #losesDeletes({ request }: WatchOperation): boolean {
    if (request.startRevision !== this.#compactRevision) return false;
    return this.#theirs
      .stream(auditStream)
      .events(auditId)
      .some((event) => event.type === EventType.DELETE && revisionOf(event) === this.#compactRevision);
  }

  async #compareEvents(): Promise<void> {
    const seen = (events: readonly Event[]): boolean => {
      const last = events.at(-1);
      return (last === undefined ? 1 : revisionOf(last)) >= this.#revision;
    };
    const history = await this.#theirs.told(this.#audit, seen);
    await this.#compareWatcher(this.#audit, history);
    for (const watcher of this.#watchers) await this.#compareWatcher(watcher, eventsFor(history, watcher));
  }

  async #compareWatcher(
    watcher: OpenWatcher & { compared: number },
    expected: readonly Event[],
  ): Promise<void> {
    const complete = (events: readonly Event[]): boolean => events.length >= expected.length;
    const [theirs, ours] = await Promise.all(
      [this.#theirs, this.#ours].map((subject) => subject.told(watcher, complete)),
    );
    if (isDeepStrictEqual(theirs, expected) && isDeepStrictEqual(ours, expected)) {
      this.#events += expected.length - watcher.compared;
      watcher.compared = expected.length;
      return;
    }
    const at = expected.findIndex(
      (event, index) =>
        !isDeepStrictEqual(event, theirs?.[index]) || !isDeepStrictEqual(event, ours?.[index]),
    );
    const from = at === -1 ? expected.length : at;
    const some = (events: readonly Event[] = []): unknown => comparable(events.slice(from, from + 3));
    throw new Differs(`event ${from} of ${expected.length} of a watcher`, {
      watcher,
      revision: this.#revision,
      compactRevision: this.#compactRevision,
      expected: some(expected),
      theirs: some(theirs),
      ours: some(ours),
    });
  }
}
