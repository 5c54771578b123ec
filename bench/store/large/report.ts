/** The benchmark of one large store as a table for people. */
import { textTable } from '../../../platform/index.js';
import { milliseconds } from '../../report.js';
import type { CompactionResult, StalledCalls, TimedCalls } from './protocol.js';

export interface MemoryReading {
  readonly when: string;
  /** undefined: not known here. */
  readonly residentBytes: number | undefined;
  readonly anonymousBytes: number | undefined;
}

export interface LargeStoreResults {
  readonly keys: number;
  readonly valueBytes: number;
  readonly databaseBytes: number;
  readonly loadSeconds: number;
  readonly openAfterCleanStopMilliseconds: number;
  readonly openAfterKillMilliseconds: number;
  readonly memory: readonly MemoryReading[];
  readonly reads: readonly (TimedCalls & { readonly inFlight: number })[];
  readonly steady: StalledCalls & { readonly putsPerSecond: number };
  readonly flood: StalledCalls & { readonly inFlight: number };
  readonly compaction: CompactionResult;
  /** Of one core, over the whole run, used by processes that have nothing to do with this. */
  readonly othersCpuShare: number;
}

const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? '-' : `${(bytes / 1e6).toFixed(0)} MB`;

const refused = ({ refused: count, firstRefusal }: TimedCalls): string =>
  count === 0 ? '' : `, ${count} refused (${firstRefusal ?? ''})`;

export function largeStoreText(results: LargeStoreResults): string {
  const { keys, valueBytes, loadSeconds, reads, steady, flood, compaction, memory } = results;
  const figures: readonly (readonly string[])[] = [
    ['FIGURE', 'VALUE'],
    ['loading', `${loadSeconds.toFixed(1)} s, ${(keys / loadSeconds).toFixed(0)} keys a second`],
    ['database on disk after loading', megabytes(results.databaseBytes)],
    ['open, after a clean stop', milliseconds(results.openAfterCleanStopMilliseconds)],
    ['open, after kill -9 under load', milliseconds(results.openAfterKillMilliseconds)],
    ...reads.map((read) => [
      `point reads, ${read.inFlight} at once`,
      `${read.perSecond.toFixed(0)} a second, p50 ${milliseconds(read.p50Milliseconds)}, p99 ${milliseconds(read.p99Milliseconds)}${refused(read)}`,
    ]),
    [
      `puts at a steady ${steady.putsPerSecond} a second`,
      `${steady.perSecond.toFixed(0)} done, p50 ${milliseconds(steady.p50Milliseconds)}, p99 ${milliseconds(steady.p99Milliseconds)}, slowest ${milliseconds(steady.maxMilliseconds)}${refused(steady)}`,
    ],
    ['  event loop late by at most', milliseconds(steady.maxStallMilliseconds)],
    [
      `puts without limit, ${flood.inFlight} at once`,
      `${flood.perSecond.toFixed(0)} a second, p50 ${milliseconds(flood.p50Milliseconds)}, p99 ${milliseconds(flood.p99Milliseconds)}, slowest ${milliseconds(flood.maxMilliseconds)}${refused(flood)}`,
    ],
    ['  longest time without an answer', milliseconds(flood.longestSilenceMilliseconds)],
    ['  event loop late by at most', milliseconds(flood.maxStallMilliseconds)],
    [
      'compaction of everything',
      `${compaction.seconds.toFixed(1)} s, history of ${compaction.revisionsForgotten} revisions`,
    ],
    ['  event loop late by at most', milliseconds(compaction.maxStallMilliseconds)],
    [
      '  puts meanwhile',
      `p99 ${milliseconds(compaction.puts.p99Milliseconds)}, slowest ${milliseconds(compaction.puts.maxMilliseconds)}${refused(compaction.puts)}`,
    ],
  ];
  const sections = [
    `One member's store: ${keys} keys with values of ${valueBytes} B that nothing compresses, called in its own process.`,
    textTable(figures),
    textTable([
      ['MEMORY', 'RSS', 'RSSANON'],
      ...memory.map(({ when, residentBytes, anonymousBytes }) => [
        when,
        megabytes(residentBytes),
        megabytes(anonymousBytes),
      ]),
    ]),
    `Other processes used ${(100 * results.othersCpuShare).toFixed(0)}% of one core meanwhile.`,
  ];
  return `\n${sections.join('\n\n')}\n`;
}
