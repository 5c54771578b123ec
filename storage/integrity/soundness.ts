/**
 * Keeps the members' states equal: has the leader order checkpoints, reports this member's hash at each, stops
 * serving when its own state is found wrong, and has wrong states replaced.
 *
 * A checkpoint is an entry of the log; so are the reports, the verdict follows from them on every member alike
 * (ledger.ts). The leader sends a condemned member the state anew; its log is whole, so it votes and acknowledges
 * all the while. A leader that is condemned hands over its office first. Nothing is written while nothing changes.
 *
 * Faults assumed: a state may differ for any reason, a defect of ours included; messages and proposals may be lost.
 */
import type { Clock, Logger, Timer } from '../../platform/index.js';
import { decodeConfiguration, type MemberId, type RaftNode, type Transport } from '../../raft/index.js';
import type { Command } from '../commands/command.js';
import type { MemberStateMachine } from '../state-machine.js';
import type { CallContext, Outcome, Refusal, WatchEndReason } from '../store.js';
import { alarmOf, LOG_DAMAGE_INDEX, type StandingAlarm, WHOLE_CLUSTER } from './ledger.js';

export interface CheckpointSettings {
  /** A checkpoint is due when this many entries were applied since the last … */
  readonly entries: number;
  /** … or, when anything changed at all, after this time. */
  readonly milliseconds: number;
}

export const defaultCheckpoints: CheckpointSettings = { entries: 4096, milliseconds: 30_000 };

export interface SoundnessOptions {
  readonly memberId: MemberId;
  readonly memberName: string;
  readonly machine: MemberStateMachine;
  readonly raft: RaftNode;
  readonly transport: Pick<Transport, 'lastHeardMilliseconds'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly run: (command: Command, context: CallContext) => Promise<Outcome<unknown>>;
  readonly endWatches: (reason: WatchEndReason) => void;
  readonly checkpoints: CheckpointSettings;
}

const TICK_MILLISECONDS = 1000;
/** What was asked for and has not come is asked for again after this. */
const RETRY_MILLISECONDS = 10_000;
/** The transport pings about each second. */
const SILENCE_MILLISECONDS = 3500;
const CONTEXT: CallContext = { caller: 'integrity', timeoutMilliseconds: 5000 };

export class Soundness {
  readonly #options: SoundnessOptions;
  #timer: Timer | undefined;
  #stopped = false;
  #working = false;
  #reporting = false;
  #servingStopped = false;
  #checkpointMilliseconds: number;
  #raisedMilliseconds: number | undefined;
  readonly #sentMilliseconds = new Map<MemberId, number>();
  /** Whom this member, being wrong, last gave its office. */
  #handedOverTo: MemberId = 0;
  /** Of the log; or of the state, where this member is alone and nobody can repair it. */
  #ownDamage: { readonly of: 'state' | 'log'; readonly reason: string } | undefined;

  constructor(options: SoundnessOptions) {
    this.#options = options;
    this.#checkpointMilliseconds = options.clock.monotonicMilliseconds();
  }

  start(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.setTimer(TICK_MILLISECONDS, () => {
      void this.tick();
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Why this member serves nobody; undefined while it does. */
  refusal(): Refusal | undefined {
    const { machine, memberName } = this.#options;
    if (machine.distrust === undefined) return undefined;
    return {
      reason: 'corrupt',
      message:
        `the state of member ${memberName} is not to be trusted (${machine.distrust}): it serves nothing until the ` +
        `leader has sent it the state anew; should that not come, run kuorum member replace ${memberName}`,
    };
  }

  /** What is wrong with this member's data, as far as it knows itself. */
  ownDamage(): string | undefined {
    return this.#options.machine.distrust ?? this.#ownDamage?.reason;
  }

  /** A record of this member's state is not what was stored. */
  damageFound(reason: string): void {
    if (this.#stopped) return;
    const { machine, logger } = this.#options;
    if (machine.distrustState(reason)) this.#stopServing();
    else {
      logger.error('data of this member is damaged, and no other has it', { reason });
      this.#ownDamage ??= { of: 'state', reason };
    }
  }

  /** An entry of this member's log is not what was stored. */
  logDamageFound(reason: string): void {
    if (this.#stopped) return;
    this.#options.logger.error('the log of this member is damaged', { reason });
    this.#ownDamage = { of: 'log', reason };
  }

  /**
   * Why this member should be closed and opened again: then it finds what its log has lost, and has a leader bring
   * it back. Its word does not count meanwhile: only while all others can do without it.
   */
  reopenBecause(): string | undefined {
    if (this.#ownDamage?.of !== 'log' || !this.#othersAreWell()) return undefined;
    return this.#ownDamage.reason;
  }

  #othersAreWell(): boolean {
    const { machine, memberId, raft, transport, clock } = this.#options;
    const { leaderId, configuration } = raft.status();
    const { voters, votersOutgoing } = configuration;
    const others = [...voters, ...votersOutgoing].filter((id) => id !== memberId);
    const now = clock.monotonicMilliseconds();
    return (
      leaderId !== undefined &&
      others.length > 1 &&
      others.every((id) => {
        const heard = transport.lastHeardMilliseconds(id);
        return (
          heard !== undefined &&
          now - heard < SILENCE_MILLISECONDS &&
          alarmOf(machine.state.ledger, id, 'corrupt') === undefined
        );
      })
    );
  }

  /** Entries were applied, or a snapshot has replaced the state. */
  applied(): void {
    this.#stopServing();
    void this.#reportHash();
  }

  #stopServing(): void {
    const distrusted = this.#options.machine.distrust !== undefined;
    if (distrusted && !this.#servingStopped) this.#options.endWatches({ kind: 'corrupt' });
    this.#servingStopped = distrusted;
  }

  async #reportHash(): Promise<void> {
    const { machine, memberId } = this.#options;
    const { ownCheckpoint: own } = machine;
    const { checkpoint } = machine.state.ledger;
    if (own === undefined || checkpoint?.index !== own.index || machine.distrust !== undefined) return;
    if (this.#reporting || this.#stopped) return;
    if (checkpoint.reports.some((report) => report.memberId === memberId)) return;
    this.#reporting = true;
    try {
      const hash = Buffer.from(own.stateHash, 'hex');
      await this.#options.run({ kind: 'hash-report', memberId, index: own.index, hash }, CONTEXT);
    } finally {
      this.#reporting = false;
    }
  }

  /** Each second; public for tests that do not wait for it. */
  async tick(): Promise<void> {
    if (this.#working || this.#stopped) return;
    this.#working = true;
    try {
      this.#stopServing();
      await this.#reportHash();
      await this.#tellOwnCondition();
      if (this.#options.raft.status().role === 'leader') await this.#lead();
    } catch (error) {
      if (!this.#stopped)
        this.#options.logger.warn('comparing states failed and is tried again', { error: String(error) });
    } finally {
      this.#working = false;
    }
  }

  /** So that all know that this state is wrong, or that it was replaced. */
  async #tellOwnCondition(): Promise<void> {
    const { machine, memberId, clock } = this.#options;
    const { ledger, appliedIndex } = machine.state;
    const alarm = alarmOf(ledger, memberId, 'corrupt');
    if (this.ownDamage() === undefined) {
      this.#raisedMilliseconds = undefined;
      if (alarm === undefined || alarm.atIndex >= machine.originIndex) return;
      const belowIndex = machine.originIndex;
      await this.#run({ kind: 'alarm-clear', memberId, alarm: 'corrupt', belowIndex });
      return;
    }
    const now = clock.monotonicMilliseconds();
    const last = this.#raisedMilliseconds;
    if (last !== undefined && now - last < RETRY_MILLISECONDS) return;
    this.#raisedMilliseconds = now;
    const stands =
      alarm !== undefined && (alarm.atIndex >= machine.originIndex || this.#ownDamage?.of === 'log');
    if (machine.distrust === undefined) {
      // Alone, and told once: whoever disarms it has taken note.
      if (last !== undefined && !stands) this.#ownDamage = undefined;
      if (last !== undefined || stands) return;
    } else if (stands && last === undefined) return;
    // From here on it is asked for again and again: this member applies nothing, and does not see what came of it.
    const atIndex =
      machine.distrust === undefined && this.#ownDamage?.of === 'log' ? LOG_DAMAGE_INDEX : appliedIndex;
    await this.#run({ kind: 'alarm-raise', memberId, alarm: 'corrupt', atIndex });
  }

  async #lead(): Promise<void> {
    const { machine } = this.#options;
    if (machine.distrust !== undefined) {
      await this.#handOver();
      return;
    }
    const { ledger } = machine.state;
    for (const alarm of ledger.alarms) await this.#repair(alarm);
    if (this.#isCheckpointDue()) await this.#checkpoint();
  }

  #isCheckpointDue(): boolean {
    const { machine, clock, checkpoints } = this.#options;
    const { state, ownCheckpoint } = machine;
    if (ownCheckpoint !== undefined && ownCheckpoint.contentHash === state.contentHash()) return false;
    const elapsed = clock.monotonicMilliseconds() - this.#checkpointMilliseconds;
    if (elapsed >= checkpoints.milliseconds) return true;
    const { checkpoint } = state.ledger;
    if (state.appliedIndex - (checkpoint?.index ?? 0) < checkpoints.entries) return false;
    // Whoever is a little behind shall be heard before its checkpoint is overtaken by the next.
    const members = decodeConfiguration(state.configuration).members.length;
    return checkpoint === undefined || checkpoint.reports.length >= members || elapsed >= RETRY_MILLISECONDS;
  }

  async #checkpoint(): Promise<void> {
    this.#checkpointMilliseconds = this.#options.clock.monotonicMilliseconds();
    await this.#run({ kind: 'hash-checkpoint' });
  }

  /** Sends the state to a member that has a wrong one. */
  async #repair(alarm: StandingAlarm): Promise<void> {
    const { machine, memberId, raft, clock, logger } = this.#options;
    const to = alarm.memberId;
    if (alarm.kind !== 'corrupt' || alarm.atIndex === LOG_DAMAGE_INDEX) return;
    if (to === WHOLE_CLUSTER || to === memberId) return;
    const now = clock.monotonicMilliseconds();
    const last = this.#sentMilliseconds.get(to);
    if (last !== undefined && now - last < RETRY_MILLISECONDS) return;
    // The other has applied that entry, and takes only what is newer than what it has.
    if (machine.state.appliedIndex <= alarm.raisedIndex) await this.#checkpoint();
    this.#sentMilliseconds.set(to, now);
    logger.warn('sending the state anew to a member whose own is wrong', { to });
    // Not waited for: a large one takes its time, and nothing else may wait behind it.
    void raft.sendSnapshot(to).finally(() => {
      this.#sentMilliseconds.set(to, clock.monotonicMilliseconds());
    });
  }

  async #handOver(): Promise<void> {
    const { machine, memberId, raft } = this.#options;
    const { ledger } = machine.state;
    const { configuration, peers } = raft.status();
    const fit = configuration.voters.filter(
      (id) => id !== memberId && alarmOf(ledger, id, 'corrupt') === undefined,
    );
    const reachable = fit.filter((id) => peers.some((peer) => peer.id === id && peer.recentlyActive));
    const candidates = (reachable.length > 0 ? reachable : fit).toSorted((left, right) => left - right);
    // Each in turn: this member applies nothing and cannot know of later alarms, and two whose states are both wrong
    // would hand the office to and fro for ever.
    const to = candidates.find((id) => id > this.#handedOverTo) ?? candidates[0];
    if (to === undefined) return;
    this.#handedOverTo = to;
    await raft.transferLeadership(to);
  }

  async #run(command: Command): Promise<void> {
    await this.#options.run(command, CONTEXT);
  }
}
