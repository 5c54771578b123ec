/**
 * The run itself: clients and watchers at work while nemeses do their worst, then the heal, then proof of
 * recovery, and the last reads of everything. It only gathers; judging comes after.
 */
import { setMaxListeners } from 'node:events';
import { delay } from '../../client/index.js';
import { type Cluster, UserError } from '../../cluster/index.js';
import { type Clock, seededRandom } from '../../platform/index.js';
import { createHistoryRecorder, type HistoryEvent, type Stretch } from '../checker/index.js';
import {
  type Books,
  clusterTargets,
  collectionWorkload,
  configMaps,
  doOne,
  type OperationRecord,
  registerWorkload,
  runClient,
  startWatcher,
  type Target,
  type Targets,
  transactionWorkload,
  type Watcher,
  type WatchLog,
  type Workload,
  workloadNamespace,
} from '../workload/index.js';
import { readStory, writeMarker } from './audit.js';
import { type Convergence, untilEqual } from './converge.js';
import { clusterExecutor, requireMembership } from './execute.js';
import { type FaultRecord, nemesisRandom, runNemesis } from './nemesis.js';
import { type Observation, observe } from './observe.js';
import type { ChaosPlan } from './options.js';
import type { MemberStory } from './story.js';
import { atMost, createTasks, endingWith, type Tasks } from './tasks.js';

export interface Storm {
  /** Zero of the history's times, on the clock of all the other times here. */
  readonly startMilliseconds: number;
  readonly stormEndMilliseconds: number;
  readonly endMilliseconds: number;
  readonly events: readonly HistoryEvent[];
  readonly operations: readonly OperationRecord[];
  readonly faults: readonly FaultRecord[];
  readonly observations: readonly Observation[];
  readonly watches: readonly WatchLog[];
  readonly convergence: Convergence;
  /** What each member still tells. */
  readonly stories: readonly MemberStory[];
  /** Before anything that clients did. */
  readonly firstRevision: number;
  /** The revision that every watcher must have reached; undefined: it was never written. */
  readonly lastRevision: number | undefined;
  /** What should have come to pass after the heal, and did not in time. */
  readonly stuck: readonly string[];
}

const watcherCount = 4;
/** A client gives up after the server has: both kinds of unknown outcome come, its silence and its own word. */
const requestTimeoutMilliseconds = 5_000;
const serverTimeoutMilliseconds = 2_000;
const maxFaultsOfANemesis = 500;
const recoveryLimitMilliseconds = 60_000;
const afterHealMilliseconds = 2_000;
const watchLimitMilliseconds = 30_000;
const watchPollMilliseconds = 50;
const farewellMilliseconds = 5_000;
const storyLimitMilliseconds = 120_000;
/** A watcher and a client more never run at one seed. */
const watcherSeed = 0x5eed;

interface Stage {
  readonly plan: ChaosPlan;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly tasks: Tasks;
  readonly targets: Targets;
  readonly workloads: readonly Workload[];
  readonly books: Books;
  readonly say: (step: string) => void;
}

export async function runStorm(options: {
  readonly plan: ChaosPlan;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (step: string) => void;
}): Promise<Storm> {
  const { plan, cluster, clock, say } = options;
  if (plan.nemeses.includes('member')) requireMembership(cluster);
  const tasks = createTasks(options.signal);
  // Every client and every watcher listens to the one signal that ends them.
  setMaxListeners(0, tasks.signal);
  // The history's zero is the page's: a finding in the one is found in the other.
  const startMilliseconds = clock.monotonicMilliseconds();
  const recorder = createHistoryRecorder({
    nowNanoseconds: () => (clock.monotonicMilliseconds() - startMilliseconds) * 1_000_000,
  });
  const stage: Stage = {
    plan,
    cluster,
    clock,
    tasks,
    say,
    targets: clusterTargets({ cluster, clock, requestTimeoutMilliseconds, serverTimeoutMilliseconds }),
    workloads: [
      registerWorkload(),
      collectionWorkload('append'),
      collectionWorkload('add'),
      transactionWorkload(),
    ],
    books: { recorder, records: [] },
  };
  const firstRevision = await prepare(stage);
  const watchersEnd = endingWith(tasks.signal);
  setMaxListeners(0, watchersEnd.signal);
  const watchers = startWatchers(stage, watchersEnd.signal);
  // They see the run from its very beginning, whatever the members forget of it later.
  stage.tasks.check();
  const unlisted = await untilSeen(stage, watchers, firstRevision);
  if (unlisted.length > 0) throw new UserError(`the watchers could not begin: ${unlisted.join('; ')}`);
  const observations: Observation[] = [];
  const observerEnd = endingWith(tasks.signal);
  tasks.add(observe(cluster, clock, observations, observerEnd.signal));
  const clientsEnd = endingWith(tasks.signal);
  setMaxListeners(0, clientsEnd.signal);
  startClients(stage, clientsEnd.signal);

  const faults: FaultRecord[] = [];
  await suffer(stage, faults);
  const stormEndMilliseconds = clock.monotonicMilliseconds();
  const stuck: string[] = [];
  say('healed; waiting until writes are acknowledged again');
  stuck.push(...(await untilAcknowledging(stage, stormEndMilliseconds)));
  await delay(clock, afterHealMilliseconds, tasks.signal);
  clientsEnd.abort();
  say('waiting until every member is equal');
  const convergence = await untilEqual(cluster, clock, recoveryLimitMilliseconds, tasks.signal);
  const whole = convergence.kind === 'equal';
  say('reading everything a last time');
  const lastRevision = whole ? await readLast(stage) : undefined;
  if (lastRevision !== undefined) stuck.push(...(await untilSeen(stage, watchers, lastRevision)));
  watchersEnd.abort();
  observerEnd.abort();
  const stories =
    lastRevision === undefined ? [] : await readStories(stage, { from: firstRevision, to: lastRevision });
  await tasks.settle();
  return {
    startMilliseconds,
    stormEndMilliseconds,
    endMilliseconds: clock.monotonicMilliseconds(),
    events: recorder.events,
    operations: stage.books.records,
    faults,
    observations,
    watches: watchers.map(({ log }) => log),
    convergence,
    stories,
    firstRevision,
    lastRevision,
    stuck,
  };
}

/** Resolves with the revision before anything that the clients do. */
async function prepare({ targets, tasks }: Stage): Promise<number> {
  const [name = ''] = targets.names();
  const { api } = targets.connect(name);
  try {
    await api.create(
      { group: '', version: 'v1', resource: 'namespaces' },
      { metadata: { name: workloadNamespace } },
      { signal: tasks.signal },
    );
    return Number((await api.list(configMaps, { signal: tasks.signal })).resourceVersion);
  } finally {
    api.close();
  }
}

function startWatchers(stage: Stage, signal: AbortSignal): readonly Watcher[] {
  const { targets, clock, plan, tasks } = stage;
  return Array.from({ length: watcherCount }, (_, index) => {
    const watcher = startWatcher({
      name: `watcher ${index + 1}`,
      targets,
      clock,
      random: seededRandom(plan.seed + watcherSeed + index),
      signal,
    });
    tasks.add(watcher.ended);
    return watcher;
  });
}

function startClients({ plan, targets, workloads, books, clock, tasks }: Stage, signal: AbortSignal): void {
  for (let client = 0; client < plan.clients; client += 1) {
    tasks.add(
      runClient({
        client,
        workloads,
        targets,
        books,
        clock,
        random: seededRandom(Math.imul(plan.seed, 1_000_003) + client),
        meanPauseMilliseconds: (plan.clients / plan.rate) * 1000,
        signal,
      }),
    );
  }
}

/** The faults, for as long as was asked, and their end. */
async function suffer(stage: Stage, faults: FaultRecord[]): Promise<void> {
  const { plan, cluster, clock, tasks, say } = stage;
  const executor = clusterExecutor(cluster);
  const nemesesEnd = endingWith(tasks.signal);
  setMaxListeners(0, nemesesEnd.signal);
  say(`${plan.nemeses.join(', ')} for ${plan.durationMilliseconds / 1000} s, seed ${plan.seed}`);
  const nemeses = plan.nemeses.map((name) =>
    runNemesis({
      name,
      executor,
      random: nemesisRandom(plan.seed, name),
      clock,
      records: faults,
      signal: nemesesEnd.signal,
      maxFaults: maxFaultsOfANemesis,
      nemeses: plan.nemeses.length,
      pace: plan.pace,
    }),
  );
  for (const nemesis of nemeses) tasks.add(nemesis);
  await delay(clock, plan.durationMilliseconds, tasks.signal);
  nemesesEnd.abort();
  // A change of membership may wait for a quorum that only the heal brings back.
  const ended = Promise.allSettled(nemeses);
  await atMost(clock, farewellMilliseconds, ended, tasks.signal);
  tasks.check();
  await executor.healAll();
  await atMost(clock, recoveryLimitMilliseconds, ended, tasks.signal);
  tasks.check();
  await executor.healAll();
}

/** A write that began after the heal was acknowledged. */
async function untilAcknowledging(stage: Stage, since: number): Promise<readonly string[]> {
  const { books, clock, tasks } = stage;
  const acknowledged = (): boolean =>
    books.records.some(
      ({ isRead, ending, startMilliseconds }) => !isRead && ending === 'ok' && startMilliseconds >= since,
    );
  while (!acknowledged()) {
    tasks.check();
    if (clock.monotonicMilliseconds() - since > recoveryLimitMilliseconds) {
      return [
        `no write was acknowledged in ${recoveryLimitMilliseconds / 1000} s after every fault was ended`,
      ];
    }
    await delay(clock, watchPollMilliseconds, tasks.signal);
  }
  return [];
}

/** Every key once more, each from another member, and the mark of the end. */
async function readLast(stage: Stage): Promise<number> {
  const { targets, workloads, books, clock, plan, tasks } = stage;
  const names = targets.names();
  const process = (): number => books.recorder.nextProcess();
  const connected = names.map((name): Target => targets.connect(name));
  try {
    const reads = workloads.flatMap((workload) =>
      workload.finalReads().map((operation) => ({ workload: workload.name, operation })),
    );
    for (const [index, { workload, operation }] of reads.entries()) {
      const target = connected[index % connected.length];
      if (target === undefined) throw new UserError('there is no member to read from');
      await doOne({ books, clock, client: plan.clients }, process(), target, workload, operation);
      tasks.check();
    }
    const [first] = connected;
    if (first === undefined) throw new UserError('there is no member to write to');
    return await writeMarker(first.api, clock, tasks.signal);
  } finally {
    for (const { api } of connected) api.close();
  }
}

async function untilSeen(
  { clock, tasks }: Stage,
  watchers: readonly Watcher[],
  revision: number,
): Promise<readonly string[]> {
  const end = clock.monotonicMilliseconds() + watchLimitMilliseconds;
  const behind = (): readonly Watcher[] => watchers.filter((watcher) => watcher.seenRevision() < revision);
  while (behind().length > 0 && clock.monotonicMilliseconds() < end) {
    tasks.check();
    await delay(clock, watchPollMilliseconds, tasks.signal);
  }
  return behind().map(
    (watcher) =>
      `${watcher.log.name} stands at revision ${watcher.seenRevision()} and has not seen ${revision} in ${watchLimitMilliseconds / 1000} s`,
  );
}

async function readStories(
  { targets, cluster, tasks, clock }: Stage,
  run: Stretch,
): Promise<Storm['stories']> {
  const stories: MemberStory[] = [];
  const limit = endingWith(tasks.signal);
  const timer = clock.setTimer(storyLimitMilliseconds, () => limit.abort());
  for (const { name } of cluster.members) {
    const { api } = targets.connect(name);
    try {
      stories.push(await readStory(name, api, run, limit.signal));
    } finally {
      api.close();
    }
  }
  timer.cancel();
  return stories;
}
