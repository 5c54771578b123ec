/** The door of chaos/: what makes a cluster's life hard, reproducibly. */
export * from './checker/index.js';
export * from './nemesis/index.js';
export * from './simulation/index.js';
