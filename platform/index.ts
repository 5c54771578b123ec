/**
 * The door of platform/: clock, randomness, disk, log and the fault vocabulary, as interfaces and real ones; tables as
 * text, text for pages.
 */
export * from './clock.js';
export * from './disk.js';
export * from './faults.js';
export * from './faulty-clock.js';
export * from './faulty-disk.js';
export * from './free-space.js';
export { escapeHtml } from './html.js';
export { copyLevelDbFolder, type HeldCopy } from './leveldb-copy.js';
export { levelDbDisk } from './leveldb-disk.js';
export * from './log.js';
export * from './metrics.js';
export * from './process-usage.js';
export * from './random.js';
export { textTable } from './text-table.js';
