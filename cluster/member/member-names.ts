/**
 * Which member has which name, as members come and go. Names are what certificates carry and faults are
 * ordered by; a name may be given to a later member with another id.
 */
import type { MemberConfig, PeerAddress } from './protocol.js';

export class MemberNames {
  readonly #byId = new Map<number, string>();
  readonly #former: ReadonlySet<string>;

  constructor(config: Pick<MemberConfig, 'members' | 'formerNames'>) {
    for (const { id, name } of config.members) this.#byId.set(id, name);
    this.#former = new Set(config.formerNames);
  }

  /** Nobody is forgotten: a member that was removed may still ask, and is told so. */
  setPeers(peers: readonly PeerAddress[]): void {
    for (const { id, name } of peers) this.#byId.set(id, name);
  }

  nameOf(id: number): string | undefined {
    return this.#byId.get(id);
  }

  /** The peer authority signs for other clients too; only members' names are let in here. */
  mayCall(name: string): boolean {
    return this.#former.has(name) || [...this.#byId.values()].includes(name);
  }
}
