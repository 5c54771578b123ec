/**
 * The composition: takes DIR, makes keys, starts members, front door, control socket and control loops, and
 * waits until the whole answers. Both the command line and `startCluster` run this.
 */
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Clock, Logger, Random } from '../platform/index.js';
import { createLogger, systemClock, systemRandom } from '../platform/index.js';
import type { Cluster, ClusterStatus } from './cluster.js';
import { type ClusterFile, clusterFileFormat } from './cluster-file.js';
import { ClusterFileWriter } from './cluster-file-writer.js';
import { type ControllersHost, startControllersHere, startControllersProcess } from './controllers/host.js';
import type { ControllersConfig } from './controllers/protocol.js';
import { type HeldDataFolder, holdAndReadDataFolder } from './data-folder.js';
import { logPath, logsFolder, memberFolder, pkiFolder } from './folder-layout.js';
import { createFrontDoor } from './front-door/front-door.js';
import { createProber, readyzTarget } from './front-door/prober.js';
import { kubeconfigPath, kubeconfigText, writeKubeconfig } from './kubeconfig.js';
import { openLogFile } from './log-file.js';
import type { LaunchMember } from './member/instance.js';
import { launchMemberProcess } from './member/process-instance.js';
import type { MemberConfig } from './member/protocol.js';
import { checkMemberCount, defaultMemberCount, memberNames } from './member-count.js';
import { newClusterId, newMemberId } from './new-ids.js';
import { ensurePki, type Pki } from './pki/ensure.js';
import { pkiLayout } from './pki/layout.js';
import { listenOnFrontDoor } from './ports.js';
import { findProgramFolder } from './program-folder.js';
import { type ReadinessProblem, waitUntilReady } from './readiness.js';
import { type ControlServer, createControlServer } from './supervisor/control-server.js';
import { faultControl } from './supervisor/faults.js';
import { CpuMeter, clusterStatus } from './supervisor/status.js';
import { createSupervisor, type SupervisedMember, type Supervisor } from './supervisor/supervisor.js';
import { checkTlsNames } from './tls-names.js';
import { UserError } from './user-error.js';
import { kuorumVersion } from './version.js';

export interface RunClusterOptions {
  readonly dataDir: string;
  /** undefined: what DIR holds, or three. */
  readonly members: number | undefined;
  readonly allowEven: boolean;
  readonly fresh: boolean;
  /** undefined: the last run's, 6443 or the next free one. 0: any. */
  readonly apiPort: number | undefined;
  readonly faults: boolean;
  readonly tlsSan: readonly string[];
  readonly inProcess: boolean;
  readonly controllers: boolean;
  readonly readyTimeoutMilliseconds: number;
  readonly programFolder: string | undefined;
  /** A step of the start, for people. */
  readonly onProgress: (step: string) => void;
  /** A line that people should read although nothing failed. */
  readonly onNotice: (line: string) => void;
  /** `down` was ordered over the control socket. */
  readonly onDown: () => void;
  /** Aborted: give up starting. */
  readonly signal?: AbortSignal;
}

export interface RunningCluster extends Cluster {
  /** Not empty when the start went on although something was not ready. */
  readonly problems: readonly ReadinessProblem[];
}

const clusterName = 'kuorum';
const stopLimitMilliseconds = 10_000;

function newClusterFile(count: number, random: Random): ClusterFile {
  return {
    format: clusterFileFormat,
    version: kuorumVersion(),
    name: clusterName,
    clusterId: newClusterId(random),
    phase: 'forming',
    faults: false,
    supervisorPid: process.pid,
    frontDoorPort: null,
    members: memberNames(count).map((name) => ({
      name,
      id: newMemberId(random),
      pid: null,
      apiPort: null,
      clientPort: null,
      peerPort: null,
    })),
  };
}

function chooseMembers(
  options: RunClusterOptions,
  file: ClusterFile | undefined,
  random: Random,
): ClusterFile {
  if (file === undefined) {
    const count = options.members ?? defaultMemberCount;
    return newClusterFile(count, random);
  }
  if (options.members !== undefined && options.members !== file.members.length) {
    throw new UserError(
      `${options.dataDir} holds a cluster of ${file.members.length} members, not ${options.members}: leave --members ` +
        'out, choose another --data-dir, or begin anew with --fresh',
    );
  }
  return file;
}

/** What differs between a cluster of processes and one inside this process. */
interface ClusterParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly launch: LaunchMember;
  startControllers(options: {
    readonly config: ControllersConfig;
    readonly clock: Clock;
    readonly logger: Logger;
  }): ControllersHost;
}

async function clusterParts(options: RunClusterOptions): Promise<ClusterParts> {
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

class ClusterRun implements RunningCluster {
  readonly name = clusterName;
  readonly dataDir: string;
  readonly kubeconfigPath: string;
  kubeconfig = '';
  url = '';
  startMilliseconds = 0;
  problems: readonly ReadinessProblem[] = [];
  readonly faults: Cluster['faults'];

  readonly #options: RunClusterOptions;
  readonly #held: HeldDataFolder;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #closeLog: () => void;
  readonly #writer: ClusterFileWriter;
  readonly #frontDoor = createFrontDoor();
  readonly #unready = new Map<string, string>();
  readonly #probed = new Map<string, number>();
  readonly #prober;
  readonly #cpu = new CpuMeter();
  readonly #parts: ClusterParts;
  #file: ClusterFile;
  readonly #supervisor: Supervisor;
  #pki: Pki | undefined;
  #control: ControlServer | undefined;
  #controllers: ControllersHost | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: RunClusterOptions, held: HeldDataFolder, file: ClusterFile, parts: ClusterParts) {
    this.#options = options;
    this.#held = held;
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.dataDir = options.dataDir;
    this.kubeconfigPath = kubeconfigPath(options.dataDir);
    this.#file = { ...file, supervisorPid: process.pid, faults: options.faults, version: kuorumVersion() };
    const logFile = openLogFile(logPath(options.dataDir, 'supervisor'));
    this.#closeLog = () => logFile.close();
    this.#logger = createLogger({ level: 'info', name: 'supervisor', destination: logFile });
    this.#writer = new ClusterFileWriter(options.dataDir, this.#logger);
    this.#prober = createProber({
      clock: this.#clock,
      onAnswer: (name, answer) => {
        const ready = answer.kind === 'ready';
        if (ready !== this.#frontDoor.isReady(name)) {
          this.#logger.info(ready ? 'member is ready' : 'member is not ready', {
            member: name,
            ...(answer.kind === 'ready' ? {} : { reason: answer.reason }),
          });
        }
        if (answer.kind === 'ready') this.#unready.delete(name);
        else this.#unready.set(name, answer.reason);
        this.#frontDoor.setReady(name, ready);
      },
    });
    this.#supervisor = createSupervisor({
      members: this.#file.members.map(({ name, id, apiPort, peerPort }) => ({
        name,
        id,
        apiPort: apiPort ?? 0,
        peerPort: peerPort ?? 0,
      })),
      launch: parts.launch,
      clock: this.#clock,
      logger: this.#logger,
      onChange: () => this.#changed(),
      onGone: (name) => this.#gone(name),
    });
    this.faults = faultControl({
      supervisor: this.#supervisor,
      enabled: options.faults,
      status: () => this.status(),
    });
  }

  async start(): Promise<void> {
    const began = this.#clock.monotonicMilliseconds();
    const { onProgress } = this.#options;
    const port = await listenOnFrontDoor({
      frontDoor: this.#frontDoor,
      asked: this.#options.apiPort,
      previous: this.#file.frontDoorPort ?? undefined,
      say: this.#options.onNotice,
    });
    this.url = `https://127.0.0.1:${port}`;
    this.#file = { ...this.#file, frontDoorPort: port };
    const launch = (): void => {
      onProgress(`starting ${this.#file.members.length} members`);
      this.#supervisor.launch();
    };
    // At a cluster's birth the processes load their code while the keys are made; later the keys are only
    // looked at, and if one is missing nothing should have been started.
    const forming = this.#file.phase === 'forming';
    if (forming) launch();
    await this.#writer.write(this.#currentFile());
    const pki = await this.#makeKeys();
    if (!forming) launch();
    this.#openControl(pki);
    await this.#supervisor.configure(
      (member, linkFaults) => this.#configOf(pki, member, linkFaults, forming),
      // A majority is a cluster; but one that is being born needs everybody.
      { tolerateDeaths: !forming },
    );
    if (forming) this.#file = { ...this.#file, phase: 'formed' };
    await this.#writer.write(this.#currentFile());
    await this.#refreshKubeconfig();
    onProgress('waiting for a leader and for every member to be ready');
    this.problems = await waitUntilReady({
      clock: this.#clock,
      timeoutMilliseconds: this.#options.readyTimeoutMilliseconds,
      names: this.#file.members.map((member) => member.name),
      isReady: (name) => this.#frontDoor.isReady(name),
      reason: (name) => this.#unready.get(name) ?? 'no answer yet',
      url: this.url,
      authority: pki.authorities.ca,
      admin: pki.pair('admin'),
      ...(this.#options.signal === undefined ? {} : { signal: this.#options.signal }),
    });
    this.startMilliseconds = this.#clock.monotonicMilliseconds() - began;
    if (this.#options.controllers) this.#startControllers(pki);
  }

  async #makeKeys(): Promise<Pki> {
    const pki = await ensurePki({
      folder: pkiFolder(this.dataDir),
      layout: pkiLayout(
        this.#file.members.map((member) => member.name),
        hostname(),
        this.#options.tlsSan,
      ),
      clock: this.#clock,
      random: this.#random,
      forming: this.#file.phase === 'forming',
    });
    this.#pki = pki;
    for (const { name, reason } of pki.issued)
      this.#logger.info('certificate issued', { certificate: name, reason });
    if (this.#file.phase === 'formed') {
      for (const { name, reason } of pki.issued)
        this.#options.onNotice(`pki/${name}.crt issued anew: ${reason}`);
    }
    return pki;
  }

  #configOf(
    pki: Pki,
    member: SupervisedMember,
    linkFaults: MemberConfig['linkFaults'],
    forming: boolean,
  ): MemberConfig {
    return {
      name: member.name,
      id: member.id,
      clusterId: this.#file.clusterId,
      folder: memberFolder(this.dataDir, member.name),
      logPath: logPath(this.dataDir, member.name),
      logLevel: 'info',
      // Only in the first life: a folder that is lost while the cluster runs is lost.
      format: forming && this.#file.phase === 'forming',
      members: this.#file.members.map(({ id, name }) => ({ id, name })),
      peerPort: member.peerPort,
      apiPort: member.apiPort,
      peerTls: { ...pki.pair(`etcd/${member.name}`), authority: pki.authorities['etcd/ca'] },
      apiTls: { ...pki.pair(member.name), clientAuthorities: pki.authorities.ca },
      linkFaults,
    };
  }

  #openControl(pki: Pki): void {
    const control = createControlServer({
      tls: { ...pki.pair('supervisor'), authority: pki.authorities.ca },
      faults: this.faults,
      logger: this.#logger,
      status: () => this.status(),
      down: this.#options.onDown,
    });
    this.#control = control;
    this.#held.holder.onConnection((socket) => control.accept(socket));
  }

  /** A pid, a port or a state of a member has changed. */
  #changed(): void {
    for (const member of this.#supervisor.members()) {
      if (!member.listening || this.#pki === undefined) continue;
      if (this.#probed.get(member.name) === member.apiPort) continue;
      this.#probed.set(member.name, member.apiPort);
      this.#frontDoor.setBackend(member.name, member.apiPort);
      this.#prober.watch(
        member.name,
        readyzTarget({ port: member.apiPort, authority: this.#pki.authorities.ca }),
      );
    }
    if (this.#stopping !== undefined) return;
    void this.#writer.write(this.#currentFile());
    // A member that was started again may have another port.
    if (this.kubeconfig !== '') {
      this.#refreshKubeconfig().catch((error: unknown) => {
        this.#logger.error('the kubeconfig could not be rewritten', { reason: String(error) });
      });
    }
  }

  #gone(name: string): void {
    this.#probed.delete(name);
    this.#prober.forget(name);
    this.#unready.set(name, 'its process is gone');
    this.#frontDoor.setReady(name, false);
  }

  #currentFile(): ClusterFile {
    const members = new Map(this.#supervisor.members().map((member) => [member.name, member]));
    return {
      ...this.#file,
      members: this.#file.members.map((member) => {
        const now = members.get(member.name);
        return {
          ...member,
          pid: now?.pid ?? null,
          apiPort: now === undefined || now.apiPort === 0 ? member.apiPort : now.apiPort,
          peerPort: now === undefined || now.peerPort === 0 ? member.peerPort : now.peerPort,
        };
      }),
    };
  }

  async #refreshKubeconfig(): Promise<void> {
    if (this.#pki === undefined) return;
    const text = kubeconfigText({
      name: clusterName,
      frontDoorPort: this.#file.frontDoorPort ?? 0,
      members: this.members.map(({ name, apiPort }) => ({ name, apiPort })),
      authority: this.#pki.authorities.ca,
      admin: this.#pki.pair('admin'),
    });
    if (text === this.kubeconfig) return;
    this.kubeconfig = text;
    await writeKubeconfig(this.dataDir, text).catch((error: unknown) => {
      throw new UserError(`${this.kubeconfigPath} cannot be written (${String(error)})`, { cause: error });
    });
  }

  #startControllers(pki: Pki): void {
    const config = {
      server: this.url,
      authority: pki.authorities.ca,
      client: pki.pair('controllers'),
      identity: `controllers-${Buffer.from(this.#random.bytes(4)).toString('hex')}`,
      logPath: logPath(this.dataDir, 'controllers'),
      logLevel: 'info' as const,
    };
    this.#controllers = this.#parts.startControllers({ config, clock: this.#clock, logger: this.#logger });
  }

  get members(): Cluster['members'] {
    return this.#supervisor.members().map((member) => ({
      name: member.name,
      id: member.id,
      pid: member.pid,
      url: `https://127.0.0.1:${member.apiPort}`,
      apiPort: member.apiPort,
      peerPort: member.peerPort,
      clientPort: null,
    }));
  }

  status(): Promise<ClusterStatus> {
    return clusterStatus({
      name: clusterName,
      clusterId: this.#file.clusterId,
      url: this.url,
      faultsEnabled: this.#options.faults,
      supervisor: this.#supervisor,
      clock: this.#clock,
      cpu: this.#cpu,
      ready: (name) => this.#frontDoor.isReady(name),
      unreadyReason: (name) => this.#unready.get(name),
    });
  }

  stop(options: { readonly kill?: boolean } = {}): Promise<void> {
    const kill = options.kill === true;
    // A second, harder order overtakes the first.
    if (kill && this.#stopping !== undefined) {
      void this.#controllers?.stop({ kill });
      void this.#supervisor.stop({ kill, limitMilliseconds: 0 });
    }
    this.#stopping ??= this.#stop(kill);
    return this.#stopping;
  }

  async #stop(kill: boolean): Promise<void> {
    this.#logger.info('stopping', { kill });
    await this.#controllers?.stop({ kill });
    this.#prober.stop();
    await this.#frontDoor.close();
    await this.#supervisor.stop({ kill, limitMilliseconds: stopLimitMilliseconds });
    this.#control?.close();
    const file = this.#currentFile();
    await this.#writer.write({
      ...file,
      supervisorPid: null,
      members: file.members.map((member) => ({ ...member, pid: null })),
    });
    this.#logger.info('stopped');
    this.#closeLog();
    await this.#held.holder.release();
  }
}

/** @throws UserError for everything the user can mend; nothing is left running then. */
export async function runCluster(options: RunClusterOptions): Promise<RunningCluster> {
  if (options.members !== undefined) checkMemberCount(options.members, { allowEven: options.allowEven });
  checkTlsNames(options.tlsSan);
  const parts = await clusterParts(options);
  const held = await holdAndReadDataFolder(options);
  let run: ClusterRun;
  try {
    const file = chooseMembers(options, held.file, parts.random);
    await mkdir(logsFolder(options.dataDir), { recursive: true });
    run = new ClusterRun(options, held, file, parts);
  } catch (error) {
    await held.holder.release();
    throw error;
  }
  try {
    await run.start();
    return run;
  } catch (error) {
    await run.stop({ kill: true });
    throw error;
  }
}
