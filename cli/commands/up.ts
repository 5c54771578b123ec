/**
 * `kuorum up`: a cluster in the foreground, until Ctrl-C; or detached, until `kuorum down`.
 */
import { spawn } from 'node:child_process';

import { join, resolve } from 'node:path';
import { type BackupSettings, type RunningCluster, runCluster, UserError } from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';
import { findOnPath } from '../kubectl-hint.js';
import { createProgress, type Progress } from '../progress.js';
import { readyText } from '../ready-text.js';
import { stopOnSignals } from '../signals.js';

export interface UpOptions {
  readonly members?: number;
  readonly allowEven: boolean;
  readonly apiPort?: number;
  readonly dataDir?: string;
  readonly fresh: boolean;
  readonly faults: boolean;
  readonly leaseReads: boolean;
  readonly electionTimeout?: number;
  readonly quota?: number;
  readonly backupDir?: string;
  readonly backupEvery?: number;
  readonly backupKeep?: number;
  readonly tlsSan: readonly string[];
  readonly detach: boolean;
  readonly readyTimeout: number;
}

/** What a detached start tells the command that waits for it. */
type DetachedMessage =
  | { readonly type: 'step' | 'note'; readonly text: string }
  | { readonly type: 'ready'; readonly text: string }
  | { readonly type: 'failed'; readonly message: string };

/** Set in the environment of the process that `--detach` leaves behind. */
const detachedMark = 'KUORUM_DETACHED';

async function reportOf(cluster: RunningCluster): Promise<Parameters<typeof readyText>[0]> {
  const { leader } = await cluster.status();
  return {
    url: cluster.url,
    members: cluster.members.length,
    leader,
    // From the process's very beginning, so that loading the program counts.
    elapsedMilliseconds: performance.now(),
    kubeconfigPath: cluster.kubeconfigPath,
    dataDir: cluster.dataDir,
  };
}

const defaultBackupMilliseconds = 3_600_000;
const defaultBackupsKept = 24;

function backupsOf(options: UpOptions): BackupSettings | undefined {
  const { backupDir, backupEvery, backupKeep } = options;
  if (backupDir === undefined) {
    if (backupEvery === undefined && backupKeep === undefined) return undefined;
    throw new UserError('say with --backup-dir where the backups go');
  }
  return {
    folder: resolve(backupDir),
    everyMilliseconds: backupEvery ?? defaultBackupMilliseconds,
    keep: backupKeep ?? defaultBackupsKept,
  };
}

async function run(options: UpOptions, progress: Progress, onReady: (text: string) => void): Promise<void> {
  const interrupted = new AbortController();
  let ordered: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => {
    ordered = () => {
      interrupted.abort();
      resolve();
    };
  });
  let cluster: RunningCluster | undefined;
  const signals = stopOnSignals({
    clock: systemClock(),
    onStop: () => {
      progress.end();
      process.stderr.write('stopping (Ctrl-C again to kill)\n');
      ordered?.();
    },
    onKill: () => {
      process.stderr.write('killing\n');
      void cluster?.stop({ kill: true });
    },
  });
  try {
    cluster = await runCluster({
      dataDir: dataDirOf(options),
      members: options.members,
      allowEven: options.allowEven,
      fresh: options.fresh,
      apiPort: options.apiPort,
      faults: options.faults,
      leaseReads: options.leaseReads,
      electionTimeoutMilliseconds: options.electionTimeout,
      quotaBytes: options.quota,
      backups: backupsOf(options),
      tlsSan: options.tlsSan,
      inProcess: false,
      controllers: true,
      readyTimeoutMilliseconds: options.readyTimeout * 1000,
      programFolder: undefined,
      onProgress: (step) => progress.step(step),
      onNotice: (line) => progress.note(line),
      onDown: () => ordered?.(),
      signal: interrupted.signal,
    });
    const report = await reportOf(cluster);
    progress.end();
    for (const problem of cluster.problems) {
      process.stderr.write(`warning: ${problem.member} is not ready: ${problem.reason}\n`);
    }
    const kubectl = findOnPath('kubectl', process.env, process.platform) !== undefined;
    onReady(readyText(report, { kubectl, platform: process.platform }));
    await stopped;
    await cluster.stop();
  } catch (error) {
    // Ctrl-C during the start ends it as it was meant to.
    if (!interrupted.signal.aborted) throw error;
  } finally {
    progress.end();
    signals.release();
  }
}

function runInForeground(options: UpOptions): Promise<void> {
  return run(options, createProgress(process.stderr, systemClock()), (text) =>
    process.stdout.write(`${text}\n`),
  );
}

/** The process that stays: tells the command that started it how the start goes, then is on its own. */
async function runDetached(options: UpOptions): Promise<void> {
  const tell = (message: DetachedMessage): void => {
    if (process.connected) process.send?.(message, () => {});
  };
  const progress: Progress = {
    step: (text) => tell({ type: 'step', text }),
    note: (text) => tell({ type: 'note', text }),
    end: () => {},
  };
  try {
    await run(options, progress, (text) => {
      tell({ type: 'ready', text });
    });
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

async function detach(options: UpOptions): Promise<void> {
  const dataDir = dataDirOf(options);
  const progress = createProgress(process.stderr, systemClock());
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, [detachedMark]: '1' },
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new UserError(`the start ended with exit code ${code}: see ${join(dataDir, 'logs')}`)),
    );
    child.on('message', (message: DetachedMessage) => {
      switch (message.type) {
        case 'step':
          progress.step(message.text);
          break;
        case 'note':
          progress.note(message.text);
          break;
        case 'failed':
          progress.end();
          reject(new UserError(message.message));
          break;
        case 'ready':
          progress.end();
          process.stdout.write(`${message.text}\nstop it with: npx kuorum down\n`);
          resolve();
          break;
      }
    });
  });
  child.disconnect();
  child.unref();
}

export async function up(options: UpOptions): Promise<void> {
  if (process.env[detachedMark] === '1') return runDetached(options);
  if (options.detach) return detach(options);
  return runInForeground(options);
}
