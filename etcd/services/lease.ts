/** The Lease service. */
import type { CallContext, LeaseGrant, LeaseState, Outcome, Store } from '../../storage/index.js';
import { beyondOurs, etcdError } from '../errors.js';
import type { MessageStream } from '../grpc/call.js';
import { implement, type Method } from '../grpc/service.js';
import {
  type LeaseKeepAliveRequest,
  type LeaseKeepAliveResponse,
  LeaseService,
} from '../proto/generated/rpc.js';
import { isNobodysLease } from './kv-requests.js';
import { ask, currentHeader, type ServiceTools } from './tools.js';

/** Seconds; etcd's own bound, beyond which nobody means it. */
const maxTtlSeconds = 9_000_000_000;

function isGone(outcome: Outcome<unknown>): boolean {
  return outcome.kind === 'refused' && outcome.refusal.reason === 'lease-not-found';
}

type KeepAliveStream = MessageStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>;

/** One lease's answer: 0 seconds when it is gone, which does not end the stream. */
async function keepAlive(tools: ServiceTools, stream: KeepAliveStream, id: number): Promise<number> {
  if (isNobodysLease(id)) return 0;
  return ask(tools, stream, async (context): Promise<Outcome<number>> => {
    const outcome: Outcome<LeaseGrant> = await tools.store.leaseKeepAlive(id, context);
    if (isGone(outcome)) return { kind: 'done', value: 0 };
    return outcome.kind === 'done' ? { kind: 'done', value: outcome.value.ttlSeconds } : outcome;
  });
}

/** Several are under way at once, and answered in the order in which they came. */
function keepAliveStream(tools: ServiceTools, stream: KeepAliveStream): Promise<void> {
  return new Promise((resolve, reject) => {
    let answering = Promise.resolve();
    let inFlight = 0;
    const answer = async (id: number, ttl: Promise<number>): Promise<void> => {
      await stream.send({ header: tools.facts.header(), ID: id, TTL: await ttl });
      inFlight -= 1;
    };
    const read = async (): Promise<void> => {
      for (;;) {
        const request = await stream.receive();
        if (request === undefined) return answering;
        const ttl = keepAlive(tools, stream, request.ID);
        inFlight += 1;
        answering = Promise.all([answering, ttl]).then(() => answer(request.ID, ttl));
        // Not when the next request is read: that may never come.
        answering.catch(reject);
        if (inFlight >= tools.limits.maxKeepAlivesInFlight) await answering;
      }
    };
    read().then(resolve, reject);
  });
}

/** undefined: it is gone. */
async function findLease(
  store: Store,
  asked: { readonly id: number; readonly keys: boolean },
  context: CallContext,
): Promise<Outcome<LeaseState | undefined>> {
  const outcome = await store.leaseTimeToLive(asked, context);
  return isGone(outcome) ? { kind: 'done', value: undefined } : outcome;
}

export function leaseService(tools: ServiceTools): readonly Method[] {
  const { store, facts } = tools;
  return implement(LeaseService, {
    async LeaseGrant(request, call) {
      if (request.TTL > maxTtlSeconds) throw etcdError('leaseTtlTooLarge');
      if (request.ID !== 0 && isNobodysLease(request.ID)) throw beyondOurs('the lease ID');
      const asked = { ttlSeconds: Math.max(1, request.TTL), ...(request.ID === 0 ? {} : { id: request.ID }) };
      const granted = await ask(tools, call, (context) => store.leaseGrant(asked, context));
      return { header: await currentHeader(tools), ID: granted.id, TTL: granted.ttlSeconds };
    },
    async LeaseRevoke(request, call) {
      if (isNobodysLease(request.ID)) throw etcdError('leaseNotFound');
      const { revision } = await ask(tools, call, (context) => store.leaseRevoke(request.ID, context));
      return { header: facts.header(revision) };
    },
    LeaseKeepAlive: (stream) => keepAliveStream(tools, stream),
    async LeaseTimeToLive({ ID, keys }, call) {
      const lease = isNobodysLease(ID)
        ? undefined
        : await ask(tools, call, (context) => findLease(store, { id: ID, keys }, context));
      const header = await currentHeader(tools);
      if (lease === undefined) return { header, ID, TTL: -1 };
      const { remainingTtlSeconds, grantedTtlSeconds, keys: attached = [] } = lease;
      if (!attached.every((key) => call.permit?.mayRead({ key }) !== false))
        throw etcdError('permissionDenied');
      return { header, ID, TTL: remainingTtlSeconds, grantedTTL: grantedTtlSeconds, keys: attached };
    },
    async LeaseLeases(_request, call) {
      const ids = await ask(tools, call, (context) => store.leases(context));
      return { header: await currentHeader(tools), leases: ids.map((ID) => ({ ID })) };
    },
  });
}
