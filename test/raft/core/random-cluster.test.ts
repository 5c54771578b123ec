/**
 * Whole clusters under random faults: messages lost, duplicated, reordered and kept for long, partitions,
 * crashes that lose what was not durable, disks that lose what was. After every step the safety properties of
 * figure 3.2 hold; when the faults end, the cluster makes progress. A failure prints its seed.
 */
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../platform/index.js';
import type { OutgoingMessage } from '../../../raft/core/messages.js';
import type { Entry, MemberId, SnapshotMetadata } from '../../../raft/core/types.js';
import {
  configurationOf,
  emptyDisk,
  testOptions,
  text,
  untext,
  type VirtualDisk,
  VirtualMember,
} from '../support/cluster.js';

interface Flying extends OutgoingMessage {
  readonly from: MemberId;
}

interface FlyingSnapshot {
  readonly from: MemberId;
  readonly to: MemberId;
  readonly snapshot: { readonly metadata: SnapshotMetadata; readonly applied: readonly Entry[] };
}

interface Ambition {
  readonly dropProbability: number;
  readonly duplicateProbability: number;
  readonly crashProbability: number;
  readonly partitionProbability: number;
  readonly loseDisk: boolean;
}

class RandomCluster {
  readonly random: Random;
  readonly ids: readonly MemberId[];
  readonly members = new Map<MemberId, VirtualMember>();
  readonly down = new Map<MemberId, VirtualDisk>();
  readonly history: Entry[] = [];
  readonly leaderOfTerm = new Map<number, MemberId>();
  readonly verified = new Map<MemberId, number>();
  readonly appended = new Map<string, { readonly index: number; readonly term: number }>();
  readonly refused = new Set<string>();
  readonly requiredIndex = new Map<string, number>();
  readonly #proposed = new Map<MemberId, Map<number, string>>();
  readonly #ambition: Ambition;
  flying: Flying[] = [];
  snapshots: FlyingSnapshot[] = [];
  cut = new Set<string>();
  readsAnswered = 0;
  recoveries = 0;
  #serial = 0;
  #starts = 0;

  constructor(seed: number, size: number, ambition: Ambition) {
    this.random = seededRandom(seed);
    this.ids = Array.from({ length: size }, (_, n) => n + 1);
    this.#ambition = ambition;
    for (const id of this.ids) this.start(id, emptyDisk(configurationOf(this.ids)));
  }

  start(id: MemberId, disk: VirtualDisk): void {
    // What the driver does first: the state that was switched to outranks the log.
    const last = disk.applied.at(-1);
    const logLast = disk.entries.at(-1)?.index ?? disk.snapshot.index;
    if (disk.recovering === undefined && last !== undefined && disk.appliedIndex > disk.snapshot.index) {
      const own = disk.entries.find(({ index }) => index === disk.appliedIndex);
      if (disk.appliedIndex > logLast || own?.term !== last.term) {
        disk.snapshot = {
          ...disk.snapshot,
          index: last.index,
          term: last.term,
          timeMilliseconds: last.timeMilliseconds,
        };
        disk.entries = [];
      }
    }
    this.#starts += 1;
    const tuned = testOptions(id, this.random.integer(0, 1_000_000) + this.#starts);
    const options = { ...tuned, limits: { ...tuned.limits, maxCachedBytes: 300 } };
    this.members.set(id, new VirtualMember(disk, options));
    this.#proposed.set(id, new Map());
    this.down.delete(id);
  }

  crash(id: MemberId): void {
    const { disk } = this.members.get(id)!;
    this.#collect(this.members.get(id)!);
    this.members.delete(id);
    this.down.set(id, disk);
    const recovering = [
      ...this.down.values(),
      ...[...this.members.values()].map((member) => member.disk),
    ].filter((candidate) => candidate.recovering !== undefined).length;
    const mayLose = this.#ambition.loseDisk && recovering < Math.floor((this.ids.length - 1) / 2);
    if (!mayLose || this.random.float() > 0.3) return;
    // Durable records vanish, and the witness says so: entries from some point on, and the newest vote.
    const promisedIndex = disk.entries.at(-1)?.index ?? disk.snapshot.index;
    const promisedTerm = disk.hardState.term;
    disk.entries = disk.entries.slice(0, this.random.integer(0, disk.entries.length + 1));
    const term = disk.entries.at(-1)?.term ?? disk.snapshot.term;
    disk.hardState = { term: Math.min(term, promisedTerm), votedFor: undefined, commitIndex: 0 };
    disk.recovering = { promisedIndex, promisedTerm };
    this.recoveries += 1;
  }

  pick<Value>(values: readonly Value[]): Value | undefined {
    return values.length === 0 ? undefined : values[this.random.integer(0, values.length)];
  }

  /** One random thing happens; then everything is checked. */
  step(faults: boolean): void {
    const { random } = this;
    const ambition = this.#ambition;
    const member = this.pick([...this.members.values()]);
    const dice = random.float();
    if (member === undefined) this.#restartOne();
    else if (dice < 0.55) this.#deliver(faults);
    else if (dice < 0.72) member.persist();
    else if (dice < 0.8) member.apply();
    else if (dice < 0.84) member.fetch();
    else if (dice < 0.9) member.tick();
    else if (dice < 0.94) this.#propose(member);
    else if (dice < 0.96) this.#read(member);
    else if (dice < 0.97) this.#snapshot(faults);
    else if (dice < 0.975) member.compact(member.disk.appliedIndex - random.integer(0, 6));
    else if (!faults) member.tick();
    else if (dice < 0.975 + ambition.crashProbability) this.crash(member.id);
    else if (dice < 0.985 + ambition.partitionProbability) this.#partition();
    else this.#restartOne();
    for (const running of this.members.values()) this.#collect(running);
  }

  #restartOne(): void {
    const id = this.pick([...this.down.keys()]);
    if (id !== undefined) this.start(id, this.down.get(id)!);
  }

  #partition(): void {
    this.cut.clear();
    if (this.random.float() < 0.4) return;
    const oneWay = this.random.float() < 0.3;
    const side = this.ids.filter(() => this.random.float() < 0.5);
    for (const a of this.ids) {
      for (const b of this.ids) {
        if (side.includes(a) && !side.includes(b)) {
          this.cut.add(`${a}>${b}`);
          if (!oneWay) this.cut.add(`${b}>${a}`);
        }
      }
    }
  }

  #deliver(faults: boolean): void {
    const position = this.random.integer(0, Math.max(1, Math.min(this.flying.length, faults ? 30 : 3)));
    const flying = this.flying[position];
    if (flying === undefined) return;
    const keep = faults && this.random.float() < this.#ambition.duplicateProbability;
    if (!keep) this.flying.splice(position, 1);
    if (faults && this.random.float() < this.#ambition.dropProbability) return;
    if (this.cut.has(`${flying.from}>${flying.to}`)) return;
    this.members.get(flying.to)?.receive(flying.from, flying.message);
  }

  #propose(member: VirtualMember): void {
    this.#serial += 1;
    const command = `c${this.#serial}`;
    this.#proposed.get(member.id)!.set(this.#serial, command);
    member.monotonicMilliseconds += this.random.integer(0, 1_000);
    member.step({ kind: 'propose', id: this.#serial, data: text(command) });
  }

  #read(member: VirtualMember): void {
    this.#serial += 1;
    const committed = Math.max(
      ...[...this.members.values()].map(({ core }) => core.view.commitIndex),
      this.history.length,
    );
    this.requiredIndex.set(`${member.id}/${this.#serial}`, committed);
    member.step({ kind: 'read', id: this.#serial });
  }

  #snapshot(faults: boolean): void {
    for (const member of this.members.values()) {
      for (const to of member.wantSnapshot) {
        if (member.disk.applied.length === 0) continue;
        member.wantSnapshot.delete(to);
        this.snapshots.push({ from: member.id, to, snapshot: member.snapshot() });
      }
    }
    const flying = this.snapshots.shift();
    if (flying === undefined) return;
    const target = this.members.get(flying.to);
    const broken = faults && this.random.float() < 0.3;
    const sender = this.members.get(flying.from);
    if (target === undefined || broken || this.cut.has(`${flying.from}>${flying.to}`)) {
      sender?.step({ kind: 'snapshot-failed', to: flying.to });
      return;
    }
    target.install(flying.snapshot);
    sender?.step({ kind: 'snapshot-sent', to: flying.to, index: flying.snapshot.metadata.index });
  }

  /** Takes what the member sent and did, and checks it against all that happened before. */
  #collect(member: VirtualMember): void {
    for (const out of member.sent.splice(0)) this.flying.push({ from: member.id, ...out });
    if (this.flying.length > 400) this.flying.splice(0, this.flying.length - 400);
    this.#checkLeader(member);
    this.#checkApplied(member);
    for (const [id, result] of member.proposals) {
      const command = this.#proposed.get(member.id)?.get(id);
      if (command === undefined) continue;
      if (result.kind === 'appended') this.appended.set(command, result);
      if (result.kind === 'refused') this.refused.add(command);
    }
    member.proposals.clear();
    for (const [id, result] of member.reads) {
      const required = this.requiredIndex.get(`${member.id}/${id}`);
      if (result.kind !== 'index' || required === undefined) continue;
      this.readsAnswered += 1;
      expect(result.index, 'a read sees all that was committed when it began').toBeGreaterThanOrEqual(
        required,
      );
    }
    member.reads.clear();
    if (member.core.view.recovering !== undefined) {
      expect(['follower', 'learner'], 'a recovering member never campaigns').toContain(member.core.role);
    }
  }

  #checkLeader(member: VirtualMember): void {
    if (member.core.role !== 'leader') return;
    const { term } = member.core.view;
    const known = this.leaderOfTerm.get(term);
    if (known === member.id) return;
    expect(known, `election safety: one leader in term ${term}`).toBeUndefined();
    this.leaderOfTerm.set(term, member.id);
    for (const entry of this.history) {
      if (entry.index < member.core.log.firstIndex) continue;
      expect(
        member.core.termAt(entry.index),
        `leader completeness: entry ${entry.index} in term ${term}`,
      ).toBe(entry.term);
    }
  }

  #checkApplied(member: VirtualMember): void {
    const { applied } = member.disk;
    for (let n = this.verified.get(member.id) ?? 0; n < applied.length; n += 1) {
      const known = this.history[n];
      if (known === undefined) this.history.push(applied[n]!);
      else expect(applied[n], `state machine safety at ${n + 1}`).toEqual(known);
    }
    this.verified.set(member.id, applied.length);
  }

  checkLogMatching(): void {
    const byPlace = new Map<string, Entry>();
    for (const { disk } of this.members.values()) {
      for (const entry of disk.entries) {
        const place = `${entry.index}/${entry.term}`;
        const known = byPlace.get(place);
        if (known === undefined) byPlace.set(place, entry);
        else expect(entry, `log matching at ${place}`).toEqual(known);
      }
    }
  }

  checkOutcomes(): void {
    const committed = new Map(this.history.map((entry) => [untext(entry.data), entry]));
    for (const command of this.refused) expect(committed.has(command), `${command} was refused`).toBe(false);
    for (const [command, { index, term }] of this.appended) {
      const there = this.history[index - 1];
      if (there?.term === term) expect(untext(there.data)).toBe(command);
    }
    const times = this.history.map(({ timeMilliseconds }) => timeMilliseconds);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }

  /** A tick everywhere, and everything that is ready happens. */
  #calmRound(): void {
    for (const member of this.members.values()) member.tick();
    for (let pass = 0; pass < 8; pass += 1) {
      for (const { from, to, message } of this.flying.splice(0)) this.members.get(to)?.receive(from, message);
      for (const member of this.members.values()) {
        member.persistAll();
        while (member.fetch());
        while (member.apply());
        this.#snapshot(false);
        this.#collect(member);
      }
    }
  }

  /** All faults end: within bounded time one more command is committed and applied everywhere. */
  converge(): void {
    this.cut.clear();
    for (const [id, disk] of this.down) this.start(id, disk);
    const done = (): boolean =>
      [...this.members.values()].every(
        ({ disk, core }) => disk.appliedIndex === this.history.length && core.view.recovering === undefined,
      ) && [...this.members.values()].every(({ core }) => core.view.leaderId !== undefined);
    // A recovering member is done only when more is committed than it may have promised.
    const promised = [...this.members.values()].map(({ core }) => core.view.recovering?.promisedIndex ?? 0);
    const target = Math.max(this.history.length, ...promised) + 3;
    for (let round = 0; round < 400; round += 1) {
      this.#calmRound();
      if (this.history.length < target) this.#propose(this.pick([...this.members.values()])!);
      else if (done()) return;
    }
    const seen = [...this.members.values()].map(({ core, disk }) => ({
      role: core.role,
      ...core.view.recovering,
      term: core.view.term,
      applied: disk.appliedIndex,
      commit: core.view.commitIndex,
      last: core.log.lastIndex,
      peers: core.peers,
    }));
    throw new Error(`no convergence: ${JSON.stringify({ history: this.history.length, seen })}`);
  }
}

/** KUORUM_SEED replays one run; KUORUM_RUNS makes more. */
const firstSeed = Number(process.env['KUORUM_SEED'] ?? 1);
const runs = process.env['KUORUM_SEED'] === undefined ? Number(process.env['KUORUM_RUNS'] ?? 15) : 1;

function run(seed: number, ambition: (random: Random) => Ambition): RandomCluster {
  const random = seededRandom(seed * 31);
  const cluster = new RandomCluster(seed, random.float() < 0.6 ? 3 : 5, ambition(random));
  try {
    for (let n = 0; n < 6_000; n += 1) {
      cluster.step(true);
      if (n % 100 === 0) cluster.checkLogMatching();
    }
    cluster.converge();
    cluster.checkLogMatching();
    cluster.checkOutcomes();
  } catch (error) {
    throw new Error(`KUORUM_SEED=${seed}`, { cause: error });
  }
  return cluster;
}

describe('a cluster under random faults', { timeout: 600_000 }, () => {
  it('is safe at every step and makes progress when the faults end', () => {
    let committed = 0;
    let reads = 0;
    let elections = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const cluster = run(seed, (random) => ({
        dropProbability: random.float() * 0.2,
        duplicateProbability: random.float() * 0.2,
        crashProbability: random.float() * 0.005,
        partitionProbability: random.float() * 0.005,
        loseDisk: false,
      }));
      committed += cluster.history.length;
      reads += cluster.readsAnswered;
      elections += cluster.leaderOfTerm.size;
    }
    // A run in which nothing happened would prove nothing.
    expect(committed).toBeGreaterThan(runs * 10);
    expect(reads).toBeGreaterThan(runs);
    expect(elections).toBeGreaterThan(runs);
  });

  it('keeps what it acknowledged also when a minority loses durable records and knows it', () => {
    let recoveries = 0;
    for (let seed = firstSeed + 1_000; seed < firstSeed + 1_000 + runs; seed += 1) {
      const cluster = run(seed, (random) => ({
        dropProbability: random.float() * 0.1,
        duplicateProbability: random.float() * 0.1,
        crashProbability: 0.005,
        partitionProbability: random.float() * 0.003,
        loseDisk: true,
      }));
      recoveries += cluster.recoveries;
    }
    expect(recoveries).toBeGreaterThan(0);
  });
});
