/**
 * Clusters side by side and the one process that makes load on them: single runs, each with what it cost the servers.
 */
import { delay } from '../../client/index.js';
import type { Clock } from '../../platform/index.js';
import type { LoadRequest, LoadResult, SideName, Workload } from '../generator/protocol.js';
import type { FindingsRecord } from './experiment.js';
import type { OpenLoadRequest, OpenLoadResult } from './open-load.js';
import { type LoadGenerator, startLoadGenerator } from './steady-load.js';
import type { MeasuredSystem, MemberCounters } from './system.js';
import { machineBusySeconds, type ProcessUsage, usageOf } from './usage.js';

/** What a run cost the servers; whatever is not known is undefined. */
export interface RunCost {
  /** Who led when it began. */
  readonly leader: number;
  readonly memberCpuSeconds: readonly number[] | undefined;
  /** Right after the run. */
  readonly memberMemory: readonly Pick<ProcessUsage, 'residentBytes' | 'anonymousBytes'>[] | undefined;
  /** What the members counted during it. */
  readonly counted: readonly (MemberCounters | undefined)[];
  /** Processor time that neither servers nor generator nor benchmark used. */
  readonly othersCpuSeconds: number;
}

export interface ClosedRun extends RunCost {
  readonly system: SideName;
  readonly load: LoadResult;
}

export interface OpenRun extends RunCost {
  readonly system: SideName;
  readonly load: OpenLoadResult;
}

/** So that what one system still has to write does not fall into the next run's time. */
const PAUSE_MILLISECONDS = 150;
/** For whoever plans: what a run takes beside its time. */
export const RUN_OVERHEAD_SECONDS = 0.4;

export interface LaboratoryOptions {
  readonly record: Pick<FindingsRecord, 'note'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Each is started only after the one before. */
  readonly start: readonly (() => Promise<MeasuredSystem>)[];
  readonly valueBytes?: number;
  /** The built one beside this program when undefined. */
  readonly loadProgram: string | undefined;
}

interface Books {
  readonly members: readonly (ProcessUsage | undefined)[];
  readonly counters: readonly (MemberCounters | undefined)[];
  readonly busySeconds: number;
  /** Of all servers, the generator and this process. */
  readonly ownSeconds: number;
}

const difference = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

function counted(
  before: MemberCounters | undefined,
  after: MemberCounters | undefined,
): MemberCounters | undefined {
  if (before === undefined || after === undefined) return undefined;
  return {
    entriesCommitted: after.entriesCommitted - before.entriesCommitted,
    logSyncs: after.logSyncs - before.logSyncs,
    messagesSent: difference(after.messagesSent, before.messagesSent),
  };
}

function costOf(leader: number, before: Books, after: Books): RunCost {
  const known = [...before.members, ...after.members].every((usage) => usage !== undefined);
  return {
    leader,
    memberCpuSeconds: known
      ? after.members.map((usage, index) => usage!.cpuSeconds - before.members[index]!.cpuSeconds)
      : undefined,
    memberMemory: known
      ? after.members.map((usage) => ({
          residentBytes: usage!.residentBytes,
          anonymousBytes: usage!.anonymousBytes,
        }))
      : undefined,
    counted: after.counters.map((now, index) => counted(before.counters[index], now)),
    othersCpuSeconds: after.busySeconds - before.busySeconds - (after.ownSeconds - before.ownSeconds),
  };
}

export class Laboratory {
  readonly systems: readonly MeasuredSystem[];
  readonly #generator: LoadGenerator;
  readonly #options: LaboratoryOptions;

  private constructor(
    options: LaboratoryOptions,
    generator: LoadGenerator,
    systems: readonly MeasuredSystem[],
  ) {
    this.#options = options;
    this.#generator = generator;
    this.systems = systems;
  }

  /** Ends everything that it started when `work` has ended, however it ends. */
  static async use<Value>(
    options: LaboratoryOptions,
    work: (laboratory: Laboratory) => Promise<Value>,
  ): Promise<Value> {
    const { signal, valueBytes, start } = options;
    const systems: MeasuredSystem[] = [];
    const generator = startLoadGenerator({ program: options.loadProgram, record: options.record });
    try {
      for (const startSystem of start) {
        signal.throwIfAborted();
        const system = await startSystem();
        systems.push(system);
        await generator.ask(
          {
            kind: 'open',
            side: system.name,
            access: system.access,
            ...(valueBytes === undefined ? {} : { valueBytes }),
          },
          'ready',
          signal,
        );
      }
      return await work(new Laboratory(options, generator, systems));
    } finally {
      await Promise.all([generator.end(), ...systems.map((system) => system.close())]);
    }
  }

  async closedRun(
    system: MeasuredSystem,
    workload: Workload,
    { seconds, warmUpSeconds, firstMember, onlyFirstMember }: ClosedRunOptions,
  ): Promise<ClosedRun> {
    const { signal } = this.#options;
    const leader = await system.leader();
    const preparing: LoadRequest = {
      kind: 'prepare',
      side: system.name,
      workload,
      firstMember: firstMember ?? leader,
      ...(onlyFirstMember === undefined ? {} : { onlyFirstMember }),
      warmUpSeconds,
    };
    await this.#generator.ask(preparing, 'ready', signal);
    const before = await this.#readBooks(system);
    const { result } = await this.#generator.ask({ kind: 'run', seconds }, 'result', signal);
    const after = await this.#readBooks(system);
    await this.#generator.ask({ kind: 'finish' }, 'ready', signal);
    await this.#pause();
    return { system: system.name, load: result, ...costOf(leader, before, after) };
  }

  async openRun(
    system: MeasuredSystem,
    request: Omit<OpenLoadRequest, 'firstMember'> & { readonly firstMember?: number },
  ): Promise<OpenRun> {
    const { signal } = this.#options;
    const leader = await system.leader();
    const before = await this.#readBooks(system);
    const { result } = await this.#generator.ask(
      { kind: 'run-open', side: system.name, request: { firstMember: leader, ...request } },
      'open-result',
      signal,
    );
    const after = await this.#readBooks(system);
    await this.#pause();
    return { system: system.name, load: result, ...costOf(leader, before, after) };
  }

  #pause(): Promise<void> {
    const { clock, signal } = this.#options;
    return delay(clock, PAUSE_MILLISECONDS, signal);
  }

  async #readBooks(system: MeasuredSystem): Promise<Books> {
    const counters = await system.counters();
    const members = await Promise.all((await system.pids()).map(usageOf));
    const servers = await Promise.all(this.systems.map((each) => each.pids()));
    const own = await Promise.all([...servers.flat(), this.#generator.pid, process.pid].map(usageOf));
    return {
      members,
      counters,
      busySeconds: machineBusySeconds(),
      ownSeconds: own.reduce((total, usage) => total + (usage?.cpuSeconds ?? 0), 0),
    };
  }
}

export interface ClosedRunOptions {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** The leader when absent. */
  readonly firstMember?: number;
  readonly onlyFirstMember?: boolean;
}

/** In each round the systems one after the other, in turns: A B, B A, A B; so the machine's ups and downs touch both. */
export async function inRounds<Run>(
  systems: readonly MeasuredSystem[],
  rounds: number,
  run: (system: MeasuredSystem, round: number) => Promise<Run>,
): Promise<ReadonlyMap<MeasuredSystem, readonly Run[]>> {
  const runs = new Map<MeasuredSystem, Run[]>(systems.map((system) => [system, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const system of round % 2 === 0 ? systems : systems.toReversed())
      runs.get(system)!.push(await run(system, round));
  }
  return runs;
}
