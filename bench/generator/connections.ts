/** The connections to one cluster: a few to each member, the calls of all clients spread over them. */
import type { Clock } from '../../platform/index.js';
import { LastingConnection } from './lasting-connection.js';
import type { Access } from './protocol.js';

export const CONNECTIONS_PER_MEMBER = 4;

export class Connections {
  /** By member. */
  readonly #byMember: readonly (readonly LastingConnection[])[];

  private constructor(byMember: readonly (readonly LastingConnection[])[]) {
    this.#byMember = byMember;
  }

  static async open({ endpoints, tls }: Access, clock: Clock): Promise<Connections> {
    const opened = await Promise.allSettled(
      endpoints.map((endpoint) =>
        Promise.all(
          Array.from({ length: CONNECTIONS_PER_MEMBER }, () => LastingConnection.open(endpoint, tls, clock)),
        ),
      ),
    );
    const broken = opened.find((member) => member.status === 'rejected');
    if (broken === undefined)
      return new Connections(
        opened.flatMap((member) => (member.status === 'fulfilled' ? [member.value] : [])),
      );
    for (const member of opened)
      if (member.status === 'fulfilled') for (const connection of member.value) connection.close();
    throw broken.reason;
  }

  get members(): number {
    return this.#byMember.length;
  }

  /** @param lane any number: which of those to this member */
  of(member: number, lane: number): LastingConnection {
    return this.#byMember[member]![lane % CONNECTIONS_PER_MEMBER]!;
  }

  /**
   * As many as so many clients use: one each until all are in use; members take turns, the given one first; or all are
   * the given one's.
   */
  spread(clients: number, firstMember: number, onlyFirst = false): readonly LastingConnection[] {
    const members = onlyFirst ? 1 : this.members;
    return Array.from({ length: Math.min(clients, CONNECTIONS_PER_MEMBER * members) }, (_, index) =>
      this.of((firstMember + (index % members)) % this.members, Math.floor(index / members)),
    );
  }

  close(): void {
    for (const connection of this.#byMember.flat()) connection.close();
  }
}
