/** Simulated surroundings of a member: one seed replays them. */
export { type SimulatedDisk, type SimulatedDiskOptions, simulatedDisk } from './disk/simulated-disk.js';
