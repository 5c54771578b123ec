/**
 * Where transcripts are played: members, a network that waits to be told, and disks and state machines that work
 * at once unless they are told to be slow. Nothing here is random: a timer always fires as late as it may (3
 * ticks after a start, 14 after a leader was heard, T being 10).
 */
import type { CoreOptions } from '../../../raft/core/core.js';
import type { CoreEvent } from '../../../raft/core/events.js';
import type { Configuration, Entry, LogIndex, MemberId, Term } from '../../../raft/core/types.js';
import {
  configurationOf,
  emptyDisk,
  testOptions,
  type VirtualDisk,
  VirtualMember,
} from '../support/cluster.js';
import { membershipWords, messageWords, outcomeWords, stepWords } from './message-words.js';
import { changes, look, type Sight, statusWords } from './narrator.js';
import { Network, type Parcel, parcelWords, type Selection } from './network.js';

/** How the members of a stage differ from the tests' usual ones. */
export interface StageOptions {
  /** Every append carries one entry only. */
  oneEntryMessages: boolean;
  leaseMilliseconds: number | undefined;
}

const MAX_MOVES = 2_000;

/** All who are there answer a newcomer that cannot ask yet. */
function confirmSpare(member: VirtualMember, configuration: Configuration): void {
  const requestId = member.core.view.proof?.hello.requestId;
  if (requestId === undefined) throw new Error(`m${member.id} asks for nothing`);
  for (const { id } of configuration.members)
    member.receive(id, {
      type: 'hello-response',
      requestId,
      outdated: false,
      inForce: { index: 1, configuration },
      committed: undefined,
    });
}

export class Stage {
  readonly options: StageOptions = { oneEntryMessages: false, leaseMilliseconds: undefined };
  readonly #network = new Network();
  readonly #members = new Map<MemberId, VirtualMember>();
  readonly #down = new Map<MemberId, VirtualDisk>();
  readonly #copies = new Map<MemberId, VirtualDisk>();
  readonly #starts = new Map<MemberId, number>();
  /** Every entry that was sent or written, by index and term. */
  readonly #known = new Map<string, Entry>();
  readonly #callNames = new Map<number, string>();
  readonly #slowDisks = new Set<MemberId>();
  readonly #slowStateMachines = new Set<MemberId>();
  readonly #announcedSnapshots = new Set<string>();
  #lines: string[] = [];
  #nextCall = 1;
  #nextRead = 1;

  /** What has been told since the last call. */
  take(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  say(line: string): void {
    this.#lines.push(line);
  }

  get ids(): readonly MemberId[] {
    return [...this.#members.keys()].sort((a, b) => a - b);
  }

  member(id: MemberId): VirtualMember {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`m${id} is not running`);
    return member;
  }

  // Members come and go

  /**
   * `confirmed`: its peers have found nothing wrong with its folder; else they have yet to be asked. With a
   * configuration it is they who have, for the member itself knows nobody.
   */
  #start(id: MemberId, disk: VirtualDisk, confirmed: boolean | Configuration): void {
    const count = (this.#starts.get(id) ?? 0) + 1;
    this.#starts.set(id, count);
    for (const entry of disk.entries) this.#remember(entry);
    const member = new VirtualMember(disk, this.#coreOptions(id, count));
    if (typeof confirmed === 'object') confirmSpare(member, confirmed);
    else if (confirmed) member.confirmStart();
    this.#members.set(id, member);
    this.#down.delete(id);
    this.#tell(member, look(member));
    this.#work(member);
  }

  #coreOptions(id: MemberId, start: number): CoreOptions {
    const options = testOptions(id, 1);
    return {
      ...options,
      // The core draws the first request id from a range that no timer uses; it must differ at each start.
      random: {
        integer: (minimum, maximum) => (maximum === 2 ** 31 ? start : Math.max(minimum, maximum - 1)),
      },
      limits: this.options.oneEntryMessages ? { ...options.limits, maxMessageBytes: 1 } : options.limits,
      leaseMilliseconds: this.options.leaseMilliseconds,
    };
  }

  /** Everyone of a configuration, with an empty log. */
  startAll(configuration: Configuration): void {
    for (const { id } of configuration.members) this.#start(id, emptyDisk(configuration), true);
  }

  /** A new server: an empty log and no configuration yet; those who run have confirmed its start. */
  startSpare(id: MemberId): void {
    const { configuration } = [...this.#members.values()][0]!.core;
    this.#start(id, emptyDisk(configurationOf([])), configuration);
  }

  /** Puts `id` where a figure has it: the terms of its log, and its own term. */
  given(id: MemberId, terms: readonly Term[], term: Term): void {
    const disk = emptyDisk(this.member(id).core.configuration);
    disk.hardState = { term, votedFor: undefined, commitIndex: 0 };
    disk.entries = terms.map((entryTerm, position) => ({
      index: position + 1,
      term: entryTerm,
      timeMilliseconds: 1_000,
      kind: 'empty',
      data: new Uint8Array(0),
    }));
    this.#start(id, disk, true);
  }

  crash(id: MemberId): void {
    const member = this.member(id);
    this.#members.delete(id);
    this.#down.set(id, member.disk);
    if (member.writing !== undefined)
      this.say(`m${id} loses what it was writing: ${stepWords(member.writing)}`);
  }

  /** Durable records vanish from a crashed member's disk, and its witness tells. */
  lose(id: MemberId, from: LogIndex): void {
    const disk = this.#downDisk(id);
    const promisedIndex = disk.entries.at(-1)?.index ?? disk.snapshot.index;
    disk.recovering = { promisedIndex, promisedTerm: disk.hardState.term };
    disk.entries = disk.entries.filter(({ index }) => index < from);
    const term = disk.entries.at(-1)?.term ?? disk.snapshot.term;
    disk.hardState = { term, votedFor: undefined, commitIndex: 0 };
  }

  /** A copy of the folder as it is now, witness and all. */
  copyFolder(id: MemberId): void {
    const { disk } = this.member(id);
    this.#copies.set(id, { ...disk, entries: [...disk.entries], applied: [...disk.applied] });
  }

  restart(id: MemberId, confirmed: boolean): void {
    this.#start(id, this.#downDisk(id), confirmed);
    this.status([id]);
  }

  restartFromCopy(id: MemberId): void {
    const copy = this.#copies.get(id);
    if (copy === undefined) throw new Error(`m${id} has no copy of its folder`);
    this.#downDisk(id);
    this.#start(id, copy, false);
    this.status([id]);
  }

  #downDisk(id: MemberId): VirtualDisk {
    const disk = this.#down.get(id);
    if (disk === undefined) throw new Error(`m${id} has not crashed`);
    return disk;
  }

  // Events at a member

  step(id: MemberId, ...events: CoreEvent[]): void {
    const member = this.member(id);
    this.#act(member, () => member.step(...events));
  }

  /** A new call, told under this name when it is answered. */
  call(name: string): number {
    const id = this.#nextCall;
    this.#nextCall += 1;
    this.#callNames.set(id, name);
    return id;
  }

  read(id: MemberId): void {
    const call = this.call(`read ${this.#nextRead}`);
    this.#nextRead += 1;
    this.step(id, { kind: 'read', id: call });
  }

  /** Ticks until `id` asks for votes; false when it does not want to. */
  campaign(id: MemberId): boolean {
    const member = this.member(id);
    const before = this.#lines.length;
    for (let n = 0; n < 30; n += 1) {
      this.step(id, { kind: 'tick' });
      if (member.core.role === 'leader' || member.core.role === 'candidate') return true;
      if (this.#lines.slice(before).some((line) => line.includes('pre-vote request'))) return true;
    }
    return false;
  }

  /** The monotonic clock of `id` goes on; ticks are counted apart. */
  passTime(id: MemberId, milliseconds: number): void {
    this.member(id).monotonicMilliseconds += milliseconds;
  }

  persist(id: MemberId): boolean {
    const member = this.member(id);
    const { writing } = member;
    if (writing === undefined) return false;
    this.say(`m${id} has written ${stepWords(writing)}`);
    this.#act(member, () => member.persist());
    return true;
  }

  apply(id: MemberId): boolean {
    const member = this.member(id);
    const before = member.disk.appliedIndex;
    this.#act(member, () => member.apply());
    const applied = member.disk.applied.filter(({ index }) => index > before);
    if (applied.length > 0) this.say(`m${id} applies ${applied.map(({ index }) => index).join(', ')}`);
    return applied.length > 0;
  }

  slowDisk(id: MemberId): void {
    this.#slowDisks.add(id);
  }

  slowStateMachine(id: MemberId): void {
    this.#slowStateMachines.add(id);
  }

  compact(id: MemberId, index: LogIndex): void {
    const member = this.member(id);
    this.#act(member, () => member.compact(index));
  }

  /** Ends the transfer of a snapshot. */
  sendSnapshot(from: MemberId, to: MemberId, arrives: boolean): void {
    const sender = this.member(from);
    sender.wantSnapshot.delete(to);
    if (!arrives) {
      this.say(`m${from} could not send m${to} the snapshot`);
      this.step(from, { kind: 'snapshot-failed', to });
      return;
    }
    const snapshot = sender.snapshot();
    const receiver = this.member(to);
    const { index } = snapshot.metadata;
    const verb = index > receiver.core.view.appliedIndex ? 'installs' : 'has no use for';
    this.say(`m${to} ${verb} a snapshot of m${from}'s state at ${index}`);
    this.#act(receiver, () => receiver.install(snapshot));
    this.step(from, { kind: 'snapshot-sent', to, index });
  }

  // Messages

  /** Delivers what is selected and on its way now, not what that brings about. */
  deliver(selection: Selection): void {
    for (const parcel of this.#network.take(selection)) this.#arrive(parcel, true);
  }

  deliverKept(name: string): void {
    for (const parcel of this.#network.kept(name)) this.#arrive(parcel, true);
  }

  drop(selection: Selection): void {
    for (const parcel of this.#network.take(selection)) this.say(`lost: ${parcelWords(parcel)}`);
  }

  hold(selection: Selection, name: string): void {
    for (const parcel of this.#network.hold(selection, name)) this.say(`held back: ${parcelWords(parcel)}`);
  }

  copy(selection: Selection, name: string): void {
    for (const parcel of this.#network.copy(selection, name)) this.say(`copied: ${parcelWords(parcel)}`);
  }

  cut(from: MemberId, to: MemberId): void {
    this.#network.cut(from, to);
  }

  heal(): void {
    this.#network.heal();
  }

  /** Delivers, and sends snapshots, until nothing moves. */
  stabilize(only?: readonly MemberId[]): void {
    const among = (id: MemberId): boolean => only === undefined || only.includes(id);
    for (let moves = 0; moves < MAX_MOVES; moves += 1) {
      const parcel = this.#network.takeNext(among);
      if (parcel !== undefined) this.#arrive(parcel, false);
      else if (!this.#sendOneSnapshot(among)) return;
    }
    throw new Error('the cluster does not come to rest');
  }

  #sendOneSnapshot(among: (id: MemberId) => boolean): boolean {
    for (const [id, member] of this.#members) {
      const to = [...member.wantSnapshot].find(among);
      if (!among(id) || to === undefined) continue;
      this.sendSnapshot(id, to, this.#members.has(to) && this.#network.reaches(id, to));
      return true;
    }
    return false;
  }

  #arrive(parcel: Parcel, explicit: boolean): void {
    const { from, to, message } = parcel;
    const receiver = this.#members.get(to);
    if (receiver === undefined) {
      this.say(`lost, as m${to} is down: ${parcelWords(parcel)}`);
      return;
    }
    const told = this.#lines.length;
    this.#act(receiver, () => receiver.receive(from, message));
    if (explicit && this.#lines.length === told) {
      this.say(`m${to} receives from m${from}, nothing changes: ${messageWords(message)}`);
    }
  }

  // Telling

  status(ids: readonly MemberId[] = this.ids): void {
    for (const id of ids) this.say(`m${id}: ${statusWords(this.member(id))}`);
  }

  /** Lets `member` do something and tells what came of it. A broken invariant stops it. */
  #act(member: VirtualMember, action: () => void): void {
    const before = look(member);
    try {
      action();
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'AssertionError') throw error;
      this.say(`m${member.id} stops: ${error.message}`);
      this.#members.delete(member.id);
      return;
    }
    this.#tell(member, before);
    this.#work(member);
  }

  #tell(member: VirtualMember, before: Sight): void {
    const { id } = member;
    const after = look(member);
    const sent = member.sent.splice(0);
    for (const { message } of sent) {
      if (message.type === 'append-request') for (const entry of message.entries) this.#remember(entry);
    }
    if (after.writing?.kind === 'append') for (const entry of after.writing.entries) this.#remember(entry);
    const lookup = (index: LogIndex, term: Term): Entry | undefined => this.#known.get(`${index}:${term}`);
    for (const line of changes(id, before, after, lookup)) this.say(line);
    this.#tellAnswers(member);
    this.#tellSnapshots(member);
    for (const { to, message } of sent) this.#send({ from: id, to, message });
    if (after.writing !== undefined && after.writing !== before.writing && this.#slowDisks.has(id)) {
      this.say(`m${id} begins to write ${stepWords(after.writing)}`);
    }
  }

  #tellAnswers(member: VirtualMember): void {
    const answer = (id: number, words: string): void =>
      this.say(`m${member.id} answers ${this.#callNames.get(id) ?? `call ${id}`}: ${words}`);
    for (const [id, result] of member.proposals) answer(id, outcomeWords(result));
    member.proposals.clear();
    for (const [id, result] of member.reads) {
      answer(id, result.kind === 'index' ? `read the state at ${result.index}` : `refused, ${result.reason}`);
    }
    member.reads.clear();
    for (const [id, result] of member.transfers) answer(id, result);
    member.transfers.clear();
    for (const [id, outcome] of member.membershipChanges) answer(id, membershipWords(outcome));
    member.membershipChanges.clear();
  }

  #tellSnapshots(member: VirtualMember): void {
    const { firstIndex } = member.core.log;
    for (const to of member.wantSnapshot) {
      const announcement = `m${member.id} has no entry before ${firstIndex} for m${to}: a snapshot must go`;
      if (!this.#announcedSnapshots.has(announcement)) this.say(announcement);
      this.#announcedSnapshots.add(announcement);
    }
  }

  #send(parcel: Parcel): void {
    const words = parcelWords(parcel);
    this.say(this.#network.send(parcel) ? words : `${words} — lost in the partition`);
  }

  /** What is not slow happens at once. */
  #work(member: VirtualMember): void {
    const { id } = member;
    if (!this.#members.has(id)) return;
    if (!this.#slowDisks.has(id) && member.writing !== undefined) {
      this.#act(member, () => member.persist());
      return;
    }
    const before = look(member);
    const moved = member.fetch() || (!this.#slowStateMachines.has(id) && member.apply());
    if (!moved) return;
    this.#tell(member, before);
    this.#work(member);
  }

  #remember(entry: Entry): void {
    this.#known.set(`${entry.index}:${entry.term}`, entry);
  }
}
