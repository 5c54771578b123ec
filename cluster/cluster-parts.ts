/** What differs between a cluster of processes and one inside this process. */
import { type Clock, type Logger, type Random, systemClock, systemRandom } from '../platform/index.js';
import { type ControllersHost, startControllersHere, startControllersProcess } from './controllers/host.js';
import type { ControllersConfig } from './controllers/protocol.js';
import { logPath } from './folder-layout.js';
import type { LaunchMember } from './member/instance.js';
import { launchMemberProcess } from './member/process-instance.js';
import { findProgramFolder } from './program-folder.js';

export interface ClusterParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly launch: LaunchMember;
  startControllers(options: {
    readonly config: ControllersConfig;
    readonly clock: Clock;
    readonly logger: Logger;
  }): ControllersHost;
}

export async function clusterParts(options: {
  readonly dataDir: string;
  readonly inProcess: boolean;
  readonly programFolder: string | undefined;
}): Promise<ClusterParts> {
  const clock = systemClock();
  const random = systemRandom();
  if (options.inProcess) {
    const { launchMemberInProcess, runControlLoops } = await import('./in-process.js');
    return {
      clock,
      random,
      launch: launchMemberInProcess({ clock, random }),
      startControllers: (controllers) => startControllersHere(runControlLoops, controllers),
    };
  }
  const programFolder = options.programFolder ?? findProgramFolder();
  return {
    clock,
    random,
    launch: launchMemberProcess({ programFolder, clock, logPath: (name) => logPath(options.dataDir, name) }),
    startControllers: (controllers) => startControllersProcess({ ...controllers, programFolder }),
  };
}
