/**
 * Chaos from end to end: a real cluster is started for it, suffers, is healed, judged and stopped. Leaves no
 * process behind; the members' folders and logs only when something was wrong with them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Cluster, startCluster, UserError } from '../../cluster/index.js';
import { systemClock, systemRandom } from '../../platform/index.js';
import { formatHistory } from '../checker/index.js';
import { type Figures, figuresOf } from './figures.js';
import { type Judgement, judge } from './judge.js';
import { type ChaosOptions, type ChaosPlan, chaosPlan } from './options.js';
import { reportHtml } from './report/report-html.js';
import { runStorm, type Storm } from './storm.js';
import { verdictText } from './verdict-text.js';

export interface ChaosResult {
  readonly plan: ChaosPlan;
  readonly verdict: Judgement['verdict'];
  readonly judgement: Judgement;
  readonly figures: Figures;
  readonly storm: Storm;
  /** The verdict for people. */
  readonly text: string;
  /** Where the members' folders and logs lie; undefined: they were removed. */
  readonly keptFolder: string | undefined;
}

const biggestSeed = 1_000_000_000;

/** Rejects with a UserError for what the user can mend, and when it was interrupted. */
export async function runChaos(options: ChaosOptions = {}): Promise<ChaosResult> {
  const clock = systemClock();
  const random = systemRandom();
  const signal = options.signal ?? new AbortController().signal;
  const say = options.onProgress ?? (() => {});
  const plan = chaosPlan(options, () => random.integer(0, biggestSeed));
  const wallMilliseconds = clock.wallMilliseconds();
  const asked = options.dataDir === undefined ? undefined : resolve(options.dataDir);
  const dataDir = asked ?? (await mkdtemp(join(tmpdir(), 'kuorum-chaos-')));
  let keep = asked !== undefined;
  try {
    say(`starting ${plan.members} members`);
    const storm = await withCluster({ plan, dataDir, signal }, (cluster) =>
      runStorm({ plan, cluster, clock, signal, say }),
    );
    // Before anything is judged: a history is worth most when judging it goes wrong.
    if (options.history !== undefined) await writeFile(options.history, formatHistory(storm.events));
    say(`checking ${storm.operations.length} operations`);
    const figures = figuresOf(storm.operations);
    const judgement = judge(storm);
    keep ||= judgement.verdict !== 'clean';
    if (options.report !== undefined) {
      await writeFile(options.report, reportHtml({ plan, storm, figures, judgement, wallMilliseconds }));
    }
    return {
      plan,
      verdict: judgement.verdict,
      judgement,
      figures,
      storm,
      text: verdictText(plan, storm, figures, judgement),
      keptFolder: keep ? dataDir : undefined,
    };
  } catch (error) {
    if (signal.aborted) throw new UserError('the chaos run was interrupted', { cause: error });
    throw error;
  } finally {
    if (!keep) await rm(dataDir, { recursive: true, force: true });
  }
}

async function withCluster<Value>(
  {
    plan,
    dataDir,
    signal,
  }: { readonly plan: ChaosPlan; readonly dataDir: string; readonly signal: AbortSignal },
  use: (cluster: Cluster) => Promise<Value>,
): Promise<Value> {
  const cluster = await startCluster({
    members: plan.members,
    allowEven: true,
    dataDir,
    faults: true,
    controllers: false,
  });
  try {
    signal.throwIfAborted();
    return await use(cluster);
  } finally {
    // Paused members too; after an interruption nobody waits for farewells.
    await cluster.stop({ kill: signal.aborted });
  }
}
