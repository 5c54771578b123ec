/** Simulated surroundings of a member, and whole clusters in them: one seed replays a life. */
export { type BatchOptions, simulateMany } from './batch.js';
export { type SimulatedDisk, type SimulatedDiskOptions, simulatedDisk } from './disk/simulated-disk.js';
export { type FaultKind, faultKinds } from './faults/kinds.js';
export type { InvariantName } from './invariants/violation.js';
export { type MarkName, markNames } from './marks.js';
export { type SeedResult, type SeedStatistics, type SimulationOptions, simulate } from './simulate.js';
export { SEEDS_THAT_REACH_ALL, type SimulationSummary, summarise, unreached } from './summary.js';
