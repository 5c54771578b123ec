/**
 * What is damaged where. The design survives the loss of durable data by a minority; so damage is only done
 * while, without the damaged, every configuration that is in force anywhere still has a quorum of members
 * whose promises hold. A member is whole again when it has restarted and says that it is intact.
 */
import type { Configuration, MemberId } from '../../../raft/index.js';
import { isQuorum } from '../invariants/majorities.js';

export type Damage =
  /** Its log or witness may have lost what it promised: it comes back as recovering. */
  | 'log'
  /** Its state may be unreadable: it may stop for good, and only a new member can take its place. */
  | 'state';

export class Atlas {
  readonly #damaged = new Map<MemberId, Damage>();
  readonly #configurations: () => readonly Configuration[];

  constructor(configurationsInForce: () => readonly Configuration[]) {
    this.#configurations = configurationsInForce;
  }

  damageOf(member: MemberId): Damage | undefined {
    return this.#damaged.get(member);
  }

  isWhole(member: MemberId): boolean {
    return !this.#damaged.has(member);
  }

  /** Whether enough good copies are left when this member's is not one. */
  mayDamage(member: MemberId): boolean {
    return this.#configurations().every((configuration) =>
      isQuorum(configuration, (id) => id !== member && this.isWhole(id)),
    );
  }

  damaged(member: MemberId, damage: Damage): void {
    if (this.#damaged.get(member) !== 'state') this.#damaged.set(member, damage);
  }

  /** Its disk is again what it was before it was damaged. */
  restored(member: MemberId): void {
    this.#damaged.delete(member);
  }

  /** It runs and says that its log is whole. */
  intact(member: MemberId): void {
    if (this.#damaged.get(member) === 'log') this.#damaged.delete(member);
  }
}
