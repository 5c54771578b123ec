/**
 * The Watch service: one stream carries many watchers. Each is fed by a loop of its own, and they take turns where
 * the client reads slowly.
 *
 * Progress of the stream as a whole (watch id -1) promises that every watcher has been sent everything up to a
 * revision and nothing beyond it: so those that are ahead wait there until the others have come as far.
 */
import type { WatchRequest as StoreWatch, WatchEndReason } from '../../storage/index.js';
import type { Need } from '../auth/needs.js';
import { beyondOurs, etcdError, etcdErrorText, goErrorText } from '../errors.js';
import type { MessageStream } from '../grpc/call.js';
import { implement, type Method } from '../grpc/service.js';
import { GrpcError } from '../grpc/status.js';
import type { Init } from '../proto/codec.js';
import {
  FilterType,
  type WatchCancelRequest,
  type WatchCreateRequest,
  type WatchRequest,
  type WatchResponse,
  WatchService,
} from '../proto/generated/rpc.js';
import { keyRange } from './kv-requests.js';
import type { ServiceTools } from './tools.js';
import { Watcher, type WatcherHost } from './watcher.js';

type WatchStream = MessageStream<WatchRequest, WatchResponse>;

/** Of all watchers of the stream; and of none, where one could not be made. */
const noWatcher = -1;

const smallestKey = Uint8Array.of(0);

export function storeWatch(request: WatchCreateRequest): StoreWatch {
  const puts = request.filters.includes(FilterType.NOPUT);
  const deletes = request.filters.includes(FilterType.NODELETE);
  const without = puts && deletes ? 'both' : puts ? 'puts' : deletes ? 'deletes' : undefined;
  return {
    ...keyRange(request.key.length === 0 ? smallestKey : request.key, request.rangeEnd),
    ...(request.prevKv ? { previousValues: true } : {}),
    ...(without === undefined ? {} : { without }),
  };
}

/** Nothing can be in it. */
function isEmpty({ key, end }: StoreWatch): boolean {
  return end !== undefined && end.length > 0 && Buffer.compare(key, end) >= 0;
}

interface Hold {
  readonly revision: number;
  readonly released: Promise<void>;
  readonly release: () => void;
}

function holdAt(revision: number): Hold {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { revision, released, release };
}

class WatchSession {
  readonly #tools: ServiceTools;
  readonly #stream: WatchStream;
  readonly #host: WatcherHost;
  readonly #watchers = new Map<number, Watcher>();
  readonly #failed: (error: unknown) => void;
  #nextId = 0;
  #hold: Hold | undefined;
  /** Run, in this turn, as soon as every watcher has come as far. */
  #whenComplete: { readonly revision: number; readonly run: () => void } | undefined;
  #progress: 'idle' | 'under way' | 'again' = 'idle';

  constructor(tools: ServiceTools, stream: WatchStream, failed: (error: unknown) => void) {
    this.#tools = tools;
    this.#stream = stream;
    this.#failed = failed;
    this.#host = {
      store: tools.store,
      clock: tools.clock,
      progressNotifyMilliseconds: tools.limits.progressNotifyMilliseconds,
      maxResponseBytes: tools.limits.maxMessageBytes,
      header: (revision) => tools.facts.header(revision),
      send: (response) => stream.send(response),
      moved: () => this.#moved(),
      heldAt: () => this.#hold,
    };
  }

  /** Until the client has gone: watchers outlive its half of the stream. */
  async run(): Promise<void> {
    for (;;) {
      const request = await this.#stream.receive();
      if (request === undefined) break;
      const { createRequest, cancelRequest, progressRequest } = request;
      if (createRequest !== undefined) await this.#create(createRequest);
      else if (cancelRequest !== undefined) await this.#cancel(cancelRequest);
      else if (progressRequest !== undefined) this.#requestProgress();
    }
    await new Promise<void>((resolve) => {
      this.#stream.onCancel(resolve);
    });
  }

  close(): void {
    this.#hold?.release();
    for (const watcher of this.#watchers.values()) watcher.cancel();
    this.#watchers.clear();
  }

  #send(response: Init<WatchResponse>): Promise<void> {
    return this.#stream.send(response);
  }

  async #create(request: WatchCreateRequest): Promise<void> {
    const watch = storeWatch(request);
    const [{ revision }, denied] = await Promise.all([this.#tools.store.status(), this.#denied(watch)]);
    const header = this.#tools.facts.header(revision);
    const problem = denied ?? this.#problemWith(request, watch);
    if (problem !== undefined) {
      await this.#send({
        header,
        watchId: noWatcher,
        created: true,
        canceled: true,
        cancelReason: problem,
      });
      return;
    }
    const id = request.watchId === 0 ? this.#freeId() : request.watchId;
    const startRevision = request.startRevision === 0 ? revision + 1 : Math.max(1, request.startRevision);
    // Before its events.
    const created = this.#send({ header, watchId: id, created: true });
    const watcher = new Watcher(
      {
        id,
        request: { ...watch, startRevision: Math.min(startRevision, Number.MAX_SAFE_INTEGER) },
        complete: startRevision - 1,
        fragment: request.fragment,
        progressNotify: request.progressNotify,
      },
      this.#host,
    );
    this.#watchers.set(id, watcher);
    if (this.#whenComplete !== undefined) watcher.requestProgress();
    watcher.run().then(
      (reason) => this.#ended(id, watcher, reason),
      (error: unknown) => this.#failed(error),
    );
    await created;
  }

  #freeId(): number {
    while (this.#watchers.has(this.#nextId)) this.#nextId += 1;
    const id = this.#nextId;
    this.#nextId += 1;
    return id;
  }

  #problemWith(request: WatchCreateRequest, watch: StoreWatch): string | undefined {
    if (!Number.isSafeInteger(request.watchId)) return beyondOurs('the watch ID').message;
    if (isEmpty(watch)) return 'mvcc: watcher range is empty';
    if (request.watchId !== 0 && this.#watchers.has(request.watchId)) {
      return 'mvcc: duplicate watch ID provided on the WatchStream';
    }
    return undefined;
  }

  /** Judged when it is made, and never again: as in etcd a watcher outlives the right to it. */
  async #denied({ key, end }: StoreWatch): Promise<string | undefined> {
    const range = end === undefined ? { key } : { key, end };
    const need: Need = { kind: 'keys', accesses: [{ access: 'read', range }] };
    try {
      await this.#tools.guard.judgeAnew(this.#stream, need, 'applied');
      return undefined;
    } catch (error) {
      if (error instanceof GrpcError) return goErrorText(error);
      throw error;
    }
  }

  async #cancel({ watchId }: WatchCancelRequest): Promise<void> {
    const watcher = this.#watchers.get(watchId);
    if (watcher === undefined) return;
    watcher.cancel();
    this.#watchers.delete(watchId);
    this.#moved();
    await this.#send({ header: this.#tools.facts.header(), watchId, canceled: true });
  }

  #ended(id: number, watcher: Watcher, reason: WatchEndReason | undefined): void {
    if (reason === undefined || this.#watchers.get(id) !== watcher) return;
    this.#watchers.delete(id);
    this.#moved();
    const canceled = { header: this.#tools.facts.header(), watchId: id, canceled: true };
    switch (reason.kind) {
      case 'compacted':
        // The compact revision is the reason: etcd gives it no words.
        this.#tell({
          ...canceled,
          header: this.#tools.facts.header(0),
          compactRevision: reason.compactRevision,
        });
        return;
      case 'corrupt':
        this.#tell({ ...canceled, cancelReason: etcdErrorText('corrupt') });
        return;
      case 'stopping':
        this.#failed(etcdError('stopped'));
        return;
      case 'too-slow':
      case 'cancelled':
        this.#tell(canceled);
    }
  }

  #tell(response: Init<WatchResponse>): void {
    this.#send(response).catch((error: unknown) => this.#failed(error));
  }

  #requestProgress(): void {
    if (this.#progress !== 'idle') {
      this.#progress = 'again';
      return;
    }
    this.#progress = 'under way';
    this.#findProgress().catch((error: unknown) => this.#failed(error));
  }

  /** First all come to what is known now, at their own pace; then the few that are ahead wait for the others. */
  async #findProgress(): Promise<void> {
    const { revision } = await this.#tools.store.status();
    this.#await(revision, () => {
      const reached = [...this.#watchers.values()].map((watcher) => watcher.complete);
      const furthest = reached.reduce((most, complete) => Math.max(most, complete), revision);
      // A watcher of the future is complete up to its start, without that anything has happened.
      const known = this.#tools.facts.header().revision ?? furthest;
      const hold = holdAt(Math.max(revision, Math.min(furthest, known)));
      this.#hold = hold;
      this.#await(hold.revision, () => {
        this.#hold = undefined;
        this.#tell({ header: this.#tools.facts.header(hold.revision), watchId: noWatcher });
        hold.release();
        const again = this.#progress === 'again';
        this.#progress = 'idle';
        if (again) this.#requestProgress();
      });
    });
  }

  #await(revision: number, run: () => void): void {
    this.#whenComplete = { revision, run };
    for (const watcher of this.#watchers.values()) {
      if (watcher.complete < revision) watcher.requestProgress();
    }
    this.#moved();
  }

  #moved(): void {
    const waiting = this.#whenComplete;
    if (waiting === undefined) return;
    for (const watcher of this.#watchers.values()) if (watcher.complete < waiting.revision) return;
    this.#whenComplete = undefined;
    waiting.run();
  }
}

function watchStream(tools: ServiceTools, stream: WatchStream): Promise<void> {
  return new Promise((resolve, reject) => {
    const session = new WatchSession(tools, stream, reject);
    session
      .run()
      .then(resolve, reject)
      .finally(() => session.close());
  });
}

export function watchService(tools: ServiceTools): readonly Method[] {
  return implement(WatchService, { Watch: (stream) => watchStream(tools, stream) });
}
