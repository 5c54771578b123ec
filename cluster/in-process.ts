/**
 * Everything that a cluster inside one process loads and a supervisor of processes does not. Built into a
 * file of its own; reached only by a dynamic import.
 */
export { runControlLoops } from './controllers/run.js';
export { launchMemberInProcess } from './member/in-process-instance.js';
