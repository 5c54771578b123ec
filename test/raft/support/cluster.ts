/**
 * Cores on a virtual network with virtual disks: a test moves every message, write and tick itself. A crash
 * keeps exactly what was durable.
 */
import { expect } from 'vitest';
import { seededRandom } from '../../../platform/index.js';
import { type CoreOptions, RaftCore, type RecoveringState } from '../../../raft/core/core.js';
import type { CoreEvent, Effects, MembershipOutcome, PersistStep } from '../../../raft/core/events.js';
import type { Message, OutgoingMessage } from '../../../raft/core/messages.js';
import type {
  Configuration,
  Entry,
  HardState,
  MemberId,
  SnapshotMetadata,
} from '../../../raft/core/types.js';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const untext = (value: Uint8Array): string => new TextDecoder().decode(value);

export function configurationOf(
  voters: readonly MemberId[],
  more: { votersOutgoing?: readonly MemberId[]; learners?: readonly MemberId[] } = {},
): Configuration {
  const votersOutgoing = more.votersOutgoing ?? [];
  const learners = more.learners ?? [];
  const ids = [...new Set([...voters, ...votersOutgoing, ...learners])];
  return {
    voters,
    votersOutgoing,
    learners,
    members: ids.map((id) => ({ id, name: `m${id}`, peerAddress: `127.0.0.1:${id}` })),
  };
}

export function birth(configuration: Configuration): SnapshotMetadata {
  return { index: 0, term: 0, timeMilliseconds: 0, configuration };
}

/** What survives a crash. */
export interface VirtualDisk {
  hardState: HardState;
  snapshot: SnapshotMetadata;
  entries: Entry[];
  recovering: RecoveringState | undefined;
  /** Applied and durable in the state machine. */
  applied: Entry[];
  appliedIndex: number;
}

export function emptyDisk(configuration: Configuration): VirtualDisk {
  return {
    hardState: { term: 0, votedFor: undefined, commitIndex: 0 },
    snapshot: birth(configuration),
    entries: [],
    recovering: undefined,
    applied: [],
    appliedIndex: 0,
  };
}

export const testOptions = (id: MemberId, seed: number): CoreOptions => ({
  id,
  random: seededRandom(seed * 1_000 + id),
  electionTimeoutTicks: 10,
  heartbeatTicks: 2,
  startTicks: { minimum: 1, maximum: 4 },
  hurryTicks: { minimum: 1, maximum: 3 },
  limits: {
    maxEntryBytes: 10_000,
    maxMessageBytes: 200,
    maxUncommittedBytes: 100_000,
    maxInflightMessages: 8,
    maxInflightBytes: 10_000,
    maxCachedBytes: 100_000,
    maxLogBatchBytes: 400,
  },
});

export class VirtualMember {
  readonly id: MemberId;
  readonly disk: VirtualDisk;
  readonly core: RaftCore;
  readonly sent: OutgoingMessage[] = [];
  readonly proposals = new Map<number, Effects['proposals'][number]['result']>();
  readonly reads = new Map<number, Effects['reads'][number]['result']>();
  readonly transfers = new Map<number, string>();
  readonly membershipChanges = new Map<number, MembershipOutcome>();
  readonly wantSnapshot = new Set<MemberId>();
  writing: PersistStep | undefined;
  monotonicMilliseconds = 0;
  readonly #fetches: Effects['fetches'][number][] = [];

  constructor(disk: VirtualDisk, options: CoreOptions) {
    this.id = options.id;
    this.disk = disk;
    this.core = new RaftCore(options, {
      hardState: disk.hardState,
      snapshot: disk.snapshot,
      appliedIndex: disk.appliedIndex,
      recovering: disk.recovering,
    });
    this.core.load(disk.entries);
    this.core.loaded();
    this.step();
  }

  step(...events: CoreEvent[]): void {
    const effects = this.core.step(events, this.monotonicMilliseconds);
    this.sent.push(...effects.messages);
    if (effects.persist !== undefined) {
      expect(this.writing, 'one write in flight').toBeUndefined();
      this.writing = effects.persist;
    }
    for (const { id, result } of effects.proposals) this.proposals.set(id, result);
    for (const { id, result } of effects.reads) this.reads.set(id, result);
    for (const { id, result } of effects.transfers) this.transfers.set(id, result);
    for (const { id, result } of effects.membershipChanges) this.membershipChanges.set(id, result);
    for (const to of effects.snapshots) this.wantSnapshot.add(to);
    this.#fetches.push(...effects.fetches);
  }

  receive(from: MemberId, message: Message): void {
    this.step({ kind: 'message', from, message });
  }

  /** `from` grants the round of pre-votes that this member asks in. */
  grantPreVote(from: MemberId): void {
    const asked = this.sent
      .map(({ message }) => message)
      .findLast((message) => message.type === 'pre-vote-request');
    if (asked?.type !== 'pre-vote-request') throw new Error(`member ${this.id} asks for no pre-vote`);
    const { campaignTerm, round, commitIndex, commitTerm } = asked;
    const term = campaignTerm - 1;
    this.receive(from, {
      type: 'pre-vote-response',
      term,
      campaignTerm,
      round,
      granted: true,
      commitIndex,
      commitTerm,
    });
  }

  /** Its peers find nothing wrong with its folder: what each restart begins with. */
  confirmStart(): this {
    for (const { to, message } of this.sent.splice(0)) {
      if (message.type !== 'hello') continue;
      const { requestId } = message;
      this.receive(to, {
        type: 'hello-response',
        requestId,
        outdated: false,
        inForce: undefined,
        committed: undefined,
      });
    }
    return this;
  }

  tick(count = 1): void {
    for (let n = 0; n < count; n += 1) this.step({ kind: 'tick' });
  }

  /** Finishes the write in flight, if any. */
  persist(): boolean {
    const step = this.writing;
    if (step === undefined) return false;
    this.writing = undefined;
    const { disk } = this;
    if (step.kind === 'reset') {
      disk.snapshot = step.snapshot;
      disk.entries = [];
      disk.hardState = step.hardState;
    } else {
      const { truncateFrom } = step;
      if (truncateFrom !== undefined) disk.entries = disk.entries.filter(({ index }) => index < truncateFrom);
      for (const entry of step.entries) {
        expect(entry.index, 'no gap on disk').toBe((disk.entries.at(-1)?.index ?? disk.snapshot.index) + 1);
        disk.entries.push(entry);
      }
      if (step.hardState !== undefined) disk.hardState = step.hardState;
      if (step.recovered === true) disk.recovering = undefined;
    }
    this.step({ kind: 'persisted' });
    return true;
  }

  persistAll(): void {
    while (this.persist());
  }

  fetch(): boolean {
    const fetch = this.#fetches.shift();
    if (fetch === undefined) return false;
    const entries = this.disk.entries.filter(({ index }) => index >= fetch.from && index < fetch.through);
    this.step({ kind: 'fetched', fetch, entries: entries.slice(0, 3) });
    return true;
  }

  apply(): boolean {
    const applicable = this.core.applicable(1_000);
    if (applicable === undefined) return false;
    const { disk } = this;
    const entries =
      applicable.kind === 'entries'
        ? applicable.entries
        : disk.entries.filter(({ index }) => index >= applicable.from && index < applicable.through);
    for (const entry of entries) {
      expect(entry.index, 'applied in order').toBe(disk.appliedIndex + 1);
      const durable = disk.entries.find(({ index }) => index === entry.index);
      expect(durable, 'only durable entries are applied').toEqual(entry);
      disk.applied.push(entry);
      disk.appliedIndex = entry.index;
    }
    this.step({ kind: 'applied', index: disk.appliedIndex });
    return true;
  }

  /** Truncates the log through `index`. */
  compact(index: number): void {
    const entry = this.disk.entries.find((candidate) => candidate.index === index);
    if (entry === undefined || index > this.disk.appliedIndex) return;
    const { term, timeMilliseconds } = entry;
    const through = { index, term, timeMilliseconds, configuration: this.core.configurationAt(index) };
    this.disk.snapshot = through;
    this.disk.entries = this.disk.entries.filter((candidate) => candidate.index > index);
    this.step({ kind: 'compacted', through });
  }

  /** A snapshot of the state as applied here. */
  snapshot(): { readonly metadata: SnapshotMetadata; readonly applied: readonly Entry[] } {
    const { applied, appliedIndex } = this.disk;
    const last = applied.at(-1);
    if (last === undefined) throw new Error('nothing applied');
    return {
      metadata: {
        index: appliedIndex,
        term: last.term,
        timeMilliseconds: last.timeMilliseconds,
        configuration: this.core.configurationAt(appliedIndex),
      },
      applied: [...applied],
    };
  }

  install(snapshot: ReturnType<VirtualMember['snapshot']>): void {
    if (snapshot.metadata.index <= this.disk.appliedIndex) return;
    this.disk.applied = [...snapshot.applied];
    this.disk.appliedIndex = snapshot.metadata.index;
    this.step({ kind: 'snapshot-installed', snapshot: snapshot.metadata });
  }

  get log(): readonly string[] {
    return this.disk.entries.map(
      ({ index, term, kind, data }) => `${index}:${term}:${kind === 'command' ? untext(data) : kind}`,
    );
  }

  get commands(): readonly string[] {
    return this.disk.applied.filter(({ kind }) => kind === 'command').map(({ data }) => untext(data));
  }
}

/** A healthy network in which everything that is ready happens at once, until nothing is left to do. */
export class VirtualCluster {
  readonly members = new Map<MemberId, VirtualMember>();
  /** `from>to` that are cut. */
  readonly cut = new Set<string>();
  readonly #configuration: Configuration;
  readonly #seed: number;
  readonly #tune: (options: CoreOptions) => CoreOptions;
  #starts = 0;

  constructor(
    configuration: Configuration,
    seed: number,
    tune: (options: CoreOptions) => CoreOptions = (o) => o,
  ) {
    this.#configuration = configuration;
    this.#seed = seed;
    this.#tune = tune;
    for (const { id } of configuration.members) this.start(id, emptyDisk(configuration));
    // They confirm each other's start.
    this.settle();
  }

  member(id: MemberId): VirtualMember {
    const member = this.members.get(id);
    if (member === undefined) throw new Error(`member ${id} is down`);
    return member;
  }

  start(id: MemberId, disk: VirtualDisk = emptyDisk(this.#configuration)): VirtualMember {
    this.#starts += 1;
    const member = new VirtualMember(disk, this.#tune(testOptions(id, this.#seed + this.#starts * 7_919)));
    this.members.set(id, member);
    return member;
  }

  /** Down at once; what was durable comes back with `start`. */
  crash(id: MemberId): VirtualDisk {
    const { disk } = this.member(id);
    this.members.delete(id);
    return disk;
  }

  isolate(...ids: MemberId[]): void {
    for (const a of this.#ids()) {
      for (const b of this.#ids()) {
        if (ids.includes(a) !== ids.includes(b)) this.cut.add(`${a}>${b}`);
      }
    }
  }

  heal(): void {
    this.cut.clear();
  }

  #ids(): readonly MemberId[] {
    return this.#configuration.members.map(({ id }) => id);
  }

  /** Delivers, writes, fetches and applies until nothing moves. Ticks come only from the test. */
  settle(): void {
    let moved = true;
    while (moved) {
      moved = false;
      for (const member of this.members.values()) {
        for (const { to, message } of member.sent.splice(0)) {
          const target = this.members.get(to);
          if (target === undefined || this.cut.has(`${member.id}>${to}`)) continue;
          moved = true;
          target.receive(member.id, message);
        }
        if (member.persist() || member.fetch() || member.apply()) moved = true;
        for (const to of member.wantSnapshot) {
          member.wantSnapshot.delete(to);
          this.#sendSnapshot(member, to);
          moved = true;
        }
      }
    }
  }

  #sendSnapshot(member: VirtualMember, to: MemberId): void {
    const target = this.members.get(to);
    if (target === undefined || this.cut.has(`${member.id}>${to}`)) {
      member.step({ kind: 'snapshot-failed', to });
      return;
    }
    const snapshot = member.snapshot();
    target.install(snapshot);
    member.step({ kind: 'snapshot-sent', to, index: snapshot.metadata.index });
  }

  tick(count = 1): void {
    for (let n = 0; n < count; n += 1) {
      for (const member of this.members.values()) member.tick();
      this.settle();
    }
  }

  get leaders(): readonly VirtualMember[] {
    return [...this.members.values()].filter(({ core }) => core.role === 'leader');
  }

  /** Ticks until exactly one member leads and every connected one knows it. */
  elect(): VirtualMember {
    for (let n = 0; n < 200; n += 1) {
      this.tick();
      const [leader, ...others] = this.leaders;
      if (leader !== undefined && others.length === 0) {
        this.tick(3);
        return leader;
      }
    }
    throw new Error('no leader after 200 ticks');
  }

  /** Makes `id` the leader: only its timer runs. */
  electMember(id: MemberId): VirtualMember {
    const member = this.member(id);
    for (let n = 0; n < 40 && member.core.role !== 'leader'; n += 1) {
      member.tick();
      this.settle();
    }
    expect(member.core.role).toBe('leader');
    this.settle();
    return member;
  }
}
