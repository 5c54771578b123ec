/**
 * The benchmark of one large store: a member's process that is filled, stopped, opened, read, written at a steady pace
 * and without limit, compacted, killed and opened again.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delay } from '../../../client/index.js';
import { memberFlags } from '../../../cluster/index.js';
import { CarefulRecord } from '../../lab/caveats.js';
import { Child } from '../../lab/child.js';
import type { Measurement, Metric } from '../../lab/document.js';
import type { Experiment, ExperimentStage } from '../../lab/experiment.js';
import { figure, latencyFigures } from '../../lab/figures.js';
import { machineBusySeconds, usageOf } from '../../lab/usage.js';
import { VALUE_BYTES } from './large-member.js';
import type { LargeAnswer, LargeRequest, StalledCalls, TimedCalls } from './protocol.js';
import { largeStoreSections } from './sections.js';

export interface LargeStoreBenchOptions {
  readonly keys: number;
  /** Of each measurement; 10 by default. */
  readonly secondsPerRun?: number;
  /** The built program of the member's process; beside this one by default. */
  readonly memberProgram?: string;
}

const READS_IN_FLIGHT = [1, 64] as const;
const STEADY_PUTS_PER_SECOND = 1_000;
const FLOOD_IN_FLIGHT = 512;
const COMPACTION_PUTS_PER_SECOND = 100;
/** Between two looks at whether the whole thing was interrupted. */
const LOAD_SLICES = 50;
/** Into the flood, when the member is killed. */
const KILL_AFTER_MILLISECONDS = 1_500;
/** For what is announced only. */
const EXPECTED_KEYS_PER_SECOND = 15_000;

type Member = Child<LargeRequest, LargeAnswer>;

export function largeStoreExperiment(options: LargeStoreBenchOptions): Experiment {
  const { keys } = options;
  const seconds = options.secondsPerRun ?? 10;
  const program = options.memberProgram ?? fileURLToPath(new URL('./bench-store-member.js', import.meta.url));
  return {
    benchmark: 'store',
    title: `One member's store with ${keys} keys of ${VALUE_BYTES} bytes, called in its own process`,
    command: `kuorum bench store --keys ${keys} --seconds-per-run ${seconds}`,
    steps: 7,
    expectedSeconds: 15 + (2 * keys) / EXPECTED_KEYS_PER_SECOND + (READS_IN_FLIGHT.length + 2) * seconds,
    async run(stage) {
      const started: Member[] = [];
      const start = (): Member => {
        const member: Member = new Child({ program, name: 'the member', flags: memberFlags });
        started.push(member);
        return member;
      };
      const record = new CarefulRecord(stage.record);
      try {
        await measure({ stage, record, start, keys, seconds, folder: join(stage.folder, 'm1') });
      } finally {
        record.conclude();
        await Promise.all(started.map((member) => member.kill()));
      }
    },
    sections: largeStoreSections,
  };
}

interface Bench {
  readonly stage: ExperimentStage;
  readonly record: CarefulRecord;
  readonly start: () => Member;
  readonly keys: number;
  readonly seconds: number;
  /** The member's. */
  readonly folder: string;
}

async function open({ start, folder, stage: { signal } }: Bench, format: boolean) {
  const member = start();
  const opened = await member.ask({ kind: 'open', folder, format }, 'opened', signal);
  return { member, milliseconds: opened.milliseconds };
}

function single(
  kind: Pick<Metric, 'name' | 'unit' | 'better'>,
  value: number | undefined,
): readonly Metric[] {
  return figure(kind, [value], ([only]) => only);
}

type Found = Pick<Measurement, 'metrics'> & Partial<Pick<Measurement, 'histogram'>>;

function timed(calls: TimedCalls): Found {
  return {
    metrics: [
      ...single({ name: 'throughput', unit: 'operations/s', better: 'higher' }, calls.perSecond),
      ...latencyFigures([calls.histogram]),
      ...single({ name: 'errors', unit: 'count', better: 'lower' }, calls.refused),
    ],
    histogram: calls.histogram,
  };
}

function stalled(calls: StalledCalls): Found {
  return {
    ...timed(calls),
    metrics: [
      ...timed(calls).metrics,
      ...single({ name: 'event loop late', unit: 'ms', better: 'lower' }, calls.maxStallMilliseconds),
      ...single({ name: 'longest silence', unit: 'ms', better: 'lower' }, calls.longestSilenceMilliseconds),
    ],
  };
}

const time = (milliseconds: number): readonly Metric[] =>
  single({ name: 'time', unit: 'ms', better: 'lower' }, milliseconds);

async function measure(bench: Bench): Promise<void> {
  const { stage, record, keys, seconds } = bench;
  const { progress, signal, clock } = stage;
  const tell = (condition: string, found: Found): void =>
    record.measurement({
      id: `${condition} keys=${keys}`,
      labels: { condition, keys },
      histogram: undefined,
      invalid: undefined,
      ...found,
    });
  const books = new MemberBooks(tell);
  const busyBefore = machineBusySeconds();
  const startedAt = clock.monotonicMilliseconds();
  progress.step(`loading ${keys} keys`, keys / EXPECTED_KEYS_PER_SECOND);
  const first = await open(bench, true);
  const loadSeconds = await load(bench, first.member);
  const { databaseBytes } = await first.member.ask({ kind: 'size' }, 'size', signal);
  tell('load', {
    metrics: [
      ...single({ name: 'throughput', unit: 'operations/s', better: 'higher' }, keys / loadSeconds),
      ...single({ name: 'database', unit: 'bytes', better: 'lower' }, databaseBytes),
    ],
  });
  await books.read('after loading', first.member);
  progress.step('opening after a clean stop', 3);
  await first.member.ask({ kind: 'close' }, 'done', signal);
  await books.ended(first.member);
  await first.member.end();
  const { member, milliseconds } = await open(bench, false);
  tell('open after a clean stop', { metrics: time(milliseconds) });
  await books.read('after opening', member);
  progress.step('reading', READS_IN_FLIGHT.length * seconds);
  for (const inFlight of READS_IN_FLIGHT) {
    const { calls } = await member.ask({ kind: 'read', keys, inFlight, seconds }, 'calls', signal);
    tell(`point reads, ${inFlight} at once`, timed(calls));
  }
  await books.read('after reading', member);
  progress.step(`${STEADY_PUTS_PER_SECOND} puts a second`, seconds);
  const putsPerSecond = STEADY_PUTS_PER_SECOND;
  const steady = await member.ask({ kind: 'steady', keys, putsPerSecond, seconds }, 'stalled-calls', signal);
  tell(`puts at a steady ${putsPerSecond} a second`, stalled(steady.calls));
  await books.read('after steady puts', member);
  progress.step('puts without limit', seconds);
  const flooding: LargeRequest = { kind: 'flood', keys, inFlight: FLOOD_IN_FLIGHT, seconds };
  const flood = await member.ask(flooding, 'stalled-calls', signal);
  tell(`puts without limit, ${FLOOD_IN_FLIGHT} at once`, stalled(flood.calls));
  await books.read('after puts without limit', member);
  progress.step('compacting', keys / EXPECTED_KEYS_PER_SECOND);
  const { result } = await member.ask(
    { kind: 'compact', keys, putsPerSecond: COMPACTION_PUTS_PER_SECOND },
    'compacted',
    signal,
  );
  const puts = timed(result.puts);
  tell('compaction of everything', {
    ...puts,
    metrics: [
      ...time(result.seconds * 1000),
      ...single({ name: 'revisions', unit: 'count', better: 'neither' }, result.revisionsForgotten),
      ...single({ name: 'event loop late', unit: 'ms', better: 'lower' }, result.maxStallMilliseconds),
      ...puts.metrics,
    ],
  });
  await books.read('after compacting', member);
  progress.step('killing it under load and opening it again', 5);
  const interrupted = member
    .ask({ ...flooding, seconds: 60 }, 'stalled-calls', signal)
    .catch(() => undefined);
  await delay(clock, KILL_AFTER_MILLISECONDS, signal);
  await books.ended(member);
  await member.kill();
  await interrupted;
  const last = await open(bench, false);
  tell('open after kill -9 under load', { metrics: time(last.milliseconds) });
  await books.read('after kill -9 and opening', last.member);
  await books.ended(last.member);
  const others = machineBusySeconds() - busyBefore - books.cpuSeconds;
  record.othersUsed(others / ((clock.monotonicMilliseconds() - startedAt) / 1000));
}

async function load({ stage: { clock, signal }, keys }: Bench, member: Member): Promise<number> {
  const startedAt = clock.monotonicMilliseconds();
  const slice = Math.ceil(keys / LOAD_SLICES);
  for (let from = 0; from < keys; from += slice)
    await member.ask({ kind: 'load', from, count: Math.min(slice, keys - from) }, 'done', signal);
  return (clock.monotonicMilliseconds() - startedAt) / 1000;
}

/** What the members' processes have used. */
class MemberBooks {
  readonly #tell: (condition: string, found: Found) => void;
  /** Of members that have ended, and of this process. */
  #endedSeconds = 0;
  readonly #ownBefore = process.cpuUsage();

  constructor(tell: (condition: string, found: Found) => void) {
    this.#tell = tell;
  }

  async read(when: string, member: Member): Promise<void> {
    const usage = await usageOf(member.pid);
    if (usage === undefined) return;
    this.#tell(`memory ${when}`, {
      metrics: [
        ...single({ name: 'resident', unit: 'bytes', better: 'lower' }, usage.residentBytes),
        ...single({ name: 'backed by no file', unit: 'bytes', better: 'lower' }, usage.anonymousBytes),
      ],
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
