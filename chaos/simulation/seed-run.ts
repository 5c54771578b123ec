/**
 * How one seed goes: a safety phase with faults; then a random majority is healed for good while everybody else
 * goes on being troubled, and it must answer within a bound; then everything is healed, all members must come
 * to one state, and what clients and watchers were told is judged.
 */
import type { Random } from '../../platform/index.js';
import type { MemberId, RaftStatus } from '../../raft/index.js';
import { ClientHistory } from './clients/client-history.js';
import { LeaseLedger } from './clients/lease-ledger.js';
import { Watcher } from './clients/watcher.js';
import { isClientKey, Workload } from './clients/workload.js';
import { Atlas } from './faults/atlas.js';
import { FaultInjector } from './faults/injector.js';
import { Operator } from './faults/operator.js';
import { FaultSetting } from './faults/setting.js';
import { Invariants } from './invariants/invariants.js';
import { isQuorum } from './invariants/majorities.js';
import type { InvariantName, Violation } from './invariants/violation.js';
import { Marks } from './marks.js';
import type { SeedResult, SeedStatistics } from './simulate.js';
import type { SeedProfile } from './swarm.js';
import { SimulatedCluster } from './world/cluster.js';
import { runToEnd } from './world/event-loop.js';
import type { MemberView } from './world/member-view.js';
import { SimulatedNetwork } from './world/network.js';
import type { SimulatedMember } from './world/simulated-member.js';
import { Timeline } from './world/timeline.js';
import { Trace } from './world/trace.js';

export interface SeedRunOptions {
  readonly seed: number;
  readonly random: Random;
  readonly profile: SeedProfile;
  readonly durationMilliseconds: number;
  readonly onLine: ((line: string) => void) | undefined;
}

/** A healed majority answers writes and linearizable reads on each of its members within this time. */
const LIVENESS_BOUND_MILLISECONDS = 30_000;
/** And all members have one state this long after everything was healed. */
const CONVERGENCE_BOUND_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 100;
const LAST_EVENTS = 60;
/** A process that nobody's configuration names any more goes on for this long before it is stopped. */
const RETIREMENT_MILLISECONDS = 6_000;

/** Members that were whole when a change was asked for were broken when it came into force. */
class NoMajorityLeft extends Error {}

/** What the product's defaults are. */
const timing = { electionTimeoutMilliseconds: 1_000, heartbeatMilliseconds: 100, tickMilliseconds: 20 };

export class SeedRun {
  readonly #options: SeedRunOptions;
  readonly #timeline = new Timeline();
  readonly #trace: Trace;
  readonly #invariants: Invariants;
  readonly #network: SimulatedNetwork;
  readonly #cluster: SimulatedCluster;
  readonly #history: ClientHistory;
  readonly #watchers = new Map<MemberId, Watcher>();
  readonly #workload: Workload;
  readonly #atlas: Atlas;
  readonly #operator: Operator;
  readonly #setting: FaultSetting;
  readonly #injector: FaultInjector;
  readonly #marks = new Marks();
  readonly #failures = new Map<MemberId, number>();
  /** When a member was last named by a configuration that is in force. */
  readonly #lastNamed = new Map<MemberId, number>();
  #violation: (Violation & { readonly atMilliseconds: number }) | undefined;
  #isOver = false;
  #proposals = 0;
  #recoveredAfterMilliseconds: number | undefined;

  constructor(options: SeedRunOptions) {
    this.#options = options;
    const { random, profile, seed } = options;
    const timeline = this.#timeline;
    this.#trace = new Trace(() => timeline.nowMilliseconds, options.onLine);
    const report = (invariant: InvariantName, message: string): void => this.#report(invariant, message);
    this.#invariants = new Invariants(report);
    const trace = this.#trace;
    const { latencyMilliseconds } = profile;
    this.#network = new SimulatedNetwork({ timeline, random, trace, latencyMilliseconds });
    this.#history = new ClientHistory(report, isClientKey);
    this.#cluster = new SimulatedCluster({
      seed,
      members: profile.members,
      timeline,
      network: this.#network,
      invariants: this.#invariants,
      timing,
      limits: profile.limits,
      diskLatencyMilliseconds: profile.diskLatencyMilliseconds,
      retentionMilliseconds: profile.retentionMilliseconds,
      leaseDriftBound: profile.leaseDriftBound,
      events: {
        stepped: (member, view) => this.#stepped(member, view),
        statusChanged: (member, status) => this.#statusChanged(member, status),
        started: (member) => this.#started(member),
        startFailed: (member, error) => this.#startFailed(member, error),
        ended: (member) =>
          this.#marks.memberEnded(member.id, member.status?.role === 'leader', member.disk.isWriting),
        logged: (member, message) => trace.add({ kind: 'member', member: member.id, text: message }),
      },
    });
    this.#workload = new Workload({
      ...profile,
      timeline,
      random,
      trace,
      history: this.#history,
      leases: new LeaseLedger(report),
      members: () => this.#cluster.members.filter((member) => !member.retired),
    });
    this.#atlas = new Atlas(() => this.#cluster.configurationsInForce());
    this.#operator = new Operator({
      timeline,
      random,
      maxDelayMilliseconds: profile.maxRestartMilliseconds,
    });
    this.#setting = new FaultSetting({
      timeline,
      random,
      trace,
      cluster: this.#cluster,
      network: this.#network,
      atlas: this.#atlas,
      operator: this.#operator,
      maxAway: profile.maxAway,
      maxDurationMilliseconds: profile.maxFaultMilliseconds,
      driftBound: profile.leaseDriftBound,
    });
    this.#injector = new FaultInjector(this.#setting);
  }

  async run(): Promise<SeedResult> {
    const life = this.#live().then(
      () => {
        this.#isOver = true;
      },
      (error: unknown) => {
        this.#isOver = true;
        throw error;
      },
    );
    // Waited for below, when time stands still.
    life.catch(() => undefined);
    await runToEnd(() => !this.#isOver && this.#violation === undefined && this.#timeline.step());
    if (this.#violation === undefined) await life;
    return this.#result();
  }

  async #live(): Promise<void> {
    const { durationMilliseconds, profile } = this.#options;
    for (const member of this.#cluster.members) member.start();
    this.#workload.start();
    this.#reconcileMembers();
    this.#injector.start(profile.faults);
    await this.#sleep(durationMilliseconds);
    try {
      await this.#checkLiveness();
      await this.#checkConvergence();
    } catch (error) {
      // Nothing can be asked of such a cluster; its summary says so.
      if (!(error instanceof NoMajorityLeft)) throw error;
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timeline.after(milliseconds, resolve);
    });
  }

  #report(invariant: InvariantName, message: string): void {
    this.#violation ??= { invariant, message, atMilliseconds: this.#timeline.nowMilliseconds };
  }

  // What members tell.

  #stepped(member: SimulatedMember, view: MemberView): void {
    for (const event of view.events) if (event.kind === 'propose') this.#proposals += 1;
    this.#marks.stepped(view);
    this.#setting.oldCopies.stepped(view);
    if (this.#setting.oldCopies.isBelieved(view))
      this.#report('word-of-the-unproven', `${member.name} counts, and what it began with is an old copy`);
    if (view.onlySends && this.#violation === undefined) this.#timeline.setSettled(true);
    const isFirst = view.before === undefined;
    if (view.recovering || !(isFirst || view.effects.statusChanged)) return;
    this.#atlas.intact(member.id);
    // What was done to an earlier process is no excuse for this one.
    if (isFirst && this.#atlas.isWhole(member.id) && !member.disk.isFull) member.excuse = undefined;
  }

  #statusChanged(member: SimulatedMember, status: RaftStatus): void {
    const { role, term, failure } = status;
    this.#trace.add({ kind: 'member', member: member.id, text: `is ${role} in term ${term}` });
    if (failure === undefined) return;
    this.#trace.add({ kind: 'member', member: member.id, text: `has failed: ${failure}` });
    if (status.condition === 'removed') {
      this.#wasRemoved(member);
      return;
    }
    if (status.condition === 'outdated' && member.excuse !== undefined) {
      this.#marks.reach('old copy recognised');
      this.#operator.giveUp(member);
    }
    if (failure.startsWith('consensus') || member.excuse === undefined) {
      this.#report('unexpected-failure', `${member.name} stopped: ${failure}`);
      return;
    }
    if (this.#atlas.damageOf(member.id) === 'state') this.#countFailure(member);
    this.#operator.failed(member);
  }

  /** It was told that it is no member any more. */
  #wasRemoved(member: SimulatedMember): void {
    const { voters, votersOutgoing, learners } =
      this.#invariants.configurations.newest ?? this.#cluster.birth;
    if ([...voters, ...votersOutgoing, ...learners].includes(member.id))
      this.#report('unexpected-failure', `${member.name} was told that it is removed, and is a member`);
    this.#marks.reach('removed member told so');
    this.#timeline.after(0, () => this.#retire(member));
  }

  /** What is damaged beyond use fails again and again. */
  #countFailure(member: SimulatedMember): void {
    const failures = (this.#failures.get(member.id) ?? 0) + 1;
    this.#failures.set(member.id, failures);
    if (failures < 2) return;
    this.#marks.reach('member lost for good');
    this.#operator.giveUp(member);
  }

  #started(member: SimulatedMember): void {
    this.#trace.add({ kind: 'member', member: member.id, text: 'has started' });
    const { store } = member;
    if (store === undefined) return;
    let watcher = this.#watchers.get(member.id);
    if (watcher === undefined) {
      watcher = new Watcher(
        `the watch of ${member.name}`,
        this.#history,
        (invariant, message) => this.#report(invariant, message),
        () => !this.#atlas.isWhole(member.id),
      );
      this.#watchers.set(member.id, watcher);
    } else {
      this.#marks.reach('watch resumed after a restart');
    }
    void watcher.follow(store.store);
  }

  #startFailed(member: SimulatedMember, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#trace.add({ kind: 'member', member: member.id, text: `could not start: ${message}` });
    if (member.excuse === undefined) {
      this.#report('unexpected-failure', `${member.name} could not start: ${message}`);
      return;
    }
    member.crash(false);
    if (this.#atlas.isWhole(member.id)) {
      this.#operator.startLater(member);
      return;
    }
    // It says that its disk cannot be trusted: only a new member can take its place.
    this.#atlas.damaged(member.id, 'state');
    this.#marks.reach('member lost for good');
    this.#operator.giveUp(member);
  }

  /** Processes that no configuration names any more are stopped after a while, as somebody would do. */
  #reconcileMembers(): void {
    const now = this.#timeline.nowMilliseconds;
    const named = new Set<MemberId>();
    for (const { voters, votersOutgoing, learners } of this.#cluster.configurationsInForce()) {
      for (const id of [...voters, ...votersOutgoing, ...learners]) named.add(id);
    }
    for (const member of this.#cluster.members) {
      if (member.retired) continue;
      if (named.has(member.id) || !this.#lastNamed.has(member.id)) this.#lastNamed.set(member.id, now);
      else if (now - this.#lastNamed.get(member.id)! > RETIREMENT_MILLISECONDS) this.#retire(member);
    }
    this.#timeline.after(1_000, () => this.#reconcileMembers());
  }

  #retire(member: SimulatedMember): void {
    if (member.retired) return;
    member.retired = true;
    this.#operator.giveUp(member);
    member.crash(false);
    this.#trace.add({ kind: 'member', member: member.id, text: 'is no longer a member and was stopped' });
  }

  // The liveness phase.

  /** A random quorum of every configuration that is or may come into force, of members that can be healed. */
  #chooseMajority(): readonly SimulatedMember[] {
    const { random } = this.#options;
    const usable = this.#cluster.members.filter(
      (member) => this.#atlas.isWhole(member.id) && !member.retired && !this.#operator.hasGivenUp(member),
    );
    const voters = new Set(this.#cluster.voters());
    const candidates = this.#setting
      .shuffled()
      .filter((id) => voters.has(id) && usable.some((member) => member.id === id));
    const chosen = new Set<MemberId>();
    const isEnough = (): boolean =>
      this.#cluster
        .configurationsInForce()
        .every((configuration) => isQuorum(configuration, (id) => chosen.has(id)));
    for (const id of candidates) {
      if (isEnough() && random.float() < 0.7) break;
      chosen.add(id);
    }
    if (!isEnough()) throw new NoMajorityLeft();
    return [...chosen].map((id) => this.#cluster.member(id));
  }

  #heal(members: readonly SimulatedMember[]): void {
    for (const member of members) {
      const { machine, disk, status } = member;
      machine.setRate(1);
      if (machine.isPaused) machine.resume();
      disk.setFull(false);
      disk.setLatencyMilliseconds(member.diskLatencyMilliseconds);
      if (status?.failure !== undefined) member.crash(false);
      this.#operator.startNow(member);
      for (const other of members) {
        if (other !== member) this.#network.heal(member.id, other.id);
      }
    }
  }

  async #checkLiveness(): Promise<void> {
    this.#injector.fixMembers();
    // What was asked for before is decided or given up first.
    await this.#sleep(4_000);
    const began = this.#timeline.nowMilliseconds;
    const deadline = began + LIVENESS_BOUND_MILLISECONDS;
    const healed = new Set<SimulatedMember>();
    const answered = new Set<SimulatedMember>();
    const silent = (): readonly SimulatedMember[] =>
      [...healed].filter((member) => !member.retired && !answered.has(member));
    this.#healMajority(healed);
    while (silent().length > 0) {
      if (this.#timeline.nowMilliseconds > deadline) {
        const names = (members: Iterable<SimulatedMember>): string =>
          [...members].map(({ name }) => name).join(', ');
        this.#report(
          'liveness',
          `${names(silent())} of the healed majority ${names(healed)} did not answer within ` +
            `${LIVENESS_BOUND_MILLISECONDS / 1000} s: ${this.#describe()}`,
        );
        return;
      }
      await this.#sleep(POLL_MILLISECONDS);
      this.#healMajority(healed);
      for (const member of silent()) if (await this.#answers(member, deadline)) answered.add(member);
    }
    this.#recoveredAfterMilliseconds = this.#timeline.nowMilliseconds - began;
  }

  /**
   * Heals a majority and keeps it so: a fault that was under way may have ended a process, and a promotion that was
   * asked for before may make other members the majority.
   */
  #healMajority(healed: Set<SimulatedMember>): void {
    const isHealed = (id: MemberId): boolean => {
      const member = this.#cluster.member(id);
      return healed.has(member) && !member.retired;
    };
    if (!this.#cluster.configurationsInForce().every((configuration) => isQuorum(configuration, isHealed))) {
      const chosen = this.#chooseMajority();
      for (const member of chosen) healed.add(member);
      this.#trace.add({
        kind: 'fault',
        text: `healed for good: ${chosen.map(({ name }) => name).join(', ')}`,
      });
      this.#setting.spare([...healed].map(({ id }) => id));
    }
    this.#heal([...healed].filter((member) => !member.retired));
  }

  /** A write and a linearizable read through this member. */
  async #answers(member: SimulatedMember, deadline: number): Promise<boolean> {
    const left = Math.max(100, Math.min(2_000, deadline - this.#timeline.nowMilliseconds));
    const answered = (async (): Promise<boolean> => {
      const { store } = member;
      if (store === undefined) return false;
      const context = { caller: 'liveness', timeoutMilliseconds: left };
      const key = Buffer.from('liveness');
      const write = await store.store.txn(
        { compare: [], then: [{ type: 'put', key, value: key }], else: [] },
        context,
      );
      if (write.kind !== 'done') return false;
      const read = await store.store.range({ key, consistency: 'linearizable' }, context);
      return read.kind === 'done' && read.value.revision >= write.value.revision;
    })();
    return Promise.race([answered, this.#sleep(left + 500).then(() => false)]);
  }

  #describe(): string {
    return this.#cluster.members
      .filter((member) => !member.retired)
      .map((member) => {
        const status = member.store?.raft.status();
        if (status === undefined) return `${member.name} ${member.isUp ? 'starting' : 'down'}`;
        const { role, term, commitIndex, appliedIndex, lastIndex, condition, leaderId } = status;
        return `${member.name} ${role} term ${term} leader ${leaderId ?? '-'} ${condition} applied ${appliedIndex} commit ${commitIndex} last ${lastIndex}`;
      })
      .join('; ');
  }

  // The end.

  async #checkConvergence(): Promise<void> {
    this.#injector.stop();
    this.#workload.stop();
    const everybody = this.#cluster.members.filter(
      (member) => !member.retired && !this.#operator.hasGivenUp(member),
    );
    this.#setting.spare(everybody.map(({ id }) => id));
    const deadline = this.#timeline.nowMilliseconds + CONVERGENCE_BOUND_MILLISECONDS;
    let counted: readonly SimulatedMember[] = [];
    for (;;) {
      this.#heal(everybody.filter((member) => !this.#operator.hasGivenUp(member)));
      await this.#sleep(POLL_MILLISECONDS);
      const configuration = this.#invariants.configurations.newest ?? this.#cluster.birth;
      const named = new Set([...configuration.voters, ...configuration.learners]);
      counted = everybody.filter((member) => named.has(member.id) && !this.#operator.hasGivenUp(member));
      if (await this.#isConverged(counted)) break;
      if (this.#timeline.nowMilliseconds <= deadline) continue;
      const bound = `${CONVERGENCE_BOUND_MILLISECONDS / 1000} s`;
      this.#report(
        'liveness',
        `no common state within ${bound} after everything was healed: ${this.#describe()}`,
      );
      return;
    }
    const lastRevision = Math.max(
      1,
      ...counted.map((member) => this.#watchers.get(member.id)!.completeRevision),
    );
    this.#history.judge(lastRevision);
    for (const watcher of this.#watchers.values()) {
      for (let gap = 0; gap < watcher.gaps; gap += 1) this.#marks.reach('watch cut by compaction');
    }
  }

  async #isConverged(members: readonly SimulatedMember[]): Promise<boolean> {
    if (this.#workload.inFlight > 0) return false;
    const states: { readonly appliedIndex: number; readonly stateHash: string; readonly revision: number }[] =
      [];
    for (const member of members) {
      const { store } = member;
      const status = store?.raft.status();
      if (store === undefined || status?.condition !== 'intact' || status.failure !== undefined) return false;
      const full = await Promise.race([store.admin.status(), this.#sleep(1_000)]);
      if (full === undefined) return false;
      if (full.commitIndex !== full.appliedIndex || full.lastIndex !== full.commitIndex) return false;
      // One that cannot read its history any more says so, and shows nothing further.
      const watcher = this.#watchers.get(member.id);
      if (watcher?.completeRevision !== full.revision && this.#atlas.isWhole(member.id)) {
        if (watcher?.endedAsCorrupt === true) void watcher.follow(store.store);
        return false;
      }
      states.push(full);
    }
    const [first] = states;
    return (
      first !== undefined &&
      states.every(
        ({ appliedIndex, stateHash }) => appliedIndex === first.appliedIndex && stateHash === first.stateHash,
      )
    );
  }

  #result(): SeedResult {
    const { profile, seed } = this.#options;
    const statistics: SeedStatistics = {
      seed,
      members: profile.members,
      traceHash: this.#trace.hash(),
      virtualMilliseconds: this.#timeline.nowMilliseconds,
      events: this.#timeline.eventCount,
      messages: this.#network.counts.delivered,
      operations: { ...this.#workload.counts },
      proposals: this.#proposals,
      elections: this.#invariants.elections.elections,
      committedEntries: this.#invariants.history.lastIndex,
      recoveredAfterMilliseconds: this.#recoveredAfterMilliseconds,
      faults: Object.fromEntries(this.#setting.counts),
      marks: Object.fromEntries(this.#marks.counts),
    };
    if (this.#violation === undefined) return { kind: 'clean', ...statistics };
    return {
      kind: 'violation',
      ...statistics,
      ...this.#violation,
      lastEvents: this.#trace.lastLines(LAST_EVENTS),
    };
  }
}
