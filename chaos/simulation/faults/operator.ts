/** Whoever looks after the machines: starts again what is down or has failed, a while later. */
import type { Random } from '../../../platform/index.js';
import type { SimulatedMember } from '../world/simulated-member.js';
import type { Timeline } from '../world/timeline.js';

export interface OperatorOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly maxDelayMilliseconds: number;
}

export class Operator {
  readonly #options: OperatorOptions;
  /** Those that are not started again: retired, or damaged beyond use. */
  readonly #given = new Set<SimulatedMember>();

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  delay(): number {
    const share = this.#options.random.float();
    return 20 + share * share * this.#options.maxDelayMilliseconds;
  }

  giveUp(member: SimulatedMember): void {
    this.#given.add(member);
  }

  hasGivenUp(member: SimulatedMember): boolean {
    return this.#given.has(member);
  }

  startLater(member: SimulatedMember, delayMilliseconds = this.delay()): void {
    this.#options.timeline.after(delayMilliseconds, () => this.startNow(member));
  }

  startNow(member: SimulatedMember): void {
    if (!member.isUp && !this.#given.has(member)) member.start();
  }

  /** It says that it has failed: its process is ended, and started again. */
  failed(member: SimulatedMember): void {
    const { life } = member.machine;
    this.#options.timeline.after(this.delay(), () => {
      if (member.machine.life !== life) return;
      member.crash(false);
      this.startLater(member);
    });
  }
}
