/**
 * One member's log, bounded: when the file passes its size it becomes NAME.log.1, replacing the one before.
 * Writes are synchronous, so that the last lines before a crash are there.
 */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import type { LogDestination } from '../platform/index.js';

export const defaultLogFileBytes = 10 * 1024 * 1024;

export interface LogFile extends LogDestination {
  close(): void;
}

export function openLogFile(path: string, maxBytes: number = defaultLogFileBytes): LogFile {
  let descriptor: number | undefined = openSync(path, 'a', 0o644);
  let sizeBytes = fstatSync(descriptor).size;

  let closed = false;

  const rotate = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
    renameSync(path, `${path}.1`);
    descriptor = openSync(path, 'a', 0o644);
    sizeBytes = 0;
  };

  return {
    write(line) {
      if (closed) return;
      // A log that cannot be written (a full disk) must not take the member down with it.
      try {
        if (sizeBytes >= maxBytes) rotate();
        if (descriptor !== undefined) sizeBytes += writeSync(descriptor, line);
      } catch {
        // The line is lost; the next one tries again.
      }
    },
    close() {
      closed = true;
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
