/**
 * Who is ready, by its own /readyz, and so who gets connections through the front door: of the ready ones those
 * that vote, as a learner may be far behind.
 */
import type { Clock, Logger } from '../../platform/index.js';
import type { FrontDoor } from './front-door.js';
import { createProber, type Prober, readyzTarget } from './prober.js';

export interface ReadyMembersOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly frontDoor: Pick<FrontDoor, 'setBackend' | 'setReady' | 'removeBackend'>;
  readonly votes: (name: string) => boolean;
}

export interface ListeningMember {
  readonly name: string;
  readonly listening: boolean;
  readonly apiPort: number;
}

export class ReadyMembers {
  readonly #options: ReadyMembersOptions;
  /** Members whose /readyz was 200 at the last probe. */
  readonly #ready = new Set<string>();
  readonly #unready = new Map<string, string>();
  readonly #probedPorts = new Map<string, number>();
  readonly #prober: Prober;

  constructor(options: ReadyMembersOptions) {
    this.#options = options;
    this.#prober = createProber({
      clock: options.clock,
      onAnswer: (name, answer) => this.#answered(name, answer.kind === 'ready' ? undefined : answer.reason),
    });
  }

  isReady(name: string): boolean {
    return this.#ready.has(name);
  }

  unreadyReason(name: string): string | undefined {
    return this.#unready.get(name);
  }

  /** @param reason why it is not ready; undefined when it is */
  #answered(name: string, reason: string | undefined): void {
    const ready = reason === undefined;
    if (ready !== this.#ready.has(name)) {
      const what = ready ? 'member is ready' : 'member is not ready';
      this.#options.logger.info(what, { member: name, ...(ready ? {} : { reason }) });
    }
    if (ready) {
      this.#ready.add(name);
      this.#unready.delete(name);
    } else {
      this.#ready.delete(name);
      this.#unready.set(name, reason);
    }
    this.#openDoor(name);
  }

  #openDoor(name: string): void {
    const { frontDoor, votes } = this.#options;
    frontDoor.setReady(name, this.#ready.has(name) && votes(name));
  }

  /** The members there are now: who listens is asked, at the port of this moment; who is none any more is forgotten. */
  follow(members: readonly ListeningMember[], authority: string): void {
    for (const name of this.#probedPorts.keys()) {
      if (!members.some((member) => member.name === name)) this.#forget(name);
    }
    for (const { name, listening, apiPort } of members) {
      if (!listening) continue;
      if (this.#probedPorts.get(name) !== apiPort) {
        this.#probedPorts.set(name, apiPort);
        this.#options.frontDoor.setBackend(name, apiPort);
        this.#prober.watch(name, readyzTarget({ port: apiPort, authority }));
      }
      if (this.#ready.has(name)) this.#openDoor(name);
    }
  }

  /** Its process is. */
  gone(name: string): void {
    this.#probedPorts.delete(name);
    this.#prober.forget(name);
    this.#ready.delete(name);
    this.#unready.set(name, 'its process is gone');
    this.#options.frontDoor.setReady(name, false);
  }

  #forget(name: string): void {
    this.gone(name);
    this.#unready.delete(name);
    this.#options.frontDoor.removeBackend(name);
  }

  stop(): void {
    this.#prober.stop();
  }
}
