/**
 * The consensus core by itself: three members in one thread, each write durable as soon as it is asked for,
 * each message an object handed over. What remains is what the algorithm costs; nothing is faster than this.
 */
import type { Clock } from '../../platform/index.js';
import { seededRandom } from '../../platform/index.js';
import {
  type Configuration,
  type CoreEvent,
  defaultRaftLimits,
  type Effects,
  RaftCore,
  RaftCounters,
} from '../../raft/index.js';
import { type LatencyRecorder, latencyRecorder } from './closed-loop.js';
import {
  type ClosedLoad,
  type RunOptions,
  type RunResult,
  runResult,
  type Subject,
  unbatchedLimits,
  warmUp,
} from './run.js';

const ids = [1, 2, 3];
/** The event loop gets its turn this often. */
const TURN_MILLISECONDS = 20;
/** Elections are over within some hundred ticks. */
const MAX_ELECTION_TICKS = 10_000;

const configuration: Configuration = {
  voters: ids,
  votersOutgoing: [],
  learners: [],
  members: ids.map((id) => ({ id, name: `m${id}`, peerAddress: '127.0.0.1:0' })),
};

interface CoreMember {
  readonly id: number;
  readonly core: RaftCore;
  readonly counters: RaftCounters;
  inbox: CoreEvent[];
}

class Cores implements Subject {
  readonly layer = 'core';
  readonly batching: boolean;
  readonly #clock: Clock;
  readonly #members: readonly CoreMember[];
  readonly #byId: ReadonlyMap<number, CoreMember>;
  /** When each proposal of the leader was made, oldest first: they commit in that order. */
  #proposedAt: number[] = [];
  #committed = 0;
  #refused = 0;
  #nextId = 1;
  #recorder: LatencyRecorder = latencyRecorder();

  constructor(clock: Clock, batching: boolean) {
    this.#clock = clock;
    this.batching = batching;
    const limits = { ...defaultRaftLimits, ...(batching ? {} : unbatchedLimits) };
    this.#members = ids.map((id) => ({
      id,
      core: newCore(id, limits),
      counters: new RaftCounters(),
      inbox: [],
    }));
    this.#byId = new Map(this.#members.map((member) => [member.id, member]));
  }

  async run(options: RunOptions<ClosedLoad>, signal: AbortSignal): Promise<RunResult> {
    const leader = this.#elect();
    await this.#load(leader, warmUp(options), signal);
    const before = leader.counters.statistics;
    const refusedBefore = this.#refused;
    const seconds = await this.#load(leader, options, signal);
    const loop = this.#recorder.result(seconds, this.#refused - refusedBefore);
    return runResult(this.layer, options, loop, before, leader.counters.statistics);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #elect(): CoreMember {
    for (let tick = 0; tick < MAX_ELECTION_TICKS; tick += 1) {
      const leader = this.#members.find(({ core }) => core.role === 'leader');
      if (leader !== undefined && leader.core.view.appliedIndex > 0) return leader;
      for (const member of this.#members) member.inbox.push({ kind: 'tick' });
      this.#settle();
    }
    throw new Error('three cores elected nobody');
  }

  /** Keeps so many proposals under way until the time is over; returns the seconds it took. */
  async #load(leader: CoreMember, options: RunOptions<ClosedLoad>, signal: AbortSignal): Promise<number> {
    const { load, seconds, payloadBytes } = options;
    const clock = this.#clock;
    this.#recorder = latencyRecorder();
    const startedAt = clock.monotonicMilliseconds();
    const endAt = startedAt + seconds * 1000;
    let turnEndsAt = startedAt + TURN_MILLISECONDS;
    for (let now = startedAt; now < endAt; now = clock.monotonicMilliseconds()) {
      while (this.#proposedAt.length - this.#committed < load.inFlight) {
        // A buffer of its own, as each proposal has in life.
        const data = new Uint8Array(payloadBytes);
        leader.inbox.push({ kind: 'propose', id: this.#nextId, data });
        this.#nextId += 1;
        this.#proposedAt.push(now);
      }
      this.#round();
      this.#forgetCommitted();
      if (now < turnEndsAt) continue;
      turnEndsAt = now + TURN_MILLISECONDS;
      await new Promise<void>((resolve) => {
        clock.defer(resolve);
      });
      signal.throwIfAborted();
    }
    this.#settle();
    this.#forgetCommitted();
    return (clock.monotonicMilliseconds() - startedAt) / 1000;
  }

  #forgetCommitted(): void {
    if (this.#committed < 1024 && this.#committed < this.#proposedAt.length) return;
    this.#proposedAt = this.#proposedAt.slice(this.#committed);
    this.#committed = 0;
  }

  #settle(): void {
    while (this.#members.some(({ inbox }) => inbox.length > 0)) this.#round();
  }

  /** Each member takes one step with all that has arrived. */
  #round(): void {
    const clock = this.#clock;
    const now = clock.monotonicMilliseconds();
    for (const member of this.#members) {
      const events = member.inbox;
      if (events.length === 0) continue;
      member.inbox = [];
      this.#perform(member, member.core.step(events, now));
    }
  }

  #perform(member: CoreMember, effects: Effects): void {
    member.counters.stepped(effects);
    for (const { to, message } of effects.messages) {
      this.#byId.get(to)?.inbox.push({ kind: 'message', from: member.id, message });
    }
    for (const { result } of effects.proposals) if (result.kind !== 'appended') this.#lost();
    if (effects.persist !== undefined) member.inbox.push({ kind: 'persisted' });
    const applicable = member.core.applicable(defaultRaftLimits.maxApplyBytes);
    if (applicable?.kind !== 'entries') return;
    const last = applicable.entries.at(-1);
    if (last === undefined) return;
    member.inbox.push({ kind: 'applied', index: last.index });
    if (member.core.role !== 'leader') return;
    const now = this.#clock.monotonicMilliseconds();
    for (const { kind } of applicable.entries) {
      if (kind !== 'command') continue;
      this.#recorder.record(now - (this.#proposedAt[this.#committed] ?? now));
      this.#committed += 1;
    }
  }

  #lost(): void {
    this.#refused += 1;
    this.#committed += 1;
  }
}

function newCore(id: number, limits: ConstructorParameters<typeof RaftCore>[0]['limits']): RaftCore {
  const core = new RaftCore(
    {
      id,
      random: seededRandom(id),
      electionTimeoutTicks: 50,
      heartbeatTicks: 5,
      startTicks: { minimum: 3, maximum: 11 },
      hurryTicks: { minimum: 1, maximum: 8 },
      limits,
    },
    {
      hardState: { term: 0, votedFor: undefined, commitIndex: 0 },
      snapshot: { index: 0, term: 0, timeMilliseconds: 0, configuration },
      appliedIndex: 0,
      recovering: undefined,
    },
  );
  core.loaded();
  return core;
}

export function openCores(clock: Clock, batching: boolean): Subject {
  return new Cores(clock, batching);
}
