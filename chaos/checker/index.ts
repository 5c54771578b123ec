/** The door of chaos/checker: histories and the machines that judge them. */
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
export { createHistoryRecorder, type HistoryRecorder, type HistoryRecorderOptions } from './recorder.js';
