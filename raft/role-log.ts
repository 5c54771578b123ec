/**
 * Writes down, once each, what a member becomes: by these lines of all members one sees afterwards, to the
 * millisecond, when a leader was missed and when there was another. Whoever never changes writes nothing.
 */
import type { Logger } from '../platform/index.js';
import type { RaftStatus } from './node.js';

/** The message by which the lines are found. */
export const roleChangedMessage = 'raft role changed';

export class RoleLog {
  readonly #logger: Logger;
  #last = '';

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  changed({
    role,
    term,
    leaderId,
    configuration,
  }: Pick<RaftStatus, 'role' | 'term' | 'leaderId' | 'configuration'>): void {
    const now = `${role} ${term} ${leaderId ?? ''}`;
    if (now === this.#last) return;
    this.#last = now;
    const leader = configuration.members.find(({ id }) => id === leaderId)?.name ?? leaderId ?? null;
    this.#logger.info(roleChangedMessage, { role, term, leader });
  }
}
