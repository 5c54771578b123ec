/**
 * The Cluster service over the real membership. Members are listed with the addresses at which they listen now;
 * removing and promoting are ordered wherever the client asks; what etcd leaves to whoever starts its processes, a
 * member's peer address above all, is refused with the way to get it.
 */
import { etcdError } from '../errors.js';
import type { Call } from '../grpc/call.js';
import { implement, type Method } from '../grpc/service.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import type { MembershipOrder, OrderOutcome } from '../membership-orders.js';
import type { Init } from '../proto/codec.js';
import { ClusterService, type Member } from '../proto/generated/rpc.js';
import { ask, contextOf, type ServiceTools } from './tools.js';

const url = (address: string | undefined): readonly string[] =>
  address === undefined ? [] : [`https://${address}`];

async function listMembers({ admin, addresses }: ServiceTools): Promise<readonly Init<Member>[]> {
  const members = await admin.members();
  return members.map(({ id, name, role }) => {
    const { peer, client } = addresses.of(id);
    return {
      ID: id,
      name,
      peerURLs: url(peer),
      clientURLs: url(client),
      isLearner: role === 'learner',
    };
  });
}

/** A scheme, a host, a port, and nothing after it. */
function isPeerUrl(text: string): boolean {
  if (!/^https?:\/\/[^/?#]+:\d+\/?$/.test(text)) return false;
  return URL.canParse(text);
}

function checkPeerUrls(urls: readonly string[]): void {
  if (urls.length === 0 || !urls.every(isPeerUrl)) throw etcdError('memberBadUrls');
}

const sameUrls = (left: readonly string[], right: readonly string[]): boolean =>
  left.toSorted().join() === right.toSorted().join();

function precondition(message: string): GrpcError {
  return new GrpcError(StatusCode.FAILED_PRECONDITION, `etcdserver: ${message}`);
}

/** Throws what the client is to be told of an order that was not carried out. */
function checkOrder(outcome: OrderOutcome): void {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'unknown':
      throw etcdError('timeout');
    case 'refused':
      switch (outcome.reason) {
        case 'not-found':
          throw etcdError('memberNotFound');
        case 'not-learner':
          throw etcdError('memberNotLearner');
        case 'learner-behind':
          throw etcdError('learnerNotReady');
        case 'too-few-running':
          throw etcdError('notEnoughStarted');
        case 'impossible':
          throw precondition(outcome.message);
      }
  }
}

export function clusterService(tools: ServiceTools): readonly Method[] {
  const { store, facts, orders } = tools;

  async function order(given: MembershipOrder, call: Call): Promise<readonly Init<Member>[]> {
    if (!facts.hasLeader) throw etcdError('noLeader');
    const { timeoutMilliseconds } = contextOf(tools, call);
    checkOrder(await orders.give(given, { timeoutMilliseconds }));
    // What was done, and not what this member had heard of before; but one that was removed hears of nothing more.
    if (given.memberId !== facts.memberId) await ask(tools, call, (context) => store.catchUp(context));
    const members = await listMembers(tools);
    return given.kind === 'remove' ? members.filter(({ ID }) => ID !== given.memberId) : members;
  }

  return implement(ClusterService, {
    async MemberList({ linearizable }, call) {
      if (linearizable) await ask(tools, call, (context) => store.catchUp(context));
      return { header: facts.header(), members: await listMembers(tools) };
    },
    async MemberAdd({ peerURLs }) {
      checkPeerUrls(peerURLs);
      const members = await listMembers(tools);
      const taken = members.flatMap((member) => member.peerURLs ?? []);
      if (peerURLs.some((asked) => taken.includes(asked))) throw etcdError('peerUrlExists');
      throw precondition('a member that is added here is started too: use kuorum member add');
    },
    async MemberRemove({ ID }, call) {
      const members = await order({ kind: 'remove', memberId: ID }, call);
      return { header: facts.header(), members };
    },
    async MemberPromote({ ID }, call) {
      const members = await order({ kind: 'promote', memberId: ID }, call);
      return { header: facts.header(), members };
    },
    async MemberUpdate({ ID, peerURLs }) {
      checkPeerUrls(peerURLs);
      const members = await listMembers(tools);
      const member = members.find((candidate) => candidate.ID === ID);
      if (member === undefined) throw etcdError('memberNotFound');
      if (!sameUrls(peerURLs, member.peerURLs ?? [])) {
        throw precondition("a member's peer address is chosen when it starts, and the others are told");
      }
      return { header: facts.header(), members };
    },
  });
}
