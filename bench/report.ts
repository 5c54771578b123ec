/** What the benchmark found: as data for a file, as a table for people. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { textTable } from '../platform/index.js';
import type { FailoverResult } from './failover.js';
import type { IdleResult } from './idle.js';
import type { LoadResult } from './load.js';
import type { StartUpResult } from './start-up.js';

export interface BenchResults {
  readonly members: number;
  readonly startUp: StartUpResult;
  readonly idle: IdleResult | undefined;
  readonly load: readonly LoadResult[];
  readonly failover: FailoverResult | undefined;
}

export interface Machine {
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly node: string;
}

export function describeMachine(): Machine {
  return {
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

/** Makes the folder when it is missing. */
export async function writeReport(path: string, results: object, startedAt: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const document = { formatVersion: 1, startedAt, machine: describeMachine(), ...results };
  await writeFile(path, `${JSON.stringify(document, null, 2)}\n`);
}

export function resultsText(results: BenchResults): string {
  const { startUp, idle, load, failover } = results;
  const sections = [
    textTable([
      ['OPERATION', 'CLIENTS', 'PER SECOND', 'P50', 'P99', 'MAX', 'ERRORS'],
      ...load.map((run) => [
        run.operation,
        String(run.clients),
        run.perSecond.toFixed(0),
        milliseconds(run.p50Milliseconds),
        milliseconds(run.p99Milliseconds),
        milliseconds(run.maxMilliseconds),
        String(run.errors),
      ]),
    ]),
    textTable([
      ['FIGURE', 'VALUE', 'WANTED'],
      ['command to ready, median', milliseconds(startUp.medianMilliseconds), 'under 2 s on two cores'],
      ...(idle === undefined
        ? []
        : [
            ['largest idle member', `${(idle.largestResidentBytes / 1e6).toFixed(0)} MB`, 'under 150 MB'],
            ['idle CPU, all members', `${idle.cpuPercent.toFixed(2)}% of a core`, 'under 3%'],
          ]),
      ...(failover === undefined
        ? []
        : [
            [
              'leader kill to new leader, median',
              milliseconds(failover.leader.medianMilliseconds),
              'under 1.5 s',
            ],
            ['leader kill to new leader, worst', milliseconds(failover.leader.maxMilliseconds), ''],
            [
              'leader kill to acknowledged write, median',
              milliseconds(failover.write.medianMilliseconds),
              '',
            ],
            ['leader kill to acknowledged write, worst', milliseconds(failover.write.maxMilliseconds), ''],
          ]),
    ]),
  ];
  return `\n${sections.join('\n\n')}\n`;
}

/** `1.23 s`, `45 ms`, `0.61 ms` */
export function milliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return value >= 10 ? `${value.toFixed(0)} ms` : `${value.toFixed(2)} ms`;
}
