/** What the services share: the store, the facts for response headers, and how a call reaches the store. */
import type { Clock, Logger, Random } from '../../platform/index.js';
import type { CallContext, ClusterAdmin, Outcome, Store } from '../../storage/index.js';
import type { Guard } from '../auth/guard.js';
import type { Passwords } from '../auth/password.js';
import type { Tokens } from '../auth/tokens.js';
import { valueOf } from '../errors.js';
import type { Call } from '../grpc/call.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import type { Program } from '../http/handler.js';
import type { EtcdLimits } from '../limits.js';
import type { MemberAddresses } from '../member-addresses.js';
import type { MemberFacts } from '../member-facts.js';
import type { MembershipOrders } from '../membership-orders.js';
import type { Init } from '../proto/codec.js';
import type { ResponseHeader } from '../proto/generated/rpc.js';

export interface ServiceTools {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly facts: MemberFacts;
  readonly addresses: MemberAddresses;
  readonly orders: MembershipOrders;
  readonly guard: Guard;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly limits: EtcdLimits;
  readonly program: Program;
  /** Called when the server closes; returns how to stop listening. */
  readonly onClosing: (listener: () => void) => () => void;
}

/**
 * For what does not say itself at which revision it was answered: all that this member has applied by then, so also
 * what other members have acknowledged before. What is known without asking may be older.
 */
export async function currentHeader({ store, facts }: ServiceTools): Promise<Init<ResponseHeader>> {
  const { revision } = await store.status();
  return facts.header(revision);
}

/** The client's own limit and ours, whichever is nearer. */
export function contextOf(tools: ServiceTools, call: Call): CallContext {
  const ours = tools.limits.requestTimeoutMilliseconds;
  const remaining = call.remainingMilliseconds();
  const { permit } = call;
  return {
    caller: call.peer.commonName,
    timeoutMilliseconds: remaining === undefined ? ours : Math.min(ours, remaining),
    ...(permit === undefined ? {} : { authRevision: permit.authRevision }),
    ...(permit?.user === undefined ? {} : { user: permit.user }),
  };
}

function ranOut(outcome: Outcome<unknown>): boolean {
  return outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.refusal.reason === 'timeout');
}

/** What was judged by older users and roles has certainly not been done: it is judged again, and asked again. */
const MAX_JUDGEMENTS = 5;

async function asPermitted<Value>(
  tools: ServiceTools,
  call: Call,
  operation: (context: CallContext) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  for (let judgements = 1; ; judgements += 1) {
    const outcome = await operation(contextOf(tools, call));
    const changed = outcome.kind === 'refused' && outcome.refusal.reason === 'permissions-changed';
    if (!changed || call.permit === undefined || judgements === MAX_JUDGEMENTS) return outcome;
    await call.permit.renew();
  }
}

/** Throws what the client is to be told. Its own deadline is told as such: it says as little as any time-out. */
export async function ask<Value>(
  tools: ServiceTools,
  call: Call,
  operation: (context: CallContext) => Promise<Outcome<Value>>,
): Promise<Value> {
  const outcome = await asPermitted(tools, call, operation);
  if (ranOut(outcome) && call.remainingMilliseconds() === 0) {
    throw new GrpcError(StatusCode.DEADLINE_EXCEEDED, 'context deadline exceeded');
  }
  return valueOf(outcome);
}
