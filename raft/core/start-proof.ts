/**
 * A member that starts asks its peers whether they know it further: a folder restored from an
 * older copy is intact in itself, but votes it gave and entries it acknowledged are missing, and with them it
 * could vote twice in one term or let a committed entry be lost. Until a quorum has found nothing wrong its word
 * does not count; one peer that knows better ends it.
 *
 * This finds what somebody who answers remembers. It cannot be more: what a member promised need be known to no
 * quorum but the one that relied on it, and to wait for everybody would cost the failures that a cluster survives.
 */
import { replicationTargets } from './configuration.js';
import { endMember } from './ending.js';
import type { Hello, HelloResponse } from './messages.js';
import { isOutdated } from './peer-promises.js';
import { hasQuorum } from './quorum.js';
import type { CoreState } from './state.js';
import type { MemberId } from './types.js';

/** After loading, also without any history: such a folder may be a copy from before the first election. */
export function beginProof(state: CoreState): void {
  if (state.recovering !== undefined) return;
  const requestId = state.nextRequestId;
  state.nextRequestId += 1;
  state.proof = {
    hello: {
      type: 'hello',
      requestId,
      term: state.term,
      lastIndex: state.log.lastIndex,
      configurationIndex: state.configurations.latestIndex,
    },
    confirmed: new Set([state.id]),
    newer: [],
    committed: undefined,
    strangers: new Set(),
    askedIndex: state.configurations.latestIndex,
    elapsedTicks: 0,
    confirmedTicks: 0,
  };
  askPeers(state);
}

type Proof = NonNullable<CoreState['proof']>;

function peersOf(state: CoreState, { newer, committed, strangers }: Proof): readonly MemberId[] {
  const told = committed === undefined ? newer : [...newer, committed];
  const known = [state.configurations.latest, ...told.map(({ configuration }) => configuration)].flatMap(
    replicationTargets,
  );
  return [...new Set([...known, ...strangers])];
}

/**
 * All whom this member knows may be gone, and the others of today's configuration be strangers to it: whoever
 * sends it anything is asked as well, and tells of that configuration.
 */
export function askStranger(state: CoreState, from: MemberId): void {
  const { proof } = state;
  if (proof === undefined || peersOf(state, proof).includes(from)) return;
  proof.strangers.add(from);
  state.send(from, proof.hello);
}

function askPeers(state: CoreState): void {
  const { proof } = state;
  if (proof === undefined) return;
  proof.elapsedTicks = 0;
  proof.askedIndex = state.configurations.latestIndex;
  for (const id of peersOf(state, proof)) {
    if (!proof.confirmed.has(id)) state.send(id, proof.hello);
  }
}

/** Peers may not be there yet, and the configuration may change meanwhile. */
export function tickProof(state: CoreState): void {
  const { proof } = state;
  if (proof === undefined) return;
  proof.elapsedTicks += 1;
  if (isConfirmed(state, proof)) proof.confirmedTicks += 1;
  if (proof.elapsedTicks >= state.options.heartbeatTicks) askPeers(state);
}

/**
 * By a quorum of the newest configuration known to be committed, or of one in force here or at a peer unless that is
 * older, for members leave meanwhile. A quorum of an old copy's own configuration is none, nor is one of a peer's that
 * is as far behind: both may be long gone, and the copy itself and one peer that has forgotten would be enough.
 */
function isConfirmed(state: CoreState, { newer, committed, confirmed }: Proof): boolean {
  const { latest, latestIndex } = state.configurations;
  const own = { index: latestIndex, configuration: latest };
  const told = committed === undefined ? newer : [...newer, committed];
  const voidBelow = committed?.index ?? 0;
  return [own, ...told].some(
    ({ index, configuration }) => index >= voidBelow && hasQuorum(configuration, (id) => confirmed.has(id)),
  );
}

/**
 * Once for all events of a step. Those beyond the quorum get a moment to object: what a member promised need not be
 * known to everybody, and waiting for all would cost more than it gives.
 */
export function checkProof(state: CoreState): void {
  const { proof } = state;
  if (proof === undefined) return;
  // One that joins knows nobody before the leader sends it its first entries.
  if (proof.askedIndex !== state.configurations.latestIndex) askPeers(state);
  if (!isConfirmed(state, proof)) return;
  const isAnswered = (id: MemberId): boolean => proof.confirmed.has(id) || state.gone.has(id);
  const allAnswered = peersOf(state, proof).every(isAnswered);
  if (!allAnswered && proof.confirmedTicks < state.options.heartbeatTicks) return;
  state.proof = undefined;
  // From now on its word counts: say so at once.
  state.acknowledgementDue = true;
  if (state.leaderId === undefined) state.setElectionTimer(state.options.startTicks);
  state.outbox.statusChanged = true;
}

export function onHello(state: CoreState, from: MemberId, message: Hello): void {
  const { configurations, commitIndex } = state;
  const { latest, latestIndex } = configurations;
  const index = configurations.indexAt(commitIndex);
  const isNewer = index > message.configurationIndex && index <= commitIndex;
  state.send(from, {
    type: 'hello-response',
    requestId: message.requestId,
    outdated: isOutdated(state, from, message),
    inForce:
      latestIndex > message.configurationIndex ? { index: latestIndex, configuration: latest } : undefined,
    committed: isNewer ? { index, configuration: configurations.at(commitIndex) } : undefined,
  });
}

export function onHelloResponse(state: CoreState, from: MemberId, message: HelloResponse): void {
  const { proof } = state;
  if (proof === undefined || proof.hello.requestId !== message.requestId) return;
  if (message.outdated) {
    endMember(state, 'outdated');
    return;
  }
  const { inForce, committed } = message;
  if (!proof.confirmed.has(from) && inForce !== undefined) proof.newer.push(inForce);
  if (committed !== undefined && committed.index > (proof.committed?.index ?? 0)) proof.committed = committed;
  proof.confirmed.add(from);
}
