/** A member's log and state machine with the monitors looking on: they see each call and each answer. */
import type { LogStorage, MemberId, StateMachine } from '../../../raft/index.js';
import type { Invariants } from '../invariants/invariants.js';

export interface WatchedOptions {
  readonly member: MemberId;
  readonly invariants: Invariants;
  /** Whether what the log wrote last would survive a power loss now. */
  readonly isDurable: (index: number) => boolean;
  /** Nothing was done to the disk but to take the power away. */
  readonly untouched: () => boolean;
  /** The driver turns to its log or its state machine. */
  readonly called: () => void;
  /** The state's applied index and hash, as of now; undefined while the member starts. */
  readonly hash: () => Promise<{ readonly appliedIndex: number; readonly stateHash: string }> | undefined;
}

export function watchedLog(log: LogStorage, options: WatchedOptions): LogStorage {
  const { member, invariants, called } = options;
  return {
    async load() {
      called();
      const found = await log.load();
      const { snapshot, lastIndex, hardState } = found;
      invariants.logLoaded(member, {
        snapshot,
        lastIndex,
        term: hardState.term,
        votedFor: hardState.votedFor,
        untouched: options.untouched(),
      });
      return found;
    },
    async append(batch) {
      called();
      invariants.appending(member, batch);
      await log.append(batch);
      const last = batch.entries.at(-1);
      invariants.appended(member, batch, last === undefined || options.isDurable(last.index));
    },
    async entries(from, to, maxBytes) {
      called();
      const entries = await log.entries(from, to, maxBytes);
      invariants.logRead(member, entries);
      return entries;
    },
    compact(through) {
      called();
      return log.compact(through);
    },
    async reset(snapshot, hardState) {
      called();
      await log.reset(snapshot, hardState);
      invariants.logReset(member, snapshot, hardState);
    },
    close: () => log.close(),
  };
}

export function watchedStateMachine(machine: StateMachine, options: WatchedOptions): StateMachine {
  const { member, invariants, called } = options;
  const look = async (): Promise<void> => {
    const state = await options.hash();
    if (state !== undefined) invariants.stateAt(member, state.appliedIndex, state.stateHash);
  };
  return {
    get appliedIndex() {
      return machine.appliedIndex;
    },
    get awaitsSnapshot() {
      return machine.awaitsSnapshot === true;
    },
    async apply(entries) {
      called();
      invariants.applying(member, machine.appliedIndex, entries);
      await machine.apply(entries);
      await look();
    },
    durableIndex() {
      called();
      return machine.durableIndex();
    },
    openSnapshot() {
      called();
      return machine.openSnapshot();
    },
    async installSnapshot(metadata, chunks) {
      called();
      invariants.snapshotInstalled(member, metadata);
      await machine.installSnapshot(metadata, chunks);
      await look();
    },
  };
}
