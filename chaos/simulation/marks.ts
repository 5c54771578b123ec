/**
 * Rare situations that the simulation must reach for its silence to mean something. Each is counted; a long run
 * that never reaches one has lost its way.
 */
import type { Configuration, MemberId, Message } from '../../raft/index.js';
import type { MemberView } from './world/member-view.js';

export const markNames = [
  'conflict truncated',
  'configuration rolled back',
  'snapshot installed after truncation',
  'snapshot transfer broken',
  'older entries read back for a follower',
  'entries of older terms committed by a newer one',
  'leader lost inside a joint configuration',
  'joint configuration left',
  'leader removed itself',
  'learner promoted',
  'leader stepped down without a quorum',
  'leadership transferred',
  'vote split',
  'read round overtaken by a new term',
  'read answered on a follower',
  'proposal of unknown outcome',
  'proposal sent to its leader again',
  'removed member told so',
  'start proven to peers',
  'commit learned from a vote',
  'old copy recognised',
  'recovering member found',
  'recovering member readmitted',
  'member lost for good',
  'crash before a write was durable',
  'watch resumed after a restart',
  'watch cut by compaction',
] as const;

export type MarkName = (typeof markNames)[number];

const isJoint = (configuration: Configuration): boolean => configuration.votersOutgoing.length > 0;

function isVote({ type }: Message): boolean {
  return (
    type === 'vote-request' ||
    type === 'vote-response' ||
    type === 'pre-vote-request' ||
    type === 'pre-vote-response'
  );
}

/** It is no candidate any more, although nobody else leads its term. */
function hasLostItsCampaign({ before, role, term, leaderId }: MemberView): boolean {
  const isOver = role !== 'candidate' && role !== 'leader';
  return isOver && leaderId === undefined && term === before?.term;
}

/** Proposals leave, and nobody has made one. */
function sendsAgain({ role, events, effects }: MemberView): boolean {
  return (
    role === 'follower' &&
    effects.messages.some(({ message }) => message.type === 'propose-request') &&
    !events.some(({ kind }) => kind === 'propose')
  );
}

interface Remembered {
  readonly life: number;
  proven: boolean;
  recovering: boolean;
  joint: boolean;
  voter: boolean;
}

export class Marks {
  readonly counts = new Map<MarkName, number>();
  readonly #members = new Map<MemberId, Remembered>();

  reach(name: MarkName): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** A member's process ended: as the leader or not, in the middle of a write or not. */
  memberEnded(member: MemberId, led: boolean, wrote: boolean): void {
    if (wrote) this.reach('crash before a write was durable');
    if (led && this.#members.get(member)?.joint === true)
      this.reach('leader lost inside a joint configuration');
    this.#members.delete(member);
  }

  stepped(view: MemberView): void {
    const { before, effects } = view;
    if (view.truncatedFrom !== undefined) this.reach('conflict truncated');
    if (effects.fetches.length > 0) this.reach('older entries read back for a follower');
    if (effects.transfers.length > 0) this.#transferred(view);
    if (effects.proposals.length > 0) this.#proposed(view);
    if (effects.reads.length > 0) this.#read(view);
    if (sendsAgain(view)) this.reach('proposal sent to its leader again');
    for (const event of view.events) {
      if (event.kind === 'snapshot-installed') this.reach('snapshot installed after truncation');
      else if (event.kind === 'snapshot-failed') this.reach('snapshot transfer broken');
    }
    if (before !== undefined && view.commitIndex > before.commitIndex && view.role !== 'leader') {
      const onlyVotes = view.events.every(
        (event) => event.kind === 'tick' || (event.kind === 'message' && isVote(event.message)),
      );
      if (onlyVotes) this.reach('commit learned from a vote');
    }
    if (before?.role === 'leader') this.#afterOffice(view);
    if (before?.role === 'candidate' && hasLostItsCampaign(view)) this.reach('vote split');
    if (effects.statusChanged || before === undefined) this.#statusChanged(view);
  }

  #transferred(view: MemberView): void {
    for (const { result } of view.effects.transfers)
      if (result === 'done') this.reach('leadership transferred');
  }

  #proposed(view: MemberView): void {
    for (const { result } of view.effects.proposals) {
      if (result.kind === 'unknown') this.reach('proposal of unknown outcome');
    }
  }

  #read(view: MemberView): void {
    if (view.role === 'leader') return;
    for (const { result } of view.reads)
      if (result.kind === 'index') this.reach('read answered on a follower');
  }

  #afterOffice(view: MemberView): void {
    const { before, effects } = view;
    if (before === undefined) return;
    if (view.role === 'leader') {
      const next = before.commitIndex + 1;
      if (view.commitIndex >= next && (view.termAt(next) ?? view.term) < view.term)
        this.reach('entries of older terms committed by a newer one');
      return;
    }
    if (view.term === before.term) {
      const { voters, votersOutgoing } = view.configuration;
      const isVoter = voters.includes(view.member) || votersOutgoing.includes(view.member);
      this.reach(isVoter ? 'leader stepped down without a quorum' : 'leader removed itself');
    }
    const refusedRead =
      effects.reads.some(({ result }) => result.kind === 'refused') ||
      effects.messages.some(({ message }) => message.type === 'read-response' && message.index === undefined);
    if (refusedRead && view.term > before.term) this.reach('read round overtaken by a new term');
  }

  #statusChanged(view: MemberView): void {
    const { configuration } = view;
    const joint = isJoint(configuration);
    const voter = configuration.voters.includes(view.member);
    const known = this.#members.get(view.member);
    if (known?.life === view.life) {
      if (known.recovering && !view.recovering) this.reach('recovering member readmitted');
      if (known.joint && !joint && view.truncatedFrom === undefined) this.reach('joint configuration left');
      if (known.joint !== joint && view.truncatedFrom !== undefined) this.reach('configuration rolled back');
      if (!known.voter && voter && !joint && view.truncatedFrom === undefined) this.reach('learner promoted');
      if (known.joint && view.before?.role === 'leader' && view.role !== 'leader' && joint)
        this.reach('leader lost inside a joint configuration');
      if (!known.proven && view.wordCounts) this.reach('start proven to peers');
      known.proven = view.wordCounts;
      known.recovering = view.recovering;
      known.joint = joint;
      known.voter = voter;
      return;
    }
    if (view.recovering) this.reach('recovering member found');
    this.#members.set(view.member, {
      life: view.life,
      proven: view.wordCounts,
      recovering: view.recovering,
      joint,
      voter,
    });
  }
}
