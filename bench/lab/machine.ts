/** What a benchmark ran on, and what its disk and its network take for what every write waits for. */
import { open, rm } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../platform/index.js';
import type { Machine } from './document.js';
import { roundTripMilliseconds } from './round-trip.js';

const PROBES = 100;
const PROBE_BYTES = 4096;
/** A disk that takes so long has been understood before the hundredth. */
const PROBE_LIMIT_MILLISECONDS = 3_000;

/** The median time of a write that is appended and synced in this folder. */
export async function syncMilliseconds(folder: string, clock: Clock): Promise<number> {
  const path = join(folder, 'sync-probe');
  const file = await open(path, 'wx');
  const times: number[] = [];
  try {
    const block = Buffer.alloc(PROBE_BYTES, 'x');
    const startedAt = clock.monotonicMilliseconds();
    for (let before = startedAt; times.length < PROBES; ) {
      await file.write(block);
      await file.datasync();
      const now = clock.monotonicMilliseconds();
      times.push(now - before);
      before = now;
      if (now - startedAt > PROBE_LIMIT_MILLISECONDS) break;
    }
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)]!;
}

/** @param folder where the members' folders come to stand */
export async function describeMachine(folder: string, clock: Clock): Promise<Machine> {
  return {
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    syncMilliseconds: await syncMilliseconds(folder, clock),
    roundTripMilliseconds: await roundTripMilliseconds(clock),
  };
}
