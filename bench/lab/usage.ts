/**
 * What processes have used, as Linux keeps its books: processor time of all their threads (in ticks of 10 ms) and
 * memory. Elsewhere nothing is known. And what the whole machine was busy with, so that it shows when somebody
 * else was.
 */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Of these, what is backed by no file. */
  readonly anonymousBytes: number;
}

/** @param stat the text of /proc/PID/stat */
export function cpuSecondsOf(stat: string): number {
  // The program's name stands in parentheses and may hold anything; what follows begins with field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** @param status the text of /proc/PID/status */
export function bytesOf(status: string, field: 'VmRSS' | 'RssAnon'): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return kibibytes === undefined ? 0 : Number(kibibytes) * 1024;
}

/** undefined: the process is gone, or this is not Linux. */
export async function usageOf(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return {
      cpuSeconds: cpuSecondsOf(stat),
      residentBytes: bytesOf(status, 'VmRSS'),
      anonymousBytes: bytesOf(status, 'RssAnon'),
    };
  } catch {
    return undefined;
  }
}

/** Of all processors since the machine was started, whoever used them. */
export function machineBusySeconds(): number {
  let milliseconds = 0;
  for (const { times } of cpus()) milliseconds += times.user + times.nice + times.sys + times.irq;
  return milliseconds / 1000;
}
