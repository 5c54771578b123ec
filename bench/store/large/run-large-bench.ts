/**
 * The benchmark of one large store: a member's process that is filled, stopped, opened, read, written at a steady pace
 * and without limit, compacted, killed and opened again.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delay } from '../../../client/index.js';
import { memberFlags } from '../../../cluster/index.js';
import { Child } from '../../lab/child.js';
import { machineBusySeconds, usageOf } from '../../lab/usage.js';
import { type BenchStage, type ReportOptions, reportedRun } from '../../reported-run.js';
import { VALUE_BYTES } from './large-member.js';
import type { LargeAnswer, LargeRequest } from './protocol.js';
import { type LargeStoreResults, largeStoreText, type MemoryReading } from './report.js';

export interface LargeStoreBenchOptions extends ReportOptions {
  readonly keys: number;
  /** Of each measurement; 10 by default. */
  readonly secondsPerRun?: number;
  /** The built program of the member's process; beside this one by default. */
  readonly memberProgram?: string;
}

export interface LargeStoreBenchReport {
  readonly path: string;
  readonly results: LargeStoreResults;
}

const READS_IN_FLIGHT = [1, 64] as const;
const STEADY_PUTS_PER_SECOND = 1_000;
const FLOOD_IN_FLIGHT = 512;
const COMPACTION_PUTS_PER_SECOND = 100;
/** Between two looks at whether the whole thing was interrupted. */
const LOAD_SLICES = 50;
/** Into the flood, when the member is killed. */
const KILL_AFTER_MILLISECONDS = 1_500;
/** For the progress bar only. */
const EXPECTED_KEYS_PER_SECOND = 15_000;

type Member = Child<LargeRequest, LargeAnswer>;

/** Rejects with a `UserError` when interrupted. Leaves no process and no folder behind, only the report. */
export function runLargeStoreBench(options: LargeStoreBenchOptions): Promise<LargeStoreBenchReport> {
  const program = options.memberProgram ?? fileURLToPath(new URL('./bench-store-member.js', import.meta.url));
  return reportedRun(
    options,
    { steps: 7, namePrefix: 'store-keys-' },
    async (stage) => {
      const started: Member[] = [];
      const start = (): Member => {
        const member: Member = new Child({ program, name: 'the member', flags: memberFlags });
        started.push(member);
        return member;
      };
      try {
        return await measure({
          ...stage,
          start,
          keys: options.keys,
          seconds: options.secondsPerRun ?? 10,
          member: join(stage.folder, 'm1'),
        });
      } finally {
        await Promise.all(started.map((member) => member.kill()));
      }
    },
    largeStoreText,
  );
}

interface Bench extends BenchStage {
  readonly start: () => Member;
  readonly keys: number;
  readonly seconds: number;
  /** The member's folder. */
  readonly member: string;
}

async function open({ start, member: folder, signal }: Bench, format: boolean) {
  const member = start();
  const opened = await member.ask({ kind: 'open', folder, format }, 'opened', signal);
  return { member, milliseconds: opened.milliseconds };
}

async function measure(bench: Bench): Promise<LargeStoreResults> {
  const { keys, seconds, progress, signal } = bench;
  const busyBefore = machineBusySeconds();
  const startedAt = bench.clock.monotonicMilliseconds();
  const books = new MemberBooks();
  progress.step(`loading ${keys} keys`, keys / EXPECTED_KEYS_PER_SECOND);
  const first = await open(bench, true);
  const loadSeconds = await load(bench, first.member);
  const { databaseBytes } = await first.member.ask({ kind: 'size' }, 'size', signal);
  await books.read('after loading', first.member);
  progress.step('opening after a clean stop', 3);
  await first.member.ask({ kind: 'close' }, 'done', signal);
  await books.ended(first.member);
  await first.member.end();
  const { member, milliseconds: openAfterCleanStopMilliseconds } = await open(bench, false);
  await books.read('after opening', member);
  progress.step('reading', READS_IN_FLIGHT.length * seconds);
  const reads: LargeStoreResults['reads'][number][] = [];
  for (const inFlight of READS_IN_FLIGHT) {
    const { calls } = await member.ask({ kind: 'read', keys, inFlight, seconds }, 'calls', signal);
    reads.push({ inFlight, ...calls });
  }
  await books.read('after reading', member);
  progress.step(`${STEADY_PUTS_PER_SECOND} puts a second`, seconds);
  const putsPerSecond = STEADY_PUTS_PER_SECOND;
  const steady = await member.ask({ kind: 'steady', keys, putsPerSecond, seconds }, 'stalled-calls', signal);
  await books.read('after steady puts', member);
  progress.step('puts without limit', seconds);
  const flooding: LargeRequest = { kind: 'flood', keys, inFlight: FLOOD_IN_FLIGHT, seconds };
  const flood = await member.ask(flooding, 'stalled-calls', signal);
  await books.read('after puts without limit', member);
  progress.step('compacting', keys / EXPECTED_KEYS_PER_SECOND);
  const compaction = await member.ask(
    { kind: 'compact', keys, putsPerSecond: COMPACTION_PUTS_PER_SECOND },
    'compacted',
    signal,
  );
  await books.read('after compacting', member);
  progress.step('killing it under load and opening it again', 5);
  const interrupted = member
    .ask({ ...flooding, seconds: 60 }, 'stalled-calls', signal)
    .catch(() => undefined);
  await delay(bench.clock, KILL_AFTER_MILLISECONDS, signal);
  await books.ended(member);
  await member.kill();
  await interrupted;
  const last = await open(bench, false);
  await books.read('after kill -9 and opening', last.member);
  await books.ended(last.member);
  const others = machineBusySeconds() - busyBefore - books.cpuSeconds;
  return {
    keys,
    valueBytes: VALUE_BYTES,
    databaseBytes,
    loadSeconds,
    openAfterCleanStopMilliseconds,
    openAfterKillMilliseconds: last.milliseconds,
    memory: books.readings,
    reads,
    steady: { putsPerSecond, ...steady.calls },
    flood: { inFlight: FLOOD_IN_FLIGHT, ...flood.calls },
    compaction: compaction.result,
    othersCpuShare: Math.max(0, others / ((bench.clock.monotonicMilliseconds() - startedAt) / 1000)),
  };
}

async function load({ clock, keys, signal }: Bench, member: Member): Promise<number> {
  const startedAt = clock.monotonicMilliseconds();
  const slice = Math.ceil(keys / LOAD_SLICES);
  for (let from = 0; from < keys; from += slice)
    await member.ask({ kind: 'load', from, count: Math.min(slice, keys - from) }, 'done', signal);
  return (clock.monotonicMilliseconds() - startedAt) / 1000;
}

/** What the members' processes have used. */
class MemberBooks {
  readonly readings: MemoryReading[] = [];
  /** Of members that have ended, and of this process. */
  #endedSeconds = 0;
  readonly #ownBefore = process.cpuUsage();

  async read(when: string, member: Member): Promise<void> {
    const usage = await usageOf(member.pid);
    this.readings.push({
      when,
      residentBytes: usage?.residentBytes,
      anonymousBytes: usage?.anonymousBytes,
    });
  }

  /** Just before it ends: after that nobody knows. */
  async ended(member: Member): Promise<void> {
    this.#endedSeconds += (await usageOf(member.pid))?.cpuSeconds ?? 0;
  }

  get cpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#ownBefore);
    return this.#endedSeconds + (user + system) / 1e6;
  }
}
