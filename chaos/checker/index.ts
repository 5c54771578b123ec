/** The door of chaos/checker: histories and the machines that judge them. */
export { benchmarkChecker, type CheckerBenchmarkOptions, type CheckerBenchmarkResult } from './benchmark.js';
export { checkHistory, type HistoryJudgement, type HistoryModel } from './check-history.js';
export {
  type HistoryCall,
  HistoryError,
  type HistoryEvent,
  type HistoryFunction,
  type HistoryValue,
  type MicroOperation,
  type Operation,
  type OperationOutcome,
  pairOperations,
} from './history.js';
export { formatEvent, formatHistory, parseEvent, parseHistory } from './json-lines.js';
export {
  checkKeys,
  checkLinearizability,
  defaultSearchLimits,
  type KeyVerdict,
  type LinearizabilityOptions,
} from './linearizability.js';
export type { ModelName } from './model.js';
export { createHistoryRecorder, type HistoryRecorder, type HistoryRecorderOptions } from './recorder.js';
export type { SearchLimits } from './search.js';
export { type SimulatedHistoryOptions, simulatedHistory } from './simulated-history.js';
export { checkTransactions } from './transactions/check.js';
export type { Undecided, Verdict, Violation } from './verdict.js';
export {
  checkWatches,
  type WatchFinding,
  type WatchFindingKind,
  type WatchVerdict,
  watchVerdictText,
} from './watches/check.js';
export { covers, gaps, joined, type Stretch } from './watches/stretches.js';
export type {
  CommittedRevision,
  WatchedChange,
  WatchedEvent,
  WatcherHistory,
  WatcherStep,
  WatchKnowledge,
} from './watches/watcher-history.js';
export { answerText, callText, operationsText, verdictText, violationText } from './window-text.js';
