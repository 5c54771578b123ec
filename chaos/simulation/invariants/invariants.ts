/** All monitors of one cluster, told in the order in which they build on each other. */
import type {
  Entry,
  HardState,
  LogBatch,
  LogIndex,
  MemberId,
  SnapshotMetadata,
} from '../../../raft/index.js';
import { CommittedHistory } from './committed-history.js';
import { ConfigurationSafety } from './configuration-safety.js';
import { Durability } from './durability.js';
import { ElectionSafety } from './election-safety.js';
import { EntryRegistry } from './entry-registry.js';
import { LeaderLog } from './leader-log.js';
import { NoGoingBack } from './no-going-back.js';
import type { LoadedLog, StepObservation } from './observation.js';
import { ReadIndexSafety } from './read-index.js';
import { StateMachineSafety } from './state-machine-safety.js';
import type { Report } from './violation.js';

export class Invariants {
  readonly registry: EntryRegistry;
  readonly history: CommittedHistory;
  readonly elections: ElectionSafety;
  readonly configurations: ConfigurationSafety;
  readonly reads: ReadIndexSafety;
  readonly #noGoingBack: NoGoingBack;
  readonly #leaderLog: LeaderLog;
  readonly #states: StateMachineSafety;
  readonly #durability: Durability;

  constructor(report: Report) {
    this.registry = new EntryRegistry(report);
    this.history = new CommittedHistory(report);
    this.elections = new ElectionSafety(report);
    this.configurations = new ConfigurationSafety(report, this.registry, this.history);
    this.reads = new ReadIndexSafety(report, this.history);
    this.#noGoingBack = new NoGoingBack(report);
    this.#leaderLog = new LeaderLog(report, this.history);
    this.#states = new StateMachineSafety(report, this.history, this.registry);
    this.#durability = new Durability(report, this.registry, this.history);
    this.registry.onNew = (record, observation) => this.configurations.entryAppeared(record, observation);
  }

  step(observation: StepObservation): void {
    this.#noGoingBack.step(observation);
    this.registry.step(observation);
    this.configurations.step(observation);
    this.elections.step(observation);
    this.#leaderLog.step(observation);
    this.reads.step(observation);
    this.history.step(observation);
    this.#durability.step(observation);
  }

  logLoaded(member: MemberId, log: LoadedLog): void {
    this.#durability.logLoaded(member, log);
  }

  logRead(member: MemberId, entries: readonly Entry[]): void {
    this.#durability.logRead(member, entries);
  }

  appending(member: MemberId, batch: LogBatch): void {
    this.registry.appending(member, batch);
    this.#durability.appending(member, batch);
  }

  appended(member: MemberId, batch: LogBatch, onMedium: boolean): void {
    this.#durability.appended(member, batch, onMedium);
  }

  logReset(member: MemberId, snapshot: SnapshotMetadata, hardState: HardState): void {
    this.#durability.logReset(member, snapshot, hardState);
  }

  applying(member: MemberId, appliedIndex: LogIndex, entries: readonly Entry[]): void {
    this.#states.applying(member, appliedIndex, entries);
  }

  stateAt(member: MemberId, appliedIndex: LogIndex, hash: string): void {
    this.#states.stateAt(member, appliedIndex, hash);
  }

  snapshotInstalled(member: MemberId, snapshot: SnapshotMetadata): void {
    this.#states.snapshotInstalled(member, snapshot);
  }
}
