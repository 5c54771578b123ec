/** Simulated surroundings of a member: one seed replays them. */
export { type SimulatedDisk, type SimulatedDiskOptions, simulatedDisk } from './simulated-disk.js';
