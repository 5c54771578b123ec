/**
 * What is committed about the members is the truth. Members tell the supervisor each membership that they have
 * applied, and the supervisor follows: it ends members that were removed, whoever removed them and whenever it
 * hears of it, and wakes whoever waits for something to come to pass.
 */
import type { Logger } from '../../platform/index.js';
import type { Membership } from '../../storage/index.js';
import type { MemberProcessState } from '../cluster.js';
import { UserError } from '../user-error.js';
import { Waiting } from './waiting.js';

export interface HostedMember {
  readonly name: string;
  readonly id: number;
  readonly process: MemberProcessState;
  /** Why its process does not run. */
  readonly refusal: string | undefined;
  /** Its process ended because it learned of its removal. */
  readonly removed: boolean;
  readonly peerPort: number;
  /** No committed membership was seen to have it yet. */
  readonly joining: boolean;
}

/** Where members have their processes, keys and folders. */
export interface MembershipHost {
  members(): readonly HostedMember[];
  formerNames(): readonly string[];
  /** An id that nobody has or had. */
  newId(): number;
  /** Keys, folder and process of a new member; resolves when it listens. The caller dismisses it when it rejects. */
  admit(member: { readonly name: string; readonly id: number }): Promise<void>;
  /** Ends its process and takes away what it had; `keepFolder`: its data is put aside instead of deleted. */
  dismiss(id: number, options: { readonly keepFolder: boolean }): Promise<void>;
  /** What is committed about the members has changed. */
  follow(membership: Membership): void;
}

export class MembershipFollower {
  readonly #host: MembershipHost;
  readonly #logger: Logger;
  #latest: Membership | undefined;
  #stopped = false;
  readonly #dismissals = new Map<number, Promise<void>>();
  readonly #keepFolders = new Set<number>();
  readonly #waiting = new Waiting();

  constructor({ host, logger }: { readonly host: MembershipHost; readonly logger: Logger }) {
    this.#host = host;
    this.#logger = logger;
  }

  /** The newest membership that is known to be committed. */
  get latest(): Membership | undefined {
    return this.#latest;
  }

  /** A member says what it has applied. */
  heard(membership: Membership): void {
    if (this.#stopped) return;
    // A member that has just been born knows only itself, and that nobody else has committed.
    if (!membership.members.some(({ role }) => role === 'voter')) return;
    if (this.#latest !== undefined && membership.appliedIndex < this.#latest.appliedIndex) return;
    this.#latest = membership;
    this.#host.follow(membership);
    for (const { id } of this.#host.members()) {
      if (membership.removed.includes(id)) void this.dismiss(id);
    }
    this.#waiting.wake();
  }

  /** Something about a member's process has changed: whoever waits looks again. */
  changed(): void {
    this.#waiting.wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.stop();
  }

  /** When it is dismissed, its data is put aside. */
  keepFolder(id: number): void {
    this.#keepFolders.add(id);
  }

  dismiss(id: number): Promise<void> {
    const running = this.#dismissals.get(id);
    if (running !== undefined) return running;
    const member = this.#host.members().find((candidate) => candidate.id === id);
    if (member === undefined) return Promise.resolve();
    // A member that ran to the end had nothing that the others lack.
    const ran = member.joining || member.removed || member.process === 'running';
    const keepFolder = this.#keepFolders.has(id) || !ran;
    const dismissal = this.#host
      .dismiss(id, { keepFolder })
      .catch((error: unknown) => {
        this.#logger.error('a former member could not be cleared away', {
          member: member.name,
          reason: String(error),
        });
      })
      .finally(() => {
        this.#dismissals.delete(id);
        this.#waiting.wake();
      });
    this.#dismissals.set(id, dismissal);
    return dismissal;
  }

  untilGone(id: number): Promise<void> {
    return this.#waiting.until(() => !this.#host.members().some((member) => member.id === id));
  }

  /** Rejects when it certainly never will. */
  untilVoting(
    member: { readonly name: string; readonly id: number },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return this.#waiting.until(() => this.#votes(member), signal);
  }

  #votes({ name, id }: { readonly name: string; readonly id: number }): boolean {
    const latest = this.#latest;
    if (latest?.removed.includes(id) === true) throw new UserError(`${name} was removed before it voted`);
    const hosted = this.#host.members().find((member) => member.id === id);
    if (hosted?.process === 'refused') {
      throw new UserError(`${name} does not run: ${hosted.refusal ?? 'it refused'}`);
    }
    return (
      latest?.settled === true && latest.members.some((member) => member.id === id && member.role === 'voter')
    );
  }
}
