/**
 * What a member says depends on what its disk holds: votes and acknowledgements leave when they are durable,
 * and an entry is committed when a quorum of the configuration in force has it durably. A member that lost
 * something neither campaigns nor counts.
 */
import type {
  Configuration,
  Entry,
  HardState,
  LogBatch,
  LogIndex,
  MemberId,
  Message,
  SnapshotMetadata,
  Term,
} from '../../../raft/index.js';
import type { CommittedHistory } from './committed-history.js';
import type { EntryRegistry } from './entry-registry.js';
import { isQuorum } from './majorities.js';
import type { LoadedLog, Monitor, StepObservation } from './observation.js';
import type { Report } from './violation.js';

/** What a member's disk certainly holds. */
class DurableLog {
  #baseIndex = 0;
  #terms: Term[] = [];
  /** After a start, entries up to here are still to be read. */
  loadedThrough: LogIndex = 0;
  term: Term = 0;
  votedFor: MemberId | undefined;

  get lastIndex(): LogIndex {
    return this.#baseIndex + this.#terms.length;
  }

  termAt(index: LogIndex): Term | undefined {
    return this.#terms[index - this.#baseIndex - 1];
  }

  begin(baseIndex: LogIndex): void {
    this.#baseIndex = baseIndex;
    this.#terms = [];
  }

  push(term: Term): void {
    this.#terms.push(term);
  }

  truncateFrom(index: LogIndex): void {
    if (index <= this.lastIndex) this.#terms.length = Math.max(0, index - this.#baseIndex - 1);
  }
}

export class Durability implements Monitor {
  readonly #report: Report;
  readonly #registry: EntryRegistry;
  readonly #logs = new Map<MemberId, DurableLog>();

  constructor(report: Report, registry: EntryRegistry, history: CommittedHistory) {
    this.#report = report;
    this.#registry = registry;
    history.onCommit = (through, _term, observation) => this.#committed(through, observation);
  }

  #log(member: MemberId): DurableLog {
    let log = this.#logs.get(member);
    if (log === undefined) {
      log = new DurableLog();
      this.#logs.set(member, log);
    }
    return log;
  }

  logLoaded(member: MemberId, loaded: LoadedLog): void {
    const log = this.#log(member);
    const isForgotten =
      loaded.term < log.term ||
      (loaded.term === log.term && log.votedFor !== undefined && loaded.votedFor !== log.votedFor);
    if (loaded.untouched && isForgotten)
      this.#report('durability', `m${member} starts without the term or the vote that its disk had`);
    log.begin(loaded.snapshot.index);
    log.term = loaded.term;
    log.votedFor = loaded.votedFor;
    log.loadedThrough = loaded.lastIndex;
  }

  logRead(member: MemberId, entries: readonly Entry[]): void {
    const log = this.#log(member);
    if (log.lastIndex >= log.loadedThrough) return;
    for (const entry of entries) {
      if (entry.index !== log.lastIndex + 1 || entry.index > log.loadedThrough) continue;
      log.push(entry.term);
      this.#noteDurable(member, entry.index, entry.term);
    }
  }

  appending(member: MemberId, batch: LogBatch): void {
    const log = this.#log(member);
    log.loadedThrough = 0;
    if (batch.truncateFrom === undefined) return;
    for (let index = batch.truncateFrom; index <= log.lastIndex; index += 1) {
      const holders = this.#registry.find(index, log.termAt(index) ?? -1)?.durableOn;
      const at = holders?.indexOf(member) ?? -1;
      if (at >= 0) holders?.splice(at, 1);
    }
    log.truncateFrom(batch.truncateFrom);
  }

  appended(member: MemberId, batch: LogBatch, onMedium: boolean): void {
    const log = this.#log(member);
    if (!onMedium)
      this.#report('durability', `m${member} calls a batch durable that a power loss would take back`);
    for (const entry of batch.entries) {
      log.truncateFrom(entry.index);
      log.push(entry.term);
      this.#noteDurable(member, entry.index, entry.term);
    }
    if (batch.hardState !== undefined) {
      log.term = batch.hardState.term;
      log.votedFor = batch.hardState.votedFor;
    }
  }

  logReset(member: MemberId, snapshot: SnapshotMetadata, { term, votedFor }: HardState): void {
    const log = this.#log(member);
    log.begin(snapshot.index);
    log.term = term;
    log.votedFor = votedFor;
  }

  #noteDurable(member: MemberId, index: LogIndex, term: Term): void {
    const holders = this.#registry.find(index, term)?.durableOn;
    if (holders !== undefined && !holders.includes(member)) holders.push(member);
  }

  step(observation: StepObservation): void {
    const { member, role } = observation;
    if (isSilent(observation) && role !== 'follower' && role !== 'learner')
      this.#report('word-of-the-unproven', `m${member} has no word that counts and is a ${role}`);
    for (const { to, message } of observation.messages) this.#check(observation, to, message);
  }

  #check(observation: StepObservation, to: MemberId, message: Message): void {
    const { member } = observation;
    const silent = isSilent(observation);
    switch (message.type) {
      case 'append-accepted':
        if (message.counts && silent)
          this.#report(
            'word-of-the-unproven',
            `m${member} has no word that counts and acknowledges ${message.matchIndex}`,
          );
        this.#checkAcknowledgement(observation, message.term, message.matchIndex);
        return;
      case 'heartbeat-response':
        if (message.counts && silent)
          this.#report(
            'word-of-the-unproven',
            `m${member} has no word that counts and confirms a read round`,
          );
        return;
      case 'vote-response':
        if (message.granted) this.#checkVote(observation, message.term, to);
        return;
      case 'vote-request':
        this.#checkVote(observation, message.term, member);
        return;
      case 'pre-vote-response':
        if (message.granted && silent)
          this.#report('word-of-the-unproven', `m${member} has no word that counts and grants a pre-vote`);
        return;
      default:
        return;
    }
  }

  #checkVote(observation: StepObservation, term: Term, candidate: MemberId): void {
    const { member } = observation;
    const log = this.#log(member);
    if (isSilent(observation))
      this.#report('word-of-the-unproven', `m${member} has no word that counts and votes for m${candidate}`);
    if (log.term !== term || log.votedFor !== candidate)
      this.#report(
        'durability',
        `m${member} votes for m${candidate} in term ${term}, its disk says ${log.votedFor === undefined ? 'nobody' : `m${log.votedFor}`} in term ${log.term}`,
      );
  }

  #checkAcknowledgement(observation: StepObservation, term: Term, matchIndex: LogIndex): void {
    const { member } = observation;
    const log = this.#log(member);
    if (log.term < term)
      this.#report('durability', `m${member} acknowledges in term ${term}, its disk knows term ${log.term}`);
    const durableTerm = log.termAt(matchIndex);
    const isDurable =
      matchIndex <= log.lastIndex &&
      (durableTerm === undefined ||
        durableTerm === observation.termAt(matchIndex) ||
        matchIndex < observation.firstIndex);
    if (!isDurable)
      this.#report(
        'durability',
        `m${member} acknowledges ${matchIndex}, its disk holds ${log.lastIndex} entries`,
      );
  }

  #committed(through: LogIndex, observation: StepObservation): void {
    const { member, term } = observation;
    const holders = this.#registry.find(through, observation.termAt(through) ?? -1)?.durableOn ?? [];
    const configuration = countedUnder(observation, this.#registry);
    if (!isQuorum(configuration, (id) => holders.includes(id)))
      this.#report(
        'durability',
        `m${member} committed ${through} in term ${term}, durable only on ${holders.map((id) => `m${id}`).join(', ') || 'nobody'} of ${configuration.voters.join(',')}${configuration.votersOutgoing.length === 0 ? '' : ` and ${configuration.votersOutgoing.join(',')}`}`,
      );
  }
}

/** Neither before the step nor after it does its word count: in between it may have changed. */
function isSilent({ before, wordCounts }: StepObservation): boolean {
  return !wordCounts && before?.wordCounts !== true;
}

/**
 * The configuration that was in force when the leader counted: the newest, unless the step ended with one that
 * the leader appended because it had committed. One that it was asked for came before it counted.
 */
function countedUnder(observation: StepObservation, registry: EntryRegistry): Configuration {
  const { configuration, lastIndex, before, membershipChanges } = observation;
  if (before === undefined || lastIndex <= before.lastIndex) return configuration;
  const last = registry.find(lastIndex, observation.termAt(lastIndex) ?? -1)?.entry;
  if (last?.kind !== 'configuration') return configuration;
  const wasAskedFor = membershipChanges.some(
    ({ result }) => result.kind === 'appended' && result.index === lastIndex,
  );
  return wasAskedFor ? configuration : observation.configurationAt(lastIndex - 1);
}
