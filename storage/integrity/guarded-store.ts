/**
 * The store of a member that may have to stop serving: nothing is answered from a state that is not to be trusted,
 * and nothing is proposed that would be refused by an alarm that stands here already.
 */
import type { Command } from '../commands/command.js';
import type {
  CallContext,
  Outcome,
  RangeRequest,
  RangeResult,
  Refusal,
  Store,
  Watch,
  WatchRequest,
  WatchStep,
} from '../store.js';

export interface GuardOptions {
  readonly store: Store;
  /** Why this member serves nobody. */
  readonly refusal: () => Refusal | undefined;
  /** Why this command would be refused if it were applied now. */
  readonly refusalOf: (command: Command) => Refusal | undefined;
  /** A read has met a record that is not what was stored. */
  readonly damageFound: (reason: string) => void;
}

const corruptEnd: WatchStep = { kind: 'end', reason: { kind: 'corrupt' } };

const corruptWatch: Watch = {
  next: () => Promise.resolve(corruptEnd),
  requestProgress: () => {},
  cancel: () => {},
};

export function guardStore(options: GuardOptions): Store {
  const { store, refusal, refusalOf } = options;
  function guarded<Value>(
    call: () => Promise<Outcome<Value>>,
    command?: () => Command,
  ): Promise<Outcome<Value>> {
    const refused = refusal() ?? (command === undefined ? undefined : refusalOf(command()));
    return refused === undefined ? call() : Promise.resolve({ kind: 'refused', refusal: refused });
  }
  /** Also what was on its way when the state turned out to be wrong is not answered. */
  async function read<Value>(call: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
    const outcome = await guarded(call);
    const refused = refusal();
    return refused === undefined ? outcome : { kind: 'refused', refusal: refused };
  }
  async function range(request: RangeRequest, context: CallContext): Promise<Outcome<RangeResult>> {
    const outcome = await guarded(() => store.range(request, context));
    if (outcome.kind === 'refused' && outcome.refusal.reason === 'corrupt' && refusal() === undefined) {
      options.damageFound(outcome.refusal.message);
    }
    const refused = refusal();
    return refused === undefined ? outcome : { kind: 'refused', refusal: refused };
  }
  return {
    txn: (request, context) =>
      guarded(
        () => store.txn(request, context),
        () => ({ kind: 'txn', request }),
      ),
    range,
    watch: (request: WatchRequest) => (refusal() === undefined ? store.watch(request) : corruptWatch),
    leaseGrant: (request, context) =>
      guarded(
        () => store.leaseGrant(request, context),
        () => ({ kind: 'lease-grant', id: request.id ?? 0, ttlSeconds: request.ttlSeconds }),
      ),
    leaseRevoke: (id, context) => guarded(() => store.leaseRevoke(id, context)),
    leaseKeepAlive: (id, context) => guarded(() => store.leaseKeepAlive(id, context)),
    leaseTimeToLive: (request, context) => read(() => store.leaseTimeToLive(request, context)),
    leases: (context) => read(() => store.leases(context)),
    compact: (revision, context) => guarded(() => store.compact(revision, context)),
    catchUp: (context) => read(() => store.catchUp(context)),
    status: () => store.status(),
  };
}
