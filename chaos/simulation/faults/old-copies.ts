/**
 * An old copy of a member's disk is put back in its place: intact in itself, and without promises that the
 * member has made since. Peers recognise it by what they remember, which is what they heard since their own
 * start. So it is done only when so many of them have heard the member campaign in a newer term than the copy
 * knows that no quorum without them could confirm it, the others know the configuration whose quorum that is, and all
 * are left alone until they have said so. Whoever is put back so must never count again.
 */
import type { MemberId, Term } from '../../../raft/index.js';
import type { DiskImage } from '../disk/simulated-disk.js';
import type { MemberView } from '../world/member-view.js';
import type { SimulatedMember } from '../world/simulated-member.js';
import type { FaultSetting } from './setting.js';

interface Copy {
  readonly member: SimulatedMember;
  readonly image: DiskImage;
  /** At least what the copy knows. */
  readonly term: Term;
}

interface Heard {
  readonly life: number;
  readonly term: Term;
}

const KEPT_COPIES = 6;
/** Whoever has not been recognised by then gets its newest disk back: somebody noticed the mistake. */
const PATIENCE_MILLISECONDS = 4_000;

export class OldCopies {
  readonly #copies: Copy[] = [];
  /** By listener and candidate: the newest term in which one heard the other campaign. */
  readonly #heard = new Map<string, Heard>();
  /** The lives that began with an old copy. */
  readonly #livesFromCopies = new Map<MemberId, number>();

  /** What a member's core was given in one step. */
  stepped({ member, life, events }: MemberView): void {
    for (const event of events) {
      if (event.kind !== 'message' || event.message.type !== 'vote-request') continue;
      this.#heard.set(`${member}<${event.from}`, { life, term: event.message.term });
    }
  }

  /** An old copy's word counts: nobody has recognised it. */
  isBelieved({ member, life, wordCounts }: MemberView): boolean {
    return wordCounts && this.#livesFromCopies.get(member) === life;
  }

  /** Puts a copy in place when one is sure to be recognised, else takes another one for later. */
  putBack(setting: FaultSetting): void {
    const copy = this.#copies.findLast((candidate) => this.#isSureToBeRecognised(setting, candidate));
    if (copy === undefined) {
      this.#takeCopy(setting);
      return;
    }
    this.#copies.splice(this.#copies.indexOf(copy), 1);
    const { member, image } = copy;
    const { atlas } = setting.options;
    setting.note('old-copy', `${member.name}, of term ${copy.term} at most`);
    atlas.damaged(member.id, 'state');
    member.excuse = 'an old copy of its disk was put in its place';
    const newest = member.disk.image();
    member.crash(true);
    member.disk.restore(image);
    member.start();
    const { life } = member.machine;
    this.#livesFromCopies.set(member.id, life);
    setting.calm = true;
    setting.later(PATIENCE_MILLISECONDS, () => {
      setting.calm = false;
      if (member.machine.life !== life || member.status?.failure !== undefined) return;
      member.crash(true);
      member.disk.restore(newest);
      atlas.restored(member.id);
      setting.options.operator.startLater(member);
    });
  }

  #takeCopy(setting: FaultSetting): void {
    const member = setting.pick(setting.running());
    const status = member?.store?.raft.status();
    if (member === undefined || status === undefined || !setting.options.atlas.isWhole(member.id)) return;
    this.#copies.push({ member, image: member.disk.image(), term: status.term });
    if (this.#copies.length > KEPT_COPIES) this.#copies.shift();
  }

  #isSureToBeRecognised(setting: FaultSetting, { member, term }: Copy): boolean {
    const { atlas, cluster } = setting.options;
    if (member.store === undefined || member.retired || setting.isSpared(member.id)) return false;
    if (!setting.mayTakeAway() || !atlas.mayDamage(member.id)) return false;
    const others = cluster.members.filter((other) => other !== member && !other.retired);
    // Nobody is about to forget.
    const isSteady = others.every(
      (other) => other.excuse === undefined && other.onNextWrite === undefined && !other.machine.isPaused,
    );
    if (!isSteady) return false;
    const unaware = others.filter((other) => {
      const heard = this.#heard.get(`${other.id}<${member.id}`);
      return heard?.life !== other.machine.life || heard.term <= term;
    });
    const smallest = Math.min(
      ...cluster.configurationsInForce().map(({ voters }) => Math.floor(voters.length / 2) + 1),
    );
    // With itself they would be a quorum. One of them that lags could take the copy's own configuration for valid.
    const knowsConfiguration = ({ store }: SimulatedMember): boolean =>
      (store?.raft.status().commitIndex ?? 0) >= cluster.newestConfigurationIndex;
    return unaware.length + 1 < smallest && unaware.every(knowsConfiguration);
  }
}
