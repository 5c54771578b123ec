/** Faults on real processes, and what they did to clients: a run, its verdict, its report. */
export type { ChaosOptions } from './options.js';
export { type NemesisName, nemesisNames } from './plan.js';
export { type ChaosResult, runChaos } from './run-chaos.js';
