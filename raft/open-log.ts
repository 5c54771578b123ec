/** What happens before a member takes part: the log and the state on disk are read and made to agree. */
import { type CoreOptions, RaftCore } from './core/core.js';
import type { Entry } from './core/types.js';
import type { LogStorage, RecoveredLog } from './log-storage.js';
import type { StateMachine } from './state-machine.js';

const PAGE_BYTES = 4 * 1024 * 1024;

/** Rejects when the disk cannot be read. `onEntry` sees each entry once. */
export async function openCore(
  options: CoreOptions,
  log: LogStorage,
  stateMachine: StateMachine,
  onEntry: (entry: Entry) => void,
): Promise<RaftCore> {
  const found = await finishInstallation(log, stateMachine, await log.load());
  const core = new RaftCore(options, {
    hardState: found.hardState,
    snapshot: found.snapshot,
    appliedIndex: stateMachine.appliedIndex,
    recovering: found.condition.kind === 'recovering' ? found.condition : undefined,
  });
  let next = found.firstIndex;
  while (next <= found.lastIndex) {
    const page = await log.entries(next, found.lastIndex + 1, PAGE_BYTES);
    if (page.length === 0)
      throw new Error(`raft: the log has no entry ${next}, though it ends at ${found.lastIndex}`);
    core.load(page);
    for (const entry of page) onEntry(entry);
    next += page.length;
  }
  core.loaded();
  return core;
}

/**
 * A crash between the state's switch to an installed snapshot and the log's reset leaves a log that is behind
 * the state, or contradicts it. The state is the truth: all of it is committed.
 */
async function finishInstallation(
  log: LogStorage,
  stateMachine: StateMachine,
  found: RecoveredLog,
): Promise<RecoveredLog> {
  const { appliedIndex } = stateMachine;
  if (found.condition.kind === 'recovering' || appliedIndex <= found.snapshot.index) return found;
  const source = await stateMachine.openSnapshot();
  const snapshot = source.metadata;
  await source.close();
  if (appliedIndex <= found.lastIndex) {
    const [entry] = await log.entries(appliedIndex, appliedIndex + 1, 1);
    if (entry?.term === snapshot.term) return found;
  }
  const { term, votedFor } = found.hardState;
  const hardState = {
    ...(snapshot.term > term ? { term: snapshot.term, votedFor: undefined } : { term, votedFor }),
    commitIndex: snapshot.index,
  };
  await log.reset(snapshot, hardState);
  return {
    hardState,
    snapshot,
    firstIndex: snapshot.index + 1,
    lastIndex: snapshot.index,
    condition: { kind: 'intact' },
  };
}
