/** The `kuorum` command as a user runs it, in an empty folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterStatus } from '../../../cluster/index.js';
import { kuorumProgram } from './project.js';
import { type RunningProgram, type RunOptions, type RunResult, run, start } from './run.js';
import { until } from './until.js';

export interface Workplace {
  /** An empty folder at first; `kuorum up` makes `.kuorum` in it. */
  readonly folder: string;
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  start(args: readonly string[], options?: RunOptions): RunningProgram;
  /** Starts `kuorum up` and waits for its ready line. */
  up(args?: readonly string[]): Promise<RunningProgram>;
  status(): Promise<ClusterStatus>;
  /** Ends everything that was started here and removes the folder. */
  leave(): Promise<void>;
}

export async function workplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'kuorum-cli-'));
  const started: RunningProgram[] = [];
  const options = (more: RunOptions = {}): RunOptions => ({
    ...more,
    cwd: more.cwd ?? folder,
    env: { HOME: folder, KUORUM_DIR: undefined, ...more.env },
  });
  const place: Workplace = {
    folder,
    run: (args, more) => run(process.execPath, [kuorumProgram, ...args], options(more)),
    start(args, more) {
      const program = start(
        process.execPath,
        [kuorumProgram, ...args],
        options({ timeoutMilliseconds: 600_000, ...more }),
      );
      started.push(program);
      return program;
    },
    async up(args = []) {
      const program = place.start(['up', '--api-port', '0', ...args]);
      await until('kuorum up is ready', () => {
        if (program.process.exitCode !== null) return true;
        return /^ready: /m.test(program.output());
      });
      if (program.process.exitCode !== null) throw new Error(`kuorum up ended: ${program.output()}`);
      return program;
    },
    async status() {
      const { stdout, stderr, code } = await place.run(['status', '-o', 'json']);
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as ClusterStatus;
    },
    async leave() {
      for (const program of started) {
        program.process.kill('SIGTERM');
        await program.ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  return place;
}

/** True while a process with this pid exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
